"""The JSON Schema of a pipeline file (draft 2020-12), made of the models that read it; for editors."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic.json_schema import GenerateJsonSchema

from prep.pipeline.model import Pipeline
from prep.stages.registry import load_steps

if TYPE_CHECKING:
    from pydantic_core import core_schema

    from prep.stages.registry import Step

_TEXTS = {"type": "array", "items": {"type": "string"}}


class _AsWritten(GenerateJsonSchema):
    """What a file may say, not what it becomes: one name for a list of one, `true` for a section's defaults."""

    def function_before_schema(self, schema: core_schema.BeforeValidatorFunctionSchema) -> dict[str, Any]:
        inner: dict[str, Any] = super().function_before_schema(schema)
        if inner.items() >= _TEXTS.items():
            return {"anyOf": [{"type": "string"}, inner]}
        options = inner.get("anyOf", [])
        if {"type": "null"} in options:
            return {"anyOf": [*options, {"type": "boolean"}]}
        return inner


def schema() -> dict[str, Any]:
    """The JSON Schema of a pipeline file, every built-in step with its settings in it."""
    steps = dict(sorted(load_steps().items()))
    whole = Pipeline.model_json_schema(by_alias=True, schema_generator=_AsWritten)
    definitions = whole["$defs"]
    definitions.pop("CleanStep", None)
    definitions.pop("StepConfig", None)
    settings = {}
    for name, step in steps.items():
        own = step.config.model_json_schema(by_alias=True, schema_generator=_AsWritten)
        definitions |= own.pop("$defs", {})
        settings[name] = {"description": step.summary, **own, "type": ["object", "null"]}
    whole["properties"]["clean"] |= {"items": _step(steps, settings)}
    # Names of steps that prep does not know are mistakes, unless plug-ins bring them.
    names = {"enum": list(steps)}
    own_only = {"anyOf": [names, {"type": "object", "propertyNames": names}]}
    whole |= {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A pipeline of prep",
        "if": {"not": {"required": ["plugins"]}},
        "then": {"properties": {"clean": {"items": own_only}}},
    }
    first = ("$schema", "title", "description", "type")
    ordered = {key: whole[key] for key in first} | {key: whole[key] for key in whole if key not in first}
    return {"$schema": ordered.pop("$schema"), "title": ordered.pop("title"), **_without_titles(ordered)}


def _step(steps: dict[str, Step], settings: dict[str, Any]) -> dict[str, Any]:
    """One entry of `clean`: a name, or a name with settings; with plug-ins, any name."""
    named = [{"const": name, "description": step.summary} for name, step in steps.items()]
    entry = {"type": "object", "minProperties": 1, "maxProperties": 1, "properties": settings}
    return {"anyOf": [*named, entry, {"type": "string"}]}


def _without_titles(value: Any, *, names: bool = False) -> Any:
    """`value` without pydantic's titles, which only repeat names; `names`: its keys are names of settings."""
    if isinstance(value, list):
        return [_without_titles(entry) for entry in value]
    if not isinstance(value, dict):
        return value
    return {
        key: _without_titles(entry, names=not names and key in ("properties", "$defs"))
        for key, entry in value.items()
        if names or key != "title" or not isinstance(entry, str)
    }


def schema_text() -> str:
    """The committed copy's text."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write the committed copies, the catalog's and the lines' too: `python -m prep.pipeline.schema`."""
    from prep.catalog.prices import schema as catalog_schema
    from prep.chat.roles import METHODS
    from prep.chat.schemas import schema_text as line_schema_text

    folder = Path(str(files("prep.resources")))
    (folder / "pipeline.schema.json").write_text(schema_text(), encoding="utf-8", newline="\n")
    catalog = json.dumps(catalog_schema(), indent=2, ensure_ascii=False) + "\n"
    (folder / "catalog.schema.json").write_text(catalog, encoding="utf-8", newline="\n")
    for method in METHODS:
        (folder / f"{method}.schema.json").write_text(line_schema_text(method), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
