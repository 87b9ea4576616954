"""Tables of all parts in the order of their records' places, read a range of places at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from prep.engine.parts import load

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Place = tuple[int, str, int]  # source, file, row; all children of a row stand together
PLACE_COLUMNS = ["_source", "_file", "_row"]
# One row in so many says where the ranges are cut.
_SAMPLED = 16
_BYTES_AT_ONCE = 64 * 1024 * 1024
# An empty cell takes memory, too: files with columns of their own make tables that are mostly empty.
_CELLS_AT_ONCE = 16_000_000
_FIRST = (pl.col("_source").fill_null(0), pl.col("_file").fill_null(""), pl.col("_row").fill_null(0))


@dataclass(frozen=True)
class Range:
    """The places from `low` to before `high`; None: no bound."""

    low: Place | None
    high: Place | None

    def holds(self) -> pl.Expr:
        """Whether a row's place lies in this range."""
        after = _from(self.low) if self.low is not None else pl.lit(value=True)
        return after if self.high is None else after & ~_from(self.high)


def by_place(paths: Sequence[Path], pieces: int) -> Iterator[tuple[Range, list[pl.DataFrame]]]:
    """About `pieces` ranges of places that hold as many rows each, and what each of the tables `paths` has in them.

    The tables have the columns of a place; their rows keep their order, those without rows in a range are left out.
    """
    tables = [_Table.of(path) for path in paths]
    # Where all are empty, they still say what columns there are.
    tables = [table for table in tables if table.sample.height] or tables
    cuts: list[Place] = []
    if pieces > 1 and any(table.sample.height for table in tables):
        sample = pl.concat([table.sample for table in tables]).sort(PLACE_COLUMNS)
        rows = sample[[number * sample.height // pieces for number in range(1, pieces)]]
        cuts = rows.unique(maintain_order=True).rows()
    for table in tables:
        table.sample = table.sample.clear()
    for low, high in zip([None, *cuts], [*cuts, None], strict=True):
        span = Range(low, high)
        yield span, [table.read(span) for table in tables if table.reaches(span)]


def text_by_place(paths: Sequence[Path]) -> Iterator[pl.DataFrame]:
    """The rows of the tables `paths` in the records' order, about 64 MiB at a time; without the user's columns that are
    empty in all of them."""
    size = sum(path.stat().st_size for path in paths)
    pieces = max(-(-size // _BYTES_AT_ONCE), -(-sum(map(_cells, paths)) // _CELLS_AT_ONCE))
    for _, frames in by_place(paths, pieces):
        if frames:
            yield pl.concat(map(_filled, frames), how="diagonal_relaxed").sort(*PLACE_COLUMNS, "_child", "_id")


def _filled(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select(column for column in frame if column.name.startswith("_") or column.null_count() < frame.height)


def _cells(path: Path) -> int:
    scan = pl.scan_parquet(path, glob=False)
    return int(scan.select(pl.len()).collect().item()) * len(scan.collect_schema())


@dataclass
class _Table:
    path: Path
    first: Place
    last: Place
    sample: pl.DataFrame

    @classmethod
    def of(cls, path: Path) -> _Table:
        places = load(path, PLACE_COLUMNS).select(_FIRST).sort(PLACE_COLUMNS)
        if places.is_empty():
            return cls(path, (0, "", 0), (0, "", 0), places)
        return cls(path, places.row(0), places.row(-1), places.gather_every(_SAMPLED))

    def reaches(self, span: Range) -> bool:
        return (span.low is None or self.last >= span.low) and (span.high is None or self.first < span.high)

    def read(self, span: Range) -> pl.DataFrame:
        if (span.low is None or self.first >= span.low) and (span.high is None or self.last < span.high):
            return load(self.path)
        return pl.scan_parquet(self.path, glob=False).filter(span.holds()).collect()


def _from(place: Place) -> pl.Expr:
    """Whether a row stands at `place` or after it."""
    source, file, row = _FIRST
    later = (file > place[1]) | ((file == place[1]) & (row >= place[2]))
    return (source > place[0]) | ((source == place[0]) & later)
