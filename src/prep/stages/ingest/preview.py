"""What columns a file has, from its first part, to check a pipeline before it runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prep.stages.ingest.read import read
from prep.stages.ingest.slices import Slice

if TYPE_CHECKING:
    from pathlib import Path

    from prep.stages.ingest.discover import SourceFile
    from prep.stages.ingest.settings import Source

FIRST_BYTES = 1024 * 1024


def columns_of(file: SourceFile, source: Source, base: Path) -> set[str]:
    """The columns in the first MiB of `file`, after renaming, constants, `from_path` and join."""
    size = file.path.stat().st_size
    piece = Slice(0, min(size, FIRST_BYTES) if file.format == "jsonl" else size, 1, "")
    plain = source.model_copy(update={"conversation": None})
    batch = next(read(plain, [(replace(file), piece)], batch_bytes=FIRST_BYTES, base=base))
    found = {name for name in batch.frame.columns if not name.startswith("_")}
    if source.conversation is None:
        return found
    chat = source.conversation
    return (found - {chat.role, chat.text, chat.order}) | {"turns"}
