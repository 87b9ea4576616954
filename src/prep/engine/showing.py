"""Real rows before and after each clean step, and one finished example: for `prep show`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from prep.engine.plan import make_plan
from prep.engine.tasks.read import batches
from prep.stages.clean.apply import apply as clean
from prep.stages.format.apply import apply as format_records
from prep.stages.part import Part, concat
from prep.stages.registry import STEPS

if TYPE_CHECKING:
    from prep.engine.context import Context


def show(context: Context, step: str | None, rows: int, *, masked: bool = False) -> dict[str, Any]:
    """What each step (or the one called `step`) does to the first records: changed cells, drops, one example.

    `masked`: what a `redact` of the pipeline finds is left out of the cells before it, too.
    """
    found: list[dict[str, Any]] = []
    example = None
    for task in make_plan(context).tasks:
        frame = concat([batch.frame for batch in batches(context, task)])
        part = context.part(frame, task.source)
        for entry in context.local.clean:
            before = part
            part, _ = clean(part, [(entry.name, entry.config)], STEPS, finish=False)
            if step is None or entry.name == step:
                found += _differences(before, part, entry.name, rows)
        if context.pipeline.format is not None and example is None:
            done = format_records(replace(part, stage="format", step=None), context.pipeline.format)
            made = done.frame.filter(done.alive)
            example = made["_example"][0] if made.height else None
    return {"schema_version": 1, "steps": _masked(context, found) if masked else found, "example": example}


def _masked(context: Context, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The differences without the values that the pipeline redacts."""
    from prep.personal.find import find
    from prep.stages.clean.redact import Redact

    configs = [entry.config for entry in context.local.clean if isinstance(entry.config, Redact)]
    for config in configs:
        search = config.search(context.base)
        for side in ("before", "after"):
            texts = pl.Series([entry.get(side) for entry in found], dtype=pl.String)
            for row, start, end, *_ in find(texts, search).reverse().iter_rows():
                text = found[row][side]
                found[row][side] = f"{text[:start]}[...]{text[end:]}"
    return found


def _differences(before: Part, after: Part, step: str, rows: int) -> list[dict[str, Any]]:
    columns = [name for name in after.frame.columns if not name.startswith("_")]
    old = before.frame
    new = after.frame.filter(pl.col("_id").is_in(old["_id"].implode()))
    found: list[dict[str, Any]] = []
    for name in columns:
        was = old[name] if name in old.columns else pl.Series(name, [None] * old.height, dtype=pl.String)
        changed = new.with_columns(was.alias("_was")).filter(pl.col("_was").ne_missing(pl.col(name))).head(rows)
        found += [
            {"step": step, "record": record, "column": name, "before": one, "after": other}
            for record, one, other in changed.select("_id", "_was", name).iter_rows()
        ]
    dropped = new.filter(old["_reason"].is_null() & pl.col("_reason").is_not_null()).head(rows)
    found += [
        {"step": step, "record": record, "dropped": reason, "detail": detail}
        for record, reason, detail in dropped.select("_id", "_reason", "_detail").iter_rows()
    ]
    return found
