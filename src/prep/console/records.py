"""One record's life, and differences before and after a step."""

from __future__ import annotations

import json
from typing import Any

from prep.console.tables import show

_CELL = 600
_CONTEXT = 60


def print_life(found: dict[str, Any]) -> None:
    """The events of one record, in their order."""
    show(f"{found['record']}  (from {found['place']})")
    for event in found["events"]:
        show(f"  {_told(event)}")
    for other in found["dropped_for_it"]:
        alike = f", similarity {other['similarity']:.3f}" if "similarity" in other else ""
        show(f"  kept in place of {other['record']} ({other['reason']}{alike})")


def _told(event: dict[str, Any]) -> str:
    step = event.get("step") or event.get("stage", "")
    detail = f" ({event['detail']})" if "detail" in event else ""
    kind = event["event"]
    if kind == "dropped":
        ref = f", for {event['ref']}" if "ref" in event else ""
        via = f" through {event['via']}" if "via" in event else ""
        alike = f", similarity {event['similarity']:.3f}" if "similarity" in event else ""
        return f"dropped by {step}: {event['reason']}{ref}{via}{alike}{detail}"
    if kind == "changed":
        return f"changed by {step}{detail}"
    if kind == "assigned":
        return f"assigned to {event['split']}"
    if kind == "reported":
        alike = f", similarity {event['similarity']:.3f}" if "similarity" in event else ""
        return f"reported by {step}: {event['reason']}, with {event.get('ref', '')}{alike}"
    if kind == "selected":
        return f"selected for the bank: {event['output']}, line {event['line']}"
    if kind in ("written", "exported"):
        return f"{kind} to {event['output']}, line {event['line']}"
    if kind == "quarantined":
        return f"quarantined: {event['reason']}, hash {event.get('hash', '')}"
    if kind == "created":
        return f"created from {event.get('ref', 'other records')}"
    return f"{kind}{detail}"


def print_differences(found: dict[str, Any]) -> None:
    """Cells before and after each step, drops with their reasons, and one finished example."""
    step = None
    for entry in found["steps"]:
        if entry["step"] != step:
            step = entry["step"]
            show("", f"{step}:")
        if "dropped" in entry:
            detail = f" ({entry['detail']})" if entry["detail"] else ""
            show(f"  {entry['record']}: dropped, {entry['dropped']}{detail}")
            continue
        before, after = _around(entry["before"], entry["after"])
        show(f"  {entry['record']}, {entry['column']}:", f"    - {before}", f"    + {after}")
    if not found["steps"]:
        show("no step changed or dropped any of these records")
    if found["example"] is not None:
        show("", "one finished example:", json.dumps(json.loads(found["example"]), indent=2, ensure_ascii=False))


def _around(before: str | None, after: str | None) -> tuple[str, str]:
    """Both cells, cut to what differs and a little around it where they are long."""
    if before is None or after is None or max(len(before), len(after)) <= _CELL:
        return _short(before), _short(after)
    same = next((at for at, pair in enumerate(zip(before, after, strict=False)) if pair[0] != pair[1]), 0)
    start = max(0, same - _CONTEXT)
    return _cut(before, start), _cut(after, start)


def _cut(text: str, start: int) -> str:
    end = start + _CELL // 2
    return f"{'... ' if start else ''}{text[start:end]!r}{' ...' if end < len(text) else ''} ({len(text):,} characters)"


def _short(text: str | None) -> str:
    told = repr(text)
    return told if len(told) <= _CELL else f"{told[:_CELL]}... ({len(text or ''):,} characters)"
