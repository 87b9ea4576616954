"""Steps and rules, listed and explained."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from prep.console.tables import show, table
from prep.engine.sizes import told


def print_steps(steps: list[dict[str, Any]]) -> None:
    """All clean steps, a line each."""
    show(table(["step", "acts on", "does"], [(step["name"], step["kind"], step["summary"]) for step in steps]))
    show("", "`prep steps NAME` explains one")


def print_step(step: dict[str, Any]) -> None:
    """One step: what it does, its settings, an example."""
    show(f"{step['name']}: {step['summary']}")
    if step.get("description"):
        show("", step["description"])
    rows = [(entry["name"], entry["type"], entry["default"], entry["description"]) for entry in step["settings"]]
    if rows:
        show("", table(["setting", "type", "default", "meaning"], rows))
    for example in step.get("example", []):
        show("", f"example, {_entry(step['name'], example['settings'])}:")
        for name, content in example.get("files", {}).items():
            show(f"    {name}: {content!r}")
        show(f"  - {_cells(example['before'])}")
        if "reason" in example:
            show(f"  dropped: {example['reason']}")
        for child in example.get("children", [example["after"]] if "after" in example else []):
            show(f"  + {_cells(child)}")


def _entry(name: str, settings: dict[str, Any]) -> str:
    """A step as it is written in a pipeline file."""
    return f"`- {name}: {json.dumps(settings, ensure_ascii=False)}`" if settings else f"`- {name}`"


def _cells(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}: {cell!r}" for name, cell in value.items())
    return repr(value)


def print_rules(rules: list[dict[str, Any]]) -> None:
    """All rules, a line each."""
    rows = [
        (
            rule["id"],
            _short_severity(rule),
            _some_of(rule["providers"], 5),
            _some_of(rule["methods"], 3),
            rule["explanation"],
        )
        for rule in rules
    ]
    show(table(["rule", "severity", "providers", "methods", "says"], rows, whole=["rule"]))
    show("", "both: an error or a warning, by provider; `prep rules ID` explains one")


def _some_of(names: list[str], whole: int) -> str:
    return "all" if len(names) == whole else ", ".join(names)


def _short_severity(rule: dict[str, Any]) -> str:
    return _severity(rule) if isinstance(rule["severity"], str) else "both"


def _severity(rule: dict[str, Any]) -> str:
    severity = rule["severity"]
    if isinstance(severity, dict):
        named = ", ".join(f"{name}: {level}" for name, level in severity.items() if name != "else")
        return f"{named}, others: {severity['else']}"
    return str(severity)


def print_rule(rule: dict[str, Any]) -> None:
    """One rule: what it says, how to mend it, a line that breaks it and one that does not."""
    show(f"{rule['id']} ({_severity(rule)}): {rule['explanation']}", f"fix: {rule['fix']}")
    show(f"providers: {', '.join(rule['providers'])}; methods: {', '.join(rule['methods'])}")
    show("", "breaks it:", f"  {rule['bad']}", "does not:", f"  {rule['good']}")


def print_checks(found: dict[str, Any]) -> None:
    """What `prep doctor` found, a line a check, and what to do about what is wrong."""
    show(table(["check", "state", "says"], [(one["check"], one["state"], one["says"]) for one in found["checks"]]))
    for one in found["checks"]:
        if one["state"] != "ok" and one["hint"]:
            show("", f"{one['check']}: {one['hint']}")
    show("", "everything needed is there" if found["ok"] else "something is broken")


def print_start(folder: str, files: list[str], guessed: str, command: str) -> None:
    """What `prep init` wrote, what it guessed of the table, and what to do next."""
    show(*(f"wrote {folder}/{name}" if folder != "." else f"wrote {name}" for name in files))
    show(*(["", guessed] if guessed else []))
    enter = f"cd {folder} && " if folder != "." else ""
    show("", f"next: {enter}{command} run pipeline.yaml     (or: {enter}make)")


def print_cache(found: dict[str, Any]) -> None:
    """How much finished work is kept, and what was removed."""
    if found["removed"]:
        show(f"removed {found['removed']:,} tasks, {told(found['removed_bytes'])}")
    show(f"{found['cache']}: {found['tasks']:,} finished tasks, {told(found['bytes'])} of {told(found['limit_bytes'])}")
    if found["tasks"]:
        oldest, newest = (
            f"{datetime.fromtimestamp(found[name]):%Y-%m-%d %H:%M}" for name in ("longest_unused", "last_used")
        )
        show(f"used between {oldest} and {newest}")
