"""Reading: the slices of a task, file by file, as batches of records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from prep.stages.ingest.batches import Batch, quarantine_frame
from prep.stages.ingest.records import to_batch
from prep.stages.ingest.rows import Rows
from prep.stages.part import concat
from prep.stages.registry import load_readers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from prep.stages.ingest.discover import SourceFile
    from prep.stages.ingest.settings import Source
    from prep.stages.ingest.slices import Slice


def read(
    source: Source, pieces: Sequence[tuple[SourceFile, Slice]], *, batch_bytes: int, base: Path
) -> Iterator[Batch]:
    """The records of `pieces` in batches of about `batch_bytes`; there is one batch at least.

    What cannot be read is in the batch's `quarantined`, with place and reason. InputError where the pipeline and the
    file contradict each other (a column of a forbidden name, a join that would multiply records).
    """
    waiting: list[Batch] = []
    size = 0
    done = 0
    for file, piece in pieces:
        for rows in _rows(file, piece, batch_bytes):
            waiting.append(to_batch(rows, source, base))
            size += rows.size
            if size >= batch_bytes:
                yield _joined(waiting)
                done += 1
                waiting, size = [], 0
    if waiting or not done:
        yield _joined(waiting)


def _rows(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:
    try:
        yield from load_readers()[file.format].function(file, piece, batch_bytes)
    except OSError as error:
        rows = Rows(file)
        rows.quarantine_file("unreadable_file", str(error.strerror).encode())
        yield rows


def _joined(batches: list[Batch]) -> Batch:
    broken = [batch.quarantined for batch in batches if batch.quarantined.height]
    return Batch(
        concat([batch.frame for batch in batches]),
        pl.concat(broken) if broken else quarantine_frame([]),
    )
