"""Reading: the slices of a task, file by file, as batches of records."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import islice
from typing import TYPE_CHECKING

from prep.errors import PrepError
from prep.stages.ingest.discover import DOCUMENTS, PARSED_NATIVELY
from prep.stages.ingest.quiet import quiet
from prep.stages.ingest.records import to_batch
from prep.stages.ingest.rows import Rows
from prep.stages.ingest.slices import stamp
from prep.stages.ingest.time_limit import Clock, TookTooLongError, at_most
from prep.stages.ingest.whereabouts import reading
from prep.stages.registry import load_readers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from prep.stages.ingest.batches import Batch
    from prep.stages.ingest.settings import Source
    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile

# Many small files are one batch, but their rows are not held as Python values without end.
_MOST_FILES = 4096
_MOST_CELLS = 4_000_000  # empty ones take memory, too: files with columns of their own make wide tables


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
    names: set[str] = set()
    size = height = groups = 0
    for number, (file, piece) in enumerate(pieces):
        reading(number)
        for rows in _rows(file, piece, batch_bytes):
            waiting.append(rows)
            size += rows.size
            height += len(rows.rows)
            names.update(rows.columns)
            if size >= batch_bytes or len(waiting) >= _MOST_FILES or height * len(names) >= _MOST_CELLS:
                reading(None)
                yield waiting
                waiting, size, height, groups = [], 0, 0, groups + 1
                names.clear()
            reading(number)
    reading(None)
    if waiting or not groups:
        yield waiting


def _rows(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:
    """What the reader yields, one behind: a file that changed meanwhile takes its last rows with it."""
    last: Rows | None = None
    for rows in _guarded(file, piece, batch_bytes):
        if last is not None:
            yield last
        last = rows
    if last is not None and piece.stamp and _stamp(file) != piece.stamp:
        last = Rows(file)
        last.quarantine_file("changed_while_read")
    if last is not None:
        yield last


def _stamp(file: SourceFile) -> str:
    try:
        return stamp(file.place)
    except OSError:
        return "gone"


def _guarded(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:
    """What the reader yields; an entry for the file where it cannot be read, or fails, or takes too long."""
    if file.refused is not None:
        yield _aside(file, file.refused)
        return
    reader = load_readers()[file.format].function
    clock = Clock()
    try:
        found: Iterator[Rows] | None = None
        while True:
            with at_most(file.options.seconds) as clock, quiet() if file.format in PARSED_NATIVELY else nullcontext():
                # A reader may be a plain function, which works when it is called, and gives a list.
                found = iter(reader(file, piece, batch_bytes)) if found is None else found
                # Of a document all rows, of a table the next ones: rows are not kept waiting for the whole of it.
                rows = [*found] if file.format in DOCUMENTS else [*islice(found, 1)]
            yield from rows
            if not rows or file.format in DOCUMENTS:
                return
    except OSError as error:
        yield _aside(file, "unreadable_file", str(error.strerror))
    except TookTooLongError:
        yield _aside(file, "took_too_long")
    except BaseException as error:  # a panic of a native library is no Exception
        if clock.rang and _is_a_readers(error):
            yield _aside(file, "took_too_long")
        elif not _is_a_readers(error) or not reader.__module__.startswith("prep."):
            raise
        else:
            yield _aside(file, "reader_failed", f"{type(error).__name__}: {error}")


def _is_a_readers(error: BaseException) -> bool:
    """Whether a parser failed on what it was given; not: the user ended the run, the pipeline contradicts the file."""
    if isinstance(error, PrepError):
        return False
    return isinstance(error, Exception) or type(error).__name__ == "PanicException"


def _aside(file: SourceFile, reason: str, told: str = "") -> Rows:
    rows = Rows(file)
    rows.quarantine_file(reason, told.encode("utf-8", "backslashreplace"))
    return rows
