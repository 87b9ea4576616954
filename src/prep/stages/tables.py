"""Small tables that are joined to records (CSV, TSV, JSONL, Parquet), and how any table's values become text."""

from __future__ import annotations

import csv
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

import msgspec
import polars as pl

from prep.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

DELIMITERS = ",;\t|"
_SNIFFED_ROWS = 20
_LONGEST_FIELD = 64 * 1024 * 1024
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_STRING = msgspec.json.Decoder(str).decode
INFINITE = ("Infinity", "-Infinity")
_ENCODE = msgspec.json.Encoder(decimal_format="number").encode


def load_table(path: Path) -> pl.DataFrame:
    """The table at `path`, all columns strings. InputError where it cannot be read or a row is broken."""
    try:
        status = path.stat()
        return _load(path, (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino))
    except (OSError, pl.exceptions.PolarsError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"cannot read this table: {error}", where=str(path)) from error


@lru_cache(maxsize=8)
def _load(path: Path, _identity: tuple[int, ...]) -> pl.DataFrame:
    ending = path.suffix.lower()
    if ending in (".csv", ".tsv"):
        return _csv(path)
    if ending in (".jsonl", ".ndjson"):
        return _jsonl(path)
    if ending == ".parquet":
        frame = pl.read_parquet(path, glob=False)
        return frame.select(as_text(frame[name]) for name in frame.columns)
    raise InputError("a table is a .csv, .tsv, .jsonl or .parquet file", where=str(path))


def first_lines(path: Path) -> list[int] | None:
    """The line on which each row of `load_table` begins, from 1; None for a table without lines."""
    if path.suffix.lower() in (".csv", ".tsv"):
        text = path.read_bytes().decode("utf-8-sig")
        return [line for line, _ in _csv_rows(path, text, _delimiter(path, text))][1:]
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return [line for line, text in enumerate(path.read_bytes().split(b"\n"), 1) if text.strip(b"\xef\xbb\xbf \t\r")]
    return None


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
    # A null never matches, so it may stand more than once.
    numbered = table.with_row_index("_number", 1).drop_nulls(list(on))
    twice = numbered.group_by(on, maintain_order=True).agg("_number").filter(pl.col("_number").list.len() > 1)
    if twice.height:
        key = ", ".join(str(twice[name][0]) for name in on)
        rows = twice["_number"][0].to_list()[:2]
        raise InputError(
            f"the key {key} stands more than once: in the table's rows {rows[0]} and {rows[1]}, the header not counted",
            where=where,
            hint="a joined table has one row a key",
        )
    both = sorted((set(table.columns) & set(frame.columns)) - set(on))
    if both:
        raise InputError(
            f"the column {both[0]} is in the table and in the records", where=where, hint="rename one of them"
        )
    absent = [pl.lit(None, dtype=pl.String).alias(name) for name in on if name not in frame.columns]
    return frame.with_columns(absent).join(table, on=list(on), how="left", maintain_order="left")


def sniff(head: str, *, whole: bool = True) -> str:
    """The delimiter of a CSV text that starts with `head`: one that cuts the header, and the first rows most alike."""
    lines = head.splitlines(keepends=True) if "\n" not in head else [line + "\n" for line in head.split("\n")]
    found = {mark: _widths(lines, mark, whole) for mark in DELIMITERS}
    best = {mark: (widths[0] > 1, widths.count(widths[0]) / len(widths), widths[0]) for mark, widths in found.items()}
    return max(DELIMITERS, key=lambda mark: best[mark])


def _widths(lines: list[str], mark: str, whole: bool) -> list[int]:
    """The number of cells in each of the first rows; without the last one where the text goes on behind it."""
    csv.field_size_limit(_LONGEST_FIELD)
    widths: list[int] = []
    try:
        for row in islice(csv.reader(lines, delimiter=mark), _SNIFFED_ROWS + 1):
            widths += [len(row)] if row else []
    except csv.Error:
        pass  # what stands before the broken row decides
    return (widths if whole or len(widths) < 2 else widths[:-1]) or [0]


def is_json(kind: pl.DataType) -> bool:
    """Whether values of this type are carried as JSON text (not: as a string of their own)."""
    return not isinstance(kind, (pl.String, pl.Categorical, pl.Enum, pl.Date, pl.Datetime, pl.Time, pl.Null))


def as_text(column: pl.Series) -> pl.Series:
    """A column as strings: strings as they are, dates and times in ISO form, any other value as JSON text.

    JSON has neither NaN, which is null here as those who write tables mean it, nor infinity, which is a word.
    """
    kind = column.dtype
    if isinstance(kind, (pl.String, pl.Categorical, pl.Enum, pl.Null)):
        return column.cast(pl.String)
    if isinstance(kind, pl.Datetime):
        return column.dt.to_string("iso:strict").alias(column.name)
    if isinstance(kind, (pl.Date, pl.Time)):
        return column.dt.to_string("iso").alias(column.name)
    if kind.is_integer() or isinstance(kind, pl.Boolean):
        return column.cast(pl.String)
    if kind.is_float():
        column = column.fill_nan(None)
    values = [None if value is None else _ENCODE(_plain(value)).decode() for value in column.to_list()]
    if kind.is_float():
        values = [INFINITE[found < 0] if text == "null" else text for found, text in zip(column, values, strict=True)]
    return pl.Series(column.name, values, dtype=pl.String)


def _plain(value: object) -> object:
    """Nested polars values as plain lists; bytes that are text as text."""
    match value:
        case pl.Series():
            return [_plain(one) for one in value.to_list()]
        case dict():
            return {name: _plain(one) for name, one in value.items()}
        case list():
            return [_plain(one) for one in value]
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                return value
    return value


def _delimiter(path: Path, text: str) -> str:
    return "\t" if path.suffix.lower() == ".tsv" else sniff(text[:_LONGEST_FIELD])


def _csv(path: Path) -> pl.DataFrame:
    text = path.read_bytes().decode("utf-8-sig")
    rows = list(_csv_rows(path, text, _delimiter(path, text)))
    if not rows:
        raise InputError("the table is empty", where=str(path))
    header = rows[0][1]
    for number, row in rows[1:]:
        if len(row) != len(header):
            raise InputError(
                f"line {number} has {len(row)} cells, the header has {len(header)}", where=f"{path}:{number}"
            )
    twice = [name for at, name in enumerate(header) if name in header[:at]]
    if twice:
        raise InputError(f"the column {twice[0]!r} stands twice in the header", where=f"{path}:{rows[0][0]}")
    return pl.DataFrame([row for _, row in rows[1:]], schema=dict.fromkeys(header, pl.String), orient="row")


def _csv_rows(path: Path, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line that it begins on."""
    csv.field_size_limit(_LONGEST_FIELD)
    lines = text.splitlines(keepends=True) if "\n" not in text else [line + "\n" for line in text.split("\n")]
    if lines and text.endswith("\n"):
        lines.pop()
    parser = csv.reader(lines, delimiter=delimiter, strict=True)
    begins = 1
    try:
        for row in parser:
            if row:
                yield begins, row
            begins = parser.line_num + 1
    except csv.Error as error:
        raise InputError(f"the row that begins in line {begins} is broken: {error}", where=f"{path}:{begins}") from None


def _jsonl(path: Path) -> pl.DataFrame:
    rows: list[dict[str, str | None]] = []
    for number, line in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if not line.strip():
            continue
        try:
            rows.append({name: _cell(bytes(raw)) for name, raw in _OBJECT(line).items()})
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise InputError(f"line {number} is not a JSON object: {error}", where=f"{path}:{number}") from error
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))


def _cell(raw: bytes) -> str | None:
    if raw == b"null":
        return None
    return _STRING(raw) if raw[:1] == b'"' else raw.decode()
