"""The steps and their settings as plain data, for look-ups and documentation."""

from __future__ import annotations

import difflib
from inspect import getdoc
from typing import TYPE_CHECKING, Any

from prep.errors import UsageError
from prep.stages.registry import StepConfig, load_steps

if TYPE_CHECKING:
    from prep.stages.registry import Step

_PLAIN_TYPES = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "object": "mapping",
    "boolean": "true or false",
}
_ACTS_ON = {"text": "text", "record": "records"}


def describe_all() -> list[dict[str, Any]]:
    """Every step by name: what it acts on, its summary."""
    return [
        {"name": step.name, "kind": _ACTS_ON[step.kind], "summary": step.summary}
        for step in sorted(load_steps().values(), key=lambda step: step.name)
    ]


def describe(name: str) -> dict[str, Any]:
    """One step: summary, description, settings, examples, JSON Schema of its settings. UsageError for no such step."""
    steps = load_steps()
    if name not in steps:
        near = difflib.get_close_matches(name, steps, 1)
        raise UsageError(
            f"there is no step {name}", hint=f"did you mean `{near[0]}`?" if near else "`prep steps` lists them"
        )
    step = steps[name]
    description = (getdoc(step.config) or "").partition("\n")[2].strip()
    return {
        "name": step.name,
        "kind": _ACTS_ON[step.kind],
        "summary": step.summary,
        "description": description,
        "settings": _settings(step),
        "example": list(getattr(step.config, "example", ())),
        "schema": step.config.model_json_schema(),
    }


def _settings(step: Step) -> list[dict[str, Any]]:
    """Name, type, default and description of each setting; a default of "required" where it must be given."""
    schema = step.config.model_json_schema()
    rows = []
    for name, entry in schema.get("properties", {}).items():
        required = name in schema.get("required", [])
        default = "required" if required else entry.get("default")
        rows.append(
            {
                "name": name,
                "type": _type(entry),
                "default": default,
                "description": entry.get("description", ""),
            }
        )
    # What every step has stands behind what is its own.
    return sorted(rows, key=lambda row: row["name"] in StepConfig.model_fields)


def _type(entry: dict[str, Any]) -> str:
    if "anyOf" in entry:
        return " or ".join(_type(option) for option in entry["anyOf"] if option.get("type") != "null")
    if "enum" in entry:
        return " | ".join(str(value) for value in entry["enum"])
    if entry.get("type") == "array":
        if "prefixItems" in entry:
            return ", ".join(_type(item) for item in entry["prefixItems"])
        return f"list of {_type(entry.get('items', {}))}"
    return _PLAIN_TYPES.get(entry.get("type", ""), "any")
