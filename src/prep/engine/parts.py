"""The Parquet files of a part: one folder a task, one set of files a part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
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
        frame.write_parquet(self.path(name), compression="lz4", statistics=False)

    def read(self, name: str, columns: list[str] | None = None) -> pl.DataFrame:
        """Load a table, or some of its columns."""
        import polars as pl

        return pl.read_parquet(self.path(name), columns=columns)
