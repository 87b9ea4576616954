"""What the global decision needs to know of each text: a hash of its words, its length, its MinHash signature."""

from __future__ import annotations

from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import xxhash

from prep.similarity.minhash import signatures
from prep.similarity.shingles import shingles
from prep.similarity.words import words_of
from prep.stages.dedupe.settings import Near

if TYPE_CHECKING:
    from prep.similarity.minhash import Signatures
    from prep.stages.dedupe.settings import Dedupe

SIGNS = {"exact": pl.Binary, "length": pl.UInt32, "signature": pl.Binary}


# Texts are signed so many characters at a time: what is made on the way stays in the processor's caches.
_CHARACTERS_AT_ONCE = 4_000_000


def sign(text: pl.Series, settings: Dedupe | None, *, near_wanted: bool) -> pl.DataFrame:
    """One row a text: `exact` (16 bytes, equal for equal words), `length` (characters), `signature` (4 bytes a
    permutation; null when not wanted, and for a text shorter than a shingle).
    """
    lengths = text.fill_null("").str.len_chars().alias("length")
    near = None
    if near_wanted:
        near = settings.near if settings is not None and settings.near is not None else Near()
    blocks = lengths.cast(pl.UInt64).cum_sum() // _CHARACTERS_AT_ONCE
    sizes = blocks.rle().struct.field("len").to_list()
    begins = [0, *accumulate(sizes)]
    found = [_sign(text.slice(begin, size), near) for begin, size in zip(begins, sizes, strict=False)]
    exact = [mark for marks, _ in found for mark in marks]
    signature = [mark for _, marks in found for mark in marks]
    return pl.DataFrame({"exact": exact, "length": lengths, "signature": signature}, schema=SIGNS)


def matrix(signature: pl.Series, permutations: int) -> Signatures:
    """The signatures of a column that `sign` made, a row each; a text without one has the highest value throughout."""
    found = np.full((len(signature), permutations), np.iinfo(np.uint32).max, dtype=np.uint32)
    rows = np.frombuffer(b"".join(signature.drop_nulls().to_list()), dtype=np.uint32)
    found[signature.is_not_null().to_numpy()] = rows.reshape(-1, permutations)
    return found


def _sign(text: pl.Series, near: Near | None) -> tuple[list[bytes], list[bytes | None]]:
    words = words_of(text)
    data, ends = words.hashes.data.cast("B"), (words.offsets * 8).tolist()
    exact = [xxhash.xxh3_128_digest(data[begin:end]) for begin, end in pairwise(ends)]
    if near is None:
        return exact, [None] * len(exact)
    hashes, offsets = shingles(words)
    made = signatures(hashes, offsets, near.permutations, near.engine)
    filled = np.diff(offsets) > 0
    return exact, [row.tobytes() if has else None for row, has in zip(made, filled, strict=True)]
