"""One record's whole life, out of the ledger of the published outputs: for `prep why`."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Any

import polars as pl

from prep.errors import InputError

if TYPE_CHECKING:
    from prep.engine.context import Context


def life(context: Context, name: str) -> dict[str, Any]:
    """The events of the record `name`: an id, or a line of an output (`train.jsonl:17`, with or without its folders).

    InputError when nothing was published yet or nothing has that name.
    """
    path = context.directory / "ledger.parquet"
    if not path.exists():
        raise InputError(
            "there is no ledger yet", where=str(path), hint=f"run the pipeline first: prep run {context.loaded.path}"
        )
    book = pl.scan_parquet(path)
    record = _resolve(book, name)
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


def _resolve(book: pl.LazyFrame, name: str) -> str:
    if book.filter(pl.col("record") == name).head(1).collect().height:
        return name
    line = re.fullmatch(r"(?P<output>.+):(?P<line>[0-9]+)", name)
    if line:
        output = line["output"].replace("\\", "/").removeprefix("./")
        found = (
            book.filter(pl.col("line") == int(line["line"]), pl.col("output").is_not_null())
            .filter((pl.col("output") == output) | pl.col("output").str.ends_with("/" + output))
            .select("record", "output", "event")
            .collect()
            .sort("event", descending=True)
        )
        exact = found.filter((pl.col("output") == output) | (pl.col("event") == "written"))
        if found.height:
            return str((exact if exact.height else found)["record"][0])
        absolute = output.rpartition("/finetune/")[2]
        if absolute != output:
            return _resolve(book, f"finetune/{absolute}:{line['line']}")
    names = book.select("record").unique().head(200_000).collect()["record"].to_list()
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.7) if len(names) < 20_000 else []
    raise InputError(
        f"no record or output line is called {name}",
        hint="near: " + ", ".join(near) if near else "ids look like clauses.jsonl:42, output lines like train.jsonl:17",
    )


def _place(events: pl.DataFrame) -> str:
    return f"{events['_file'][0]}:{events['_row'][0]}" if events.height else ""


def _told(event: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in event.items() if value is not None and not name.startswith("_") and name != "seq"
    }
