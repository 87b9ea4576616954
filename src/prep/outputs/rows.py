"""Records as files for people and programs: JSONL, CSV, Parquet; JSON cells keep their source text, on one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
from polars.io.plugins import register_io_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_ENCODE = msgspec.json.Encoder().encode
# Fixed, so that the file's bytes depend on the records alone.
_ROWS_OF_A_GROUP = 64 * 1024
_NAMES = msgspec.json.Decoder(list[str])


def json_rows(frame: pl.DataFrame, columns: list[str]) -> Iterator[dict[str, Any]]:
    """One dict a record; a cell that `_json` names is raw JSON, every other one a string; null cells are left out."""
    json_columns = frame["_json"].to_list() if "_json" in frame.columns else [None] * frame.height
    for row, names in zip(frame.select(columns).iter_rows(named=True), json_columns, strict=True):
        raw = set(_NAMES.decode(names)) if names else ()
        yield {
            name: msgspec.Raw(value.encode()) if name in raw else value
            for name, value in row.items()
            if value is not None
        }


def id_column(columns: list[str]) -> str:
    """The name under which the record's id is written: `record_id`, or longer where the data has that."""
    name = "record_id"
    while name in columns:
        name = f"prep_{name}"
    return name


def write_records(frames: Iterable[pl.DataFrame], columns: list[str], path: Path) -> None:
    """Write the records, their id first, in the order they have; the ending of `path` says how.

    `columns` are the user's columns of all parts, in the order they are to have; each of `frames` has some of them.
    """
    name = id_column(columns)
    path.parent.mkdir(parents=True, exist_ok=True)
    tables = (_with_all(frame, name, columns) for frame in frames)
    if path.suffix == ".parquet":
        source = register_io_source(
            lambda *_: (table.select(name, *columns) for table in tables),
            schema=dict.fromkeys([name, *columns], pl.String),
        )
        source.sink_parquet(path, row_group_size=_ROWS_OF_A_GROUP)
        return
    with path.open("wb") as handle:
        if path.suffix == ".csv":
            for number, table in enumerate(tables):
                table.select(name, *columns).write_csv(handle, include_header=number == 0)
            return
        for table in tables:
            for row in json_rows(table, [name, *columns]):
                handle.write(_line(row))


def _line(values: dict[str, Any]) -> bytes:
    """`values` as one line of JSON: a line end in a cell's source text can only stand between values."""
    return _ENCODE(values).replace(b"\r", b" ").replace(b"\n", b" ") + b"\n"


def _with_all(frame: pl.DataFrame, name: str, columns: list[str]) -> pl.DataFrame:
    missing = [pl.lit(None, dtype=pl.String).alias(column) for column in columns if column not in frame.columns]
    return frame.with_columns(missing).with_columns(pl.col("_id").alias(name))


def write_quarantined(frame: pl.DataFrame, path: Path) -> None:
    """Write one line an entry that could not be read: place, reason, hash of its bytes, and their start as text."""
    with path.open("wb") as handle:
        for entry in frame.select("place", "reason", "hash", "content").iter_rows(named=True):
            handle.write(_line(entry))


def write_rejects(frames: Iterable[pl.DataFrame], path: Path) -> None:
    """Write one line a dropped record: its id, why it was dropped, and its columns as they were after all steps."""
    fate = ["_id", "_stage", "_step", "_reason", "_ref", "_via", "_similarity", "_detail"]
    with path.open("wb") as handle:
        for frame in frames:
            columns = sorted(name for name in frame.columns if not name.startswith("_"))
            facts = frame.select(fate).rename(lambda name: name[1:]).iter_rows(named=True)
            for why, record in zip(facts, json_rows(frame, columns), strict=True):
                line = {name: value for name, value in why.items() if value is not None}
                handle.write(_line(line | {"record": record}))
