"""The Parquet files of a part: one folder a task, one set of files a part."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl


@dataclass(frozen=True)
class PartFiles:
    """The files of the part `number` that the task in `folder` made: `<number>.<name>.parquet`."""

    folder: Path
    number: int

    def path(self, name: str) -> Path:
        """Where the table `name` of this part lies."""
        return self.folder / f"{self.number:05d}.{name}.parquet"

    def write(self, name: str, frame: pl.DataFrame) -> None:
        """Store a table; the folder it lies in becomes visible only when its task is done."""
        frame.write_parquet(self.path(name), compression="uncompressed", statistics=False)

    def write_ordered(self, name: str, frame: pl.DataFrame) -> None:
        """Store a table that is read a range of rows at a time: in groups, whose least and greatest values are kept."""
        groups = max(64, -(-frame.height // 32))
        frame.write_parquet(self.path(name), compression="uncompressed", statistics=True, row_group_size=groups)

    def read(self, name: str, columns: list[str] | None = None) -> pl.DataFrame:
        """Load a table, or some of its columns."""
        return load(self.path(name), columns)

    def columns(self, name: str) -> list[str]:
        """The names of a table's columns."""
        import polars as pl

        return pl.scan_parquet(self.path(name), glob=False).collect_schema().names()


def load(path: Path, columns: list[str] | None = None) -> pl.DataFrame:
    """A Parquet file as a frame; a path with `[` or `*` in it is that path, no pattern."""
    import polars as pl

    return pl.read_parquet(path, columns=columns, glob=False)


def by_part(frame: pl.DataFrame, part: pl.Series, count: int) -> Iterator[pl.DataFrame]:
    """The rows of each of `count` parts; `part` says whose a row is and ascends."""
    import numpy as np

    ends = [0, *np.searchsorted(part.to_numpy(), np.arange(1, count)).tolist(), frame.height]
    for begin, end in pairwise(ends):
        yield frame.slice(begin, end - begin)
