"""The input that could not be read, for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from prep.engine.parts import PartFiles
from prep.engine.plan import make_plan

if TYPE_CHECKING:
    from prep.engine.context import Context


def first_entries(context: Context, read_facts: list[dict[str, Any]], count: int = 5) -> list[str]:
    """The first places that were quarantined, each with its reason."""
    found: list[str] = []
    for task, facts in zip(make_plan(context).tasks, read_facts, strict=True):
        for number, part in enumerate(facts["parts"]):
            if part["quarantined"] and len(found) < count:
                events = PartFiles(context.cache.folder(task.key), number).read("events", ["record", "event", "reason"])
                rows = events.filter(pl.col("event") == "quarantined").select("record", "reason").iter_rows()
                found += [f"{place} ({reason})" for place, reason in rows]
    return found[:count]
