"""Parquet: strings as they are, every other value as JSON text."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from prep.stages.ingest.rows import Rows
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from prep.stages.ingest.discover import SourceFile
    from prep.stages.ingest.slices import Slice

_ENCODE = msgspec.json.Encoder().encode
_ROWS = 20_000


@reader(".parquet")
def read_parquet(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:
    """Read the rows in batches; a file that is no Parquet is set aside whole."""
    import polars as pl

    if not piece.length:
        rows = Rows(file)
        rows.quarantine_file("empty_file")
        yield rows
        return
    try:
        total = pl.scan_parquet(file.path).select(pl.len()).collect().item()
        for start in range(0, max(1, total), _ROWS):
            frame = pl.scan_parquet(file.path).slice(start, _ROWS).collect()
            yield from _batches(file, frame, start + 1, batch_bytes)
    except (pl.exceptions.PolarsError, OSError):
        rows = Rows(file)
        rows.quarantine_file("unreadable_parquet", file.path.read_bytes()[:1024])
        yield rows


def _batches(file: SourceFile, frame: pl.DataFrame, first: int, batch_bytes: int) -> Iterator[Rows]:
    text = frame.select(_as_text(frame[name]) for name in frame.columns)
    json_columns = [name for name in frame.columns if _is_json(frame[name].dtype)]
    step = max(1, int(frame.height * batch_bytes / max(1, text.estimated_size())))
    for start in range(0, max(1, frame.height), step):
        piece = text.slice(start, step)
        rows = Rows(file, size=int(piece.estimated_size()))
        rows.columns = {name: piece[name].to_list() for name in piece.columns}
        rows.rows = list(range(first + start, first + start + piece.height))
        filled = {name: piece[name].is_not_null().to_list() for name in json_columns}
        rows.json = [
            _ENCODE(names).decode() if (names := [name for name in json_columns if filled[name][row]]) else None
            for row in range(piece.height)
        ]
        yield rows


def _is_json(kind: pl.DataType) -> bool:
    import polars as pl

    return not isinstance(kind, (pl.String, pl.Categorical, pl.Enum, pl.Date, pl.Datetime, pl.Time))


def _as_text(column: pl.Series) -> pl.Series:
    import polars as pl

    kind = column.dtype
    if isinstance(kind, (pl.String, pl.Categorical, pl.Enum)):
        return column.cast(pl.String)
    if isinstance(kind, pl.Datetime):
        return column.dt.to_string("iso:strict").alias(column.name)
    if isinstance(kind, (pl.Date, pl.Time)):
        return column.dt.to_string("iso").alias(column.name)
    values = [None if value is None else _ENCODE(value).decode() for value in column.to_list()]
    return pl.Series(column.name, values, dtype=pl.String)
