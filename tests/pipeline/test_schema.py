"""The JSON Schema of a pipeline file says what the loader takes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from prep.pipeline.schema import schema, schema_text
from prep.stages.registry import load_steps

ROOT = Path(__file__).parents[2]
COPY = ROOT / "src/prep/resources/pipeline.schema.json"
SMALL: dict[str, Any] = {"ingest": [{"path": "a.csv"}]}


def errors(data: dict[str, Any]) -> list[str]:
    return [error.message for error in Draft202012Validator(schema()).iter_errors(data)]


def test_the_committed_copy_is_fresh() -> None:
    """`python -m prep.pipeline.schema` (or `make schema`) writes the copy anew."""
    assert COPY.read_text(encoding="utf-8") == schema_text()


def test_it_is_a_schema() -> None:
    """The schema itself is right."""
    Draft202012Validator.check_schema(json.loads(schema_text()))


@pytest.mark.parametrize(
    "path",
    sorted([*(ROOT / "pipelines").glob("*.yaml"), *(ROOT / "tests/pipelines").glob("*.yaml")]),
    ids=lambda path: path.stem,
)
def test_it_takes_the_pipelines_of_this_repository(path: Path) -> None:
    """What the loader takes, an editor does not underline."""
    assert errors(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize(
    "more",
    [
        {"dedupe": {"near": True}},
        {"ingest": [{"path": "a", "text": ["a", "b"]}]},
        {"clean": ["normalize_text", {"drop_short": {"min_words": 3}}, {"normalize_text": None}]},
        {"plugins": ["mine.py"], "clean": ["my_step", {"other_step": {"a": 1}}]},
    ],
)
def test_short_forms(more: dict[str, Any]) -> None:
    """`true` for a section, one name for a list, steps by name: all is known to editors."""
    assert errors(SMALL | more) == []


@pytest.mark.parametrize(
    "more", [{"sed": 1}, {"seed": "1"}, {"clean": ["no_such_step"]}, {"clean": [{"drop_short": {"min_word": 3}}]}]
)
def test_mistakes(more: dict[str, Any]) -> None:
    """Misspelt keys, wrong types and unknown steps are underlined."""
    assert errors(SMALL | more)


def test_every_step_and_setting_is_described() -> None:
    """Editors show a sentence for each step and each of its settings."""
    items = schema()["properties"]["clean"]["items"]["anyOf"]
    described = {entry["const"]: entry["description"] for entry in items if "const" in entry}
    steps = {name for name, step in load_steps().items() if step.function.__module__.startswith("prep.")}
    assert set(described) == steps
    assert all(described.values())
    settings = next(entry for entry in items if entry.get("type") == "object")["properties"]
    for name in steps:
        for key, entry in settings[name].get("properties", {}).items():
            assert entry.get("description"), f"{name}.{key}"
