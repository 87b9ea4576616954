"""Reading: the slices of a task, file by file, as batches of records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.stages.ingest.records import to_batch
from prep.stages.ingest.rows import Rows
from prep.stages.registry import load_readers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from prep.stages.ingest.batches import Batch
    from prep.stages.ingest.discover import SourceFile
    from prep.stages.ingest.settings import Source
    from prep.stages.ingest.slices import Slice

# Many small files are one batch, but their rows are not held as Python values without end.
_MOST_FILES = 4096


def read(
    source: Source, pieces: Sequence[tuple[SourceFile, Slice]], *, batch_bytes: int, base: Path
) -> Iterator[Batch]:
    """The records of `pieces` in batches of about `batch_bytes`; there is one batch at least.

    What cannot be read is in the batch's `quarantined`, with place and reason. InputError where the pipeline and the
    file contradict each other (a column of a forbidden name, a join that would multiply records).
    """
    for rows in grouped(pieces, batch_bytes):
        yield to_batch(rows, source, base)


def grouped(pieces: Sequence[tuple[SourceFile, Slice]], batch_bytes: int) -> Iterator[list[Rows]]:
    """The rows of `pieces`, about `batch_bytes` together; one group at least, which may be of no rows."""
    waiting: list[Rows] = []
    size = groups = 0
    for file, piece in pieces:
        for rows in _rows(file, piece, batch_bytes):
            waiting.append(rows)
            size += rows.size
            if size >= batch_bytes or len(waiting) >= _MOST_FILES:
                yield waiting
                waiting, size, groups = [], 0, groups + 1
    if waiting or not groups:
        yield waiting


def _rows(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:
    try:
        yield from load_readers()[file.format].function(file, piece, batch_bytes)
    except OSError as error:
        rows = Rows(file)
        rows.quarantine_file("unreadable_file", str(error.strerror).encode())
        yield rows
