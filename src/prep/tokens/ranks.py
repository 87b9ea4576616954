"""The rank files of the encodings, shipped with the package and verified by hash; the network is never asked."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from prep.errors import PrepError

FOLDER = Path(__file__).parents[1] / "resources" / "tokenizers"
# SHA-256 of each file, as tiktoken's own source expects it.
RANK_HASHES = {
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
}
# o200k_harmony has the ranks of o200k_base and more special tokens, which ordinary text never becomes.
RANKS_OF = {"cl100k_base": "cl100k_base", "o200k_base": "o200k_base", "o200k_harmony": "o200k_base"}


@cache
def rank_file(encoding: str) -> Path:
    """The rank file behind an encoding; PrepError where its bytes are not the published ones."""
    name = RANKS_OF[encoding]
    path = FOLDER / f"{name}.tiktoken"
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise PrepError(f"cannot read the tokenizer {name}: {error.strerror}", where=str(path), hint=_HINT) from error
    if found != RANK_HASHES[name]:
        raise PrepError(f"the tokenizer {name} is damaged: its hash is {found[:16]}...", where=str(path), hint=_HINT)
    return path


_HINT = "install prep again"
