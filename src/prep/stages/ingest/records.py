"""Rows become records: columns renamed and added, ids given, joins made."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import polars as pl

from prep.errors import InputError
from prep.stages.ingest.batches import Batch, quarantine_frame
from prep.stages.ingest.chunks import chunked
from prep.stages.ingest.discover import DOCUMENTS, readable
from prep.stages.ingest.forbidden import is_forbidden, usable
from prep.stages.ingest.source_file import opaque
from prep.stages.part import IDENTITY, complete
from prep.stages.tables import join_columns, load_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from prep.stages.ingest.rows import Rows
    from prep.stages.ingest.settings import Source
    from prep.stages.ingest.source_file import SourceFile


def to_batch(found: Sequence[Rows], source: Source, base: Path) -> Batch:
    """The records of `found` as one complete frame; every column is a string.

    Columns that `set`, `from_path` and `join` give stand first, so that their place does not depend on which columns
    the rows of a batch happen to have.
    """
    found = [usable(rows, source) for rows in found]
    return Batch(
        complete(to_frame(found, source, base)), quarantine_frame([row for rows in found for row in rows.broken])
    )


def to_frame(found: Sequence[Rows], source: Source, base: Path) -> pl.DataFrame:
    """The records as a frame of their columns and what places them: the engine's columns of a record but its fate.

    A document in chunks is a record, too: its own text is gone, and it is marked as `chunked`.
    """
    found = [chunked(rows, source.chunk) for rows in found]
    added = [_constants(source, rows.file) for rows in found]
    renames = [_renames(source, rows) for rows in found]
    count = sum(len(rows.rows) for rows in found)
    frame = _columns(found, added, renames, count)
    if source.join is not None:
        own = frame.columns
        frame = join_columns(frame, load_table(base / source.join.path), source.join.on, source.join.path)
        _check_names(frame.columns, source.join.path)
        given = [name for name in frame.columns if name not in own]
        fixed = [name for name in own if added and name in added[0]]
        frame = frame.select(*fixed, *given, *(name for name in own if name not in fixed))
    places = pl.DataFrame(
        {
            "_source": [rows.file.source for rows in found for _ in rows.rows],
            "_file": [rows.file.name for rows in found for _ in rows.rows],
            "_row": [row for rows in found for row in rows.rows],
            "_child": [0] * count,
            "_json": [
                names
                for rows, new, old in zip(found, added, renames, strict=True)
                for names in _json(rows.json, new, old, source)
            ],
        },
        schema={name: IDENTITY[name] for name in ("_source", "_file", "_row", "_child", "_json")},
    )
    chunk = pl.Series([name for rows in found for name in rows.chunks or [None] * len(rows.rows)], dtype=pl.String)
    whole = pl.Series([bool(rows.chunks) and not row for rows in found for row in rows.rows], dtype=pl.Boolean)
    key = frame[source.id] if source.id in frame.columns else pl.Series([None] * count, dtype=pl.String)
    document = pl.Series([rows.file.format in DOCUMENTS for rows in found for _ in rows.rows], dtype=pl.Boolean)
    places = places.with_columns(key.alias("_key")).with_columns(
        pl.when(pl.col("_key").str.strip_chars() != "").then("_key").alias("_key")
    )
    source_files = [rows.file for rows in found]
    named = (
        pl.when(pl.col("_key").is_not_null())
        .then(pl.format("{}:{}", "_file", shown("_key", source_files)))
        .when(document)
        .then("_file")
        # Beside named ids a place is told apart: an id may be the number of another line.
        .otherwise(pl.format("{}:{}" if source.id is None else "{}@{}", "_file", "_row"))
    )
    places = places.with_columns(
        pl.concat_str(named, chunk.fill_null("")).alias("_id"),
        pl.when(chunk.is_not_null()).then(named).alias("_parent"),
        pl.when(chunk.is_not_null()).then(named).alias("_root"),
        pl.when(whole).then(pl.lit("chunked")).alias("_reason"),
        pl.when(whole).then(pl.lit("ingest")).alias("_stage"),
    )
    return places.hstack(frame.get_columns())


def shown(name: str, files: Sequence[SourceFile]) -> pl.Expr:
    """The column `name` as ids have it: as it is, or hashed."""
    if not files or not files[0].options.opaque:
        return pl.col(name)
    return pl.col(name).map_elements(opaque, return_dtype=pl.String)


def _columns(
    found: Sequence[Rows], added: list[dict[str, str | None]], renames: list[dict[str, str]], count: int
) -> pl.DataFrame:
    """The user's columns of all rows, one below the other; a column that some rows lack is null there."""
    cells: dict[str, list[str | None]] = {name: [] for new in added for name in new}
    done = 0
    for rows, new, old in zip(found, added, renames, strict=True):
        height = len(rows.rows)
        for name in rows.columns:
            if old.get(name, name) in new:
                raise InputError(
                    f"the column {old.get(name, name)} is in the file, and `set` or `from_path` gives it, too",
                    where=readable(rows.file.relative),
                    hint="give the constant another name, or rename the file's column in `columns`",
                )
        for name, value in new.items():
            cells[name] += [value] * height
        for name, values in rows.columns.items():
            name = old.get(name, name)
            if name not in new:
                cells.setdefault(name, [None] * done).extend(values)
        done += height
        for values in cells.values():
            if len(values) < done:
                values.extend([None] * (done - len(values)))
    frame = pl.DataFrame([pl.Series(name, values, dtype=pl.String) for name, values in cells.items()])
    return frame if frame.width else pl.DataFrame({"_": [None] * count}).drop("_")


def _constants(source: Source, file: SourceFile) -> dict[str, str | None]:
    """The columns that `set` and `from_path` give to every row of a file."""
    found: dict[str, str | None] = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in source.set.items()
    }
    if source.from_path is not None:
        match = re.search(source.from_path, readable(file.relative))
        names = re.compile(source.from_path).groupindex
        found |= match.groupdict() if match else dict.fromkeys(names)
    return found


def _renames(source: Source, rows: Rows) -> dict[str, str]:
    """Old to new name, of the columns these rows have. InputError for a name that is taken or not allowed."""
    renames = {old: new for old, new in source.columns.items() if old in rows.columns}
    owners: dict[str, str] = {}
    for old in rows.columns:
        new = renames.get(old, old)
        other = owners.setdefault(new, old)
        if other != old:
            first, second = (old, other) if old in renames else (other, old)
            raise InputError(
                f"{first} cannot be renamed to {new}: {second} is called so, too",
                where=readable(rows.file.relative),
                hint="rename that one too, in `columns`",
            )
    _check_names(owners, readable(rows.file.relative))
    return renames


def _json(
    column: list[str | None], new: dict[str, str | None], renames: dict[str, str], source: Source
) -> list[str | None]:
    """`_json` under the new names: without what a constant replaced, with the constants that are no strings."""
    constants = [name for name, value in source.set.items() if not isinstance(value, str)]
    if not constants and not renames and not any(column):
        return column
    if not constants and not renames and not new:
        return column
    changed: dict[str | None, str | None] = {}
    for names in set(column):
        kept = [renames.get(name, name) for name in json.loads(names or "[]")]
        kept = [name for name in kept if name not in new] + constants
        changed[names] = json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else None
    return [changed[names] for names in column]


def _check_names(names: Iterable[str], where: str) -> None:
    for name in names:
        if not is_forbidden(name):
            continue
        message = f"the column {name!r} "
        message += "begins with an underscore" if name.startswith("_") else "reads as a pattern"
        new = name.strip("_*^$") or "name"
        raise InputError(
            message if name else "a column has no name",
            where=where,
            hint=f"such names cannot be used; rename it: columns: {{{json.dumps(name, ensure_ascii=False)}: {new}}}",
        )
