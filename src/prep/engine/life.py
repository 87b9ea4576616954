"""One record's whole life, out of the ledger of the published outputs: for `prep why`."""

from __future__ import annotations

import difflib
import json
import re
from typing import TYPE_CHECKING, Any

import polars as pl

from prep.errors import InputError

if TYPE_CHECKING:
    from prep.engine.context import Context

# Beyond so many names nobody waits for the nearest.
MOST_NAMES = 20_000


def life(context: Context, name: str) -> dict[str, Any]:
    """The events of the record `name`: an id, or a line of an output (`train.jsonl:17`, with or without its folders).

    InputError when nothing was published yet or nothing has that name.
    """
    path = context.directory / "ledger.parquet"
    if not path.exists():
        raise InputError(
            "there is no ledger yet", where=str(path), hint=f"run the pipeline first: prep run {context.loaded.path}"
        )
    book = pl.scan_parquet(path, glob=False)
    record = _resolve(context, book, name)
    events = book.filter(pl.col("record") == record).collect()
    related = (
        book.filter(pl.col("ref") == record, pl.col("event") == "dropped")
        .select("record", "reason", "similarity")
        .collect()
    )
    return {
        "schema_version": 1,
        "record": record,
        "place": _place(events),
        "events": [_told(event) for event in events.iter_rows(named=True)],
        "dropped_for_it": [_told(row) for row in related.iter_rows(named=True)],
    }


def _resolve(context: Context, book: pl.LazyFrame, name: str) -> str:
    """The record that `name` means: itself, or the one behind a line of an output."""
    if book.filter(pl.col("record") == name).head(1).collect().height:
        return name
    line = re.fullmatch(r"(?P<output>.+):(?P<line>[0-9]+)", name)
    found = _behind(context, book, line["output"], int(line["line"])) if line else None
    if found is not None:
        return found
    names = book.select("record").unique().collect()["record"]
    near = difflib.get_close_matches(name, names.sort().to_list(), n=3, cutoff=0.7) if names.len() < MOST_NAMES else []
    raise InputError(
        f"no record or output line is called {name}",
        hint="near: " + ", ".join(near) if near else "ids look like clauses.jsonl:42, output lines like train.jsonl:17",
    )


def _behind(context: Context, book: pl.LazyFrame, output: str, line: int) -> str | None:
    """The record on a line of an output, or else of an input; folders in front of an output's name may differ."""
    given = "/" + output.replace("\\", "/").removeprefix("./").lstrip("/")
    if given.endswith("/rejects.jsonl"):
        lines = (context.directory / "rejects.jsonl").read_bytes().splitlines()
        return str(json.loads(lines[line - 1])["id"]) if 0 < line <= len(lines) else None
    events = book.filter(pl.col("line") == line, pl.col("output").is_not_null())
    rows = events.select("record", "output", "event").collect().sort("event", "output", descending=[True, False])
    for record, name, _ in rows.iter_rows():
        if given.endswith("/" + name) or f"/{name}".endswith(given):
            return str(record)
    place = book.filter(pl.col("_file") == output, pl.col("_row") == line).sort("_child").head(1).collect()
    return str(place["record"][0]) if place.height else None


def _place(events: pl.DataFrame) -> str:
    return f"{events['_file'][0]}:{events['_row'][0]}" if events.height else ""


def _told(event: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in event.items() if value is not None and not name.startswith("_") and name != "seq"
    }
