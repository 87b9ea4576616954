"""Small tables that are joined to records: CSV, TSV, JSONL or Parquet, every value text."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from prep.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_STRING = msgspec.json.Decoder(str).decode


def load_table(path: Path) -> pl.DataFrame:
    """The table at `path`, all columns strings. InputError where it cannot be read or a row is broken."""
    try:
        if path.suffix in (".csv", ".tsv"):
            return _csv(path)
        if path.suffix in (".jsonl", ".ndjson"):
            return _jsonl(path)
        if path.suffix == ".parquet":
            return pl.read_parquet(path).cast(pl.String)
    except (OSError, pl.exceptions.PolarsError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read this table: {error}", where=str(path)) from error
    raise InputError("a table is a .csv, .tsv, .jsonl or .parquet file", where=str(path))


def join_columns(frame: pl.DataFrame, table: pl.DataFrame, on: Sequence[str], where: str) -> pl.DataFrame:
    """`frame` with the other columns of `table` where `on` agree; rows keep their order, no match gives nulls.

    InputError where a key stands twice in the table (it would multiply records), where `on` is missing there, or
    where both sides have a further column of the same name.
    """
    missing = [name for name in on if name not in table.columns]
    if missing:
        raise InputError(
            f"the table has no column {missing[0]}", where=where, hint=f"its columns are: {', '.join(table.columns)}"
        )
    twice = table.filter(pl.struct(on).is_duplicated())
    if twice.height:
        key = ", ".join(str(twice[name][0]) for name in on)
        raise InputError(f"the key {key} stands more than once", where=where, hint="a joined table has one row a key")
    both = sorted((set(table.columns) & set(frame.columns)) - set(on))
    if both:
        raise InputError(
            f"the column {both[0]} is in the table and in the records", where=where, hint="rename one of them"
        )
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in on if name not in frame.columns]
    return frame.with_columns(absent).join(table, on=list(on), how="left", maintain_order="left")


def _csv(path: Path) -> pl.DataFrame:
    with path.open(newline="", encoding="utf-8-sig") as handle:
        rows = list(csv.reader(handle, delimiter="\t" if path.suffix == ".tsv" else ","))
    if not rows:
        raise InputError("the table is empty", where=str(path))
    header = rows[0]
    for number, row in enumerate(rows[1:], 2):
        if row and len(row) != len(header):
            raise InputError(
                f"row {number} has {len(row)} cells, the header has {len(header)}", where=f"{path}:{number}"
            )
    return pl.DataFrame([row for row in rows[1:] if row], schema=dict.fromkeys(header, pl.String), orient="row")


def _jsonl(path: Path) -> pl.DataFrame:
    rows: list[dict[str, str | None]] = []
    for number, line in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            rows.append({name: _cell(bytes(raw)) for name, raw in _OBJECT(line).items()})
        except msgspec.DecodeError as error:
            raise InputError(f"line {number} is not a JSON object: {error}", where=f"{path}:{number}") from error
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))


def _cell(raw: bytes) -> str | None:
    if raw == b"null":
        return None
    return _STRING(raw) if raw[:1] == b'"' else raw.decode()
