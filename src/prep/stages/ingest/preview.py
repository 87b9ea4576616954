"""What columns a file has, from its first part, to check a pipeline before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.stages.ingest.read import read
from prep.stages.ingest.slices import CUT_BY_LINE, Slice
from prep.stages.ingest.streams import is_plain
from prep.stages.part import data_columns

if TYPE_CHECKING:
    from pathlib import Path

    from prep.stages.ingest.settings import Source
    from prep.stages.ingest.source_file import SourceFile

FIRST_BYTES = 1024 * 1024


def columns_of(file: SourceFile, source: Source, base: Path) -> set[str]:
    """The columns in the first MiB of `file`, after renaming, constants, `from_path` and join.

    `base` is the folder that a joined table's path is relative to. A file that cannot be read has none.
    """
    try:
        size = file.path.stat().st_size if file.member is None else 1 << 62
        first = min(size, FIRST_BYTES) if file.format in CUT_BY_LINE and is_plain(file) else size
    except OSError:
        return set()
    batches = read(source, [(file, Slice(0, first, 1, ""))], batch_bytes=FIRST_BYTES, base=base)
    found = set(data_columns(next(batches).frame.columns))
    chat = source.conversation
    return found if chat is None else (found - {chat.role, chat.text, chat.order}) | {"turns"}
