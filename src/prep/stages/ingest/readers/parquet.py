"""Parquet: strings as they are, every other value as JSON text."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from prep.stages.ingest.buffers import DamagedError
from prep.stages.ingest.footer import row_groups, why_unreadable
from prep.stages.ingest.lying import local
from prep.stages.ingest.quiet import quiet
from prep.stages.ingest.rows import LEAST_ROW, Rows, json_names
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile


class _Group(NamedTuple):
    """A row group: its first row (from 1), how many it has, and in how many bytes."""

    first: int
    rows: int
    length: int


@reader(".parquet")
def read_parquet(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:
    """Read the rows of a slice in batches; a row group that cannot be decoded is set aside whole."""
    broken = Rows(file)
    if file.compression is not None:
        broken.quarantine_file("compressed_parquet")
        yield broken
        return
    try:
        with local(file) as lying:
            yield from _read(lying, piece, batch_bytes)
    except DamagedError as damage:
        broken.quarantine_file(damage.reason)
        yield broken


def _read(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:
    import polars as pl

    broken = Rows(file)
    if not file.path.stat().st_size:
        broken.quarantine_file("empty_file")
        yield broken
        return
    try:
        with quiet():
            total = pl.scan_parquet(file.path, glob=False).select(pl.len()).collect().item()
    except _unreadable() as error:
        twins = isinstance(error, pl.exceptions.DuplicateError)
        broken.quarantine_file("duplicate_column" if twins else why_unreadable(file.path))
        yield broken
        return
    if not total:
        empty = pl.read_parquet(file.path, glob=False)
        yield Rows(file, columns={name: [] for name in empty.columns})
    for run in _runs(file, piece, total, batch_bytes):
        yield from _decoded(file, run, batch_bytes)


def _decoded(file: SourceFile, groups: list[_Group], batch_bytes: int) -> Iterator[Rows]:
    """The rows of neighbouring row groups; where one of them cannot be decoded, it is looked for."""
    first, count = groups[0].first, sum(group.rows for group in groups)
    width = 4 * sum(group.length for group in groups) // count
    step = max(1, batch_bytes // max(LEAST_ROW, width))
    try:
        # They are decoded once in vain, so that none of a group's rows are records where one cannot be read.
        with quiet():
            for _ in _frames(file, first, count, step):
                pass
    except _unreadable():
        half = len(groups) // 2
        if half:
            yield from _decoded(file, groups[:half], batch_bytes)
            yield from _decoded(file, groups[half:], batch_bytes)
        else:
            broken = Rows(file)
            broken.quarantine(first, why_unreadable(file.path), b"")
            yield broken
        return
    for frame in _frames(file, first, count, step):
        yield _rows(file, frame, first)
        first += frame.height


def _unreadable() -> tuple[type[BaseException], ...]:
    import polars as pl

    return (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError)


def _runs(file: SourceFile, piece: Slice, total: int, batch_bytes: int) -> Iterator[list[_Group]]:
    """The slice's row groups, small neighbours together: each time one is asked for, the whole footer is read."""
    run: list[_Group] = []
    size = 0
    for group in _groups(file, piece, total):
        if run and size + group.length > batch_bytes:
            yield run
            run, size = [], 0
        run.append(group)
        size += group.length
    if run:
        yield run


def _groups(file: SourceFile, piece: Slice, total: int) -> Iterator[_Group]:
    known = row_groups(file.path)
    last = piece.first_row + (piece.rows if piece.rows is not None else total)
    first = 1
    for group in known[1] if known else []:
        if piece.first_row <= first < last:
            yield _Group(first, group.rows, group.length)
        first += group.rows
    if known is None and total:
        yield _Group(1, total, file.path.stat().st_size)


def _frames(file: SourceFile, first: int, count: int, step: int) -> Iterator[pl.DataFrame]:
    import polars as pl

    rows = pl.scan_parquet(file.path, glob=False).slice(first - 1, count)
    yield from rows.collect_batches(chunk_size=step, maintain_order=True)


def _rows(file: SourceFile, frame: pl.DataFrame, first: int) -> Rows:
    from prep.stages.tables import INFINITE, as_text, is_json

    rows = Rows(file, rows=list(range(first, first + frame.height)), json=[None] * frame.height)
    rows.columns = {name: as_text(frame[name]).to_list() for name in frame.columns}
    named = [name for name in frame.columns if is_json(frame[name].dtype)]
    if named:
        told = (None, *INFINITE)
        filled = zip(*([text not in told for text in rows.columns[name]] for name in named), strict=True)
        rows.json = [json_names([name for name, there in zip(named, row, strict=True) if there]) for row in filled]
    rows.size = max(int(frame.estimated_size()), LEAST_ROW * frame.height)
    return rows
