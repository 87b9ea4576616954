"""One record's life, and differences before and after a step."""

from __future__ import annotations

import json
from typing import Any

from prep.console.tables import show

_CELL = 600


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
        show(
            f"  {entry['record']}, {entry['column']}:",
            f"    - {_short(entry['before'])}",
            f"    + {_short(entry['after'])}",
        )
    if not found["steps"]:
        show("no step changed or dropped any of these records")
    if found["example"] is not None:
        show("", "one finished example:", json.dumps(json.loads(found["example"]), indent=2, ensure_ascii=False))


def _short(text: str | None) -> str:
    told = repr(text)
    return told if len(told) <= _CELL else f"{told[:_CELL]}... ({len(text or ''):,} characters)"
