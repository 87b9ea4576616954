"""Rows become records: columns renamed and added, ids given, joins made."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import polars as pl

from prep.errors import InputError
from prep.stages.ingest.batches import Batch, quarantine_frame
from prep.stages.part import IDENTITY, complete
from prep.stages.tables import join_columns, load_table

if TYPE_CHECKING:
    from pathlib import Path

    from prep.stages.ingest.discover import SourceFile
    from prep.stages.ingest.rows import Rows
    from prep.stages.ingest.settings import Source


def to_batch(rows: Rows, source: Source, base: Path) -> Batch:
    """The records of `rows` as a complete frame; every column is a string."""
    file = rows.file
    count = len(rows.rows)
    cells = {name: values + [None] * (count - len(values)) for name, values in rows.columns.items()}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(cells, pl.String))
    frame = frame if frame.width else pl.DataFrame({"": [None] * count}).drop("")
    frame = add_columns(_rename(frame, source, file), source, file, base)
    _check_names(frame.columns, file)
    places = pl.DataFrame(
        {
            "_source": [file.source] * count,
            "_file": [file.name] * count,
            "_row": rows.rows,
            "_child": [0] * count,
            "_json": [_renamed(names, source) for names in rows.json],
        },
        schema={name: IDENTITY[name] for name in ("_source", "_file", "_row", "_child", "_json")},
    )
    key = frame[source.id] if source.id in frame.columns else pl.Series([None] * count, dtype=pl.String)
    key = key.alias("_key")
    key = pl.select(pl.when(key.str.strip_chars() != "").then(key).alias("_key")).to_series()
    frame = pl.concat([places, pl.DataFrame([key]), frame], how="horizontal")
    place = pl.col("_file") if _is_document(file) else pl.format("{}:{}", "_file", "_row")
    named = pl.when(pl.col("_key").is_not_null()).then(pl.format("{}:{}", "_file", "_key")).otherwise(place)
    return Batch(complete(frame.with_columns(named.alias("_id"))), quarantine_frame(rows.broken))


def add_columns(frame: pl.DataFrame, source: Source, file: SourceFile, base: Path) -> pl.DataFrame:
    """`frame` with the columns that `set`, `from_path` and `join` give."""
    frame = frame.with_columns(
        pl.lit(value if isinstance(value, str) else json.dumps(value), dtype=pl.String).alias(name)
        for name, value in source.set.items()
    )
    if source.from_path is not None:
        match = re.search(source.from_path, file.relative)
        names = re.compile(source.from_path).groupindex
        found = match.groupdict() if match else dict.fromkeys(names)
        frame = frame.with_columns(pl.lit(value, dtype=pl.String).alias(name) for name, value in found.items())
    if source.join is not None:
        frame = join_columns(frame, load_table(base / source.join.path), source.join.on, source.join.path)
    return frame


def _rename(frame: pl.DataFrame, source: Source, file: SourceFile) -> pl.DataFrame:
    renames = {old: new for old, new in source.columns.items() if old in frame.columns}
    for old, new in renames.items():
        if new in frame.columns and new not in renames:
            raise InputError(
                f"{old} cannot be renamed to {new}: there is a column of that name",
                where=file.relative,
                hint="rename that one too, in `columns`",
            )
    return frame.rename(renames)


def _renamed(names: str | None, source: Source) -> str | None:
    if names is None or not source.columns:
        return names
    return json.dumps([source.columns.get(name, name) for name in json.loads(names)], separators=(",", ":"))


def _check_names(names: list[str], file: SourceFile) -> None:
    for name in names:
        if name.startswith("_") or not name:
            raise InputError(
                f"the column {name!r} begins with an underscore" if name else "a column has no name",
                where=file.relative,
                hint=f"rename it: columns: {{{name or '...'}: {name.lstrip('_') or 'name'}}}",
            )


def _is_document(file: SourceFile) -> bool:
    return file.format in ("txt", "md")
