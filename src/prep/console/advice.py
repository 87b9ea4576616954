"""The advice as a person reads it: the sentence, the tables, and with `--explain` the sums."""

from __future__ import annotations

from typing import Any

from prep.advice.memo import EVEN_COLUMNS, WAY_COLUMNS
from prep.advice.tell import (
    ENOUGH_COLUMNS,
    enough_row,
    even_row,
    flattens_told,
    flip_told,
    hybrid_row,
    left_out_told,
    quality_told,
    refused_told,
    way_row,
    worth_showing,
)
from prep.advice.words import plain
from prep.console.tables import show, table


def print_advice(found: dict[str, Any], *, explain: bool) -> None:
    """The verdict first, then what it rests on."""
    show(found["verdict"]["sentence"])
    if found["target"]:
        show("", f"Of the target alone, {found['target']['offer']}: {found['target']['sentence']}")
    for warning in found["warnings"]:
        show(f"warning: {warning}")
    ways = [one for one in found["ways"] if one["can_be_had"]]
    rows = [*hybrid_row(found), *(way_row(one, found) for one in worth_showing(found))]
    if rows:
        show("", table(WAY_COLUMNS, rows, whole=WAY_COLUMNS[:6]))
    show(*left_out_told(ways))
    show(*(f"not to be had: {told}" for told in refused_told(found)))
    if found["break_even"]:
        rows = [even_row(one) for one in found["break_even"]]
        show("", "from when on tuning pays:", table(EVEN_COLUMNS, rows, whole=EVEN_COLUMNS))
    if found["hybrid"]:
        show("", f"the hybrid path: {found['hybrid']}")
    show("", "what would flip the answer:", *(f"  {flip_told(one)}" for one in found["flips"]))
    show(*(f"  {told}" for told in quality_told(found)))
    show("", "what speaks for each, beyond cost:")
    show(*(f"  {one['option'].replace('_', '-')}, {one['about']}: {one['told']}" for one in found["grounds"]))
    show("", "how much data is enough:")
    print_enough(found["enough"])
    show("")
    show(*(f"assumed: {told}" for told in found["assumptions"]))
    if explain:
        _explain(found)
    else:
        show("", "--explain prints each formula with its numbers, and every price with its source and date")
    show(*(f"written: {name}" for name in found.get("files", [])))


def print_enough(found: dict[str, Any]) -> None:
    """What each nested subset adds, and where that flattens."""
    show(table(ENOUGH_COLUMNS, [enough_row(one) for one in found["subsets"]], whole=ENOUGH_COLUMNS))
    show(flattens_told(found))


def _explain(found: dict[str, Any]) -> None:
    for one in found["trace"]:
        show("", f"{one['of']}:")
        for step in one["steps"]:
            show(f"  {step['name']} = {step['formula']}", f"    = {step['numbers']}")
            show(f"    = {plain(step['value'])} {step['unit']}")
        if one["epochs"]:
            show(f"  {one['epochs']}")
        for price in one["prices"]:
            made = f", {price['note']}" if price["note"] else ""
            age = f"{price['as_of']}, {price['age_days']} days old, {price['confidence']} confidence"
            show(f"  {price['what']}: {plain(price['usd'])} USD{made} ({price['source']}, {age})")
    show("")
    show(*(f"{key}: {one['url']}, {one['as_of']}" for key, one in found["sources"].items()))
