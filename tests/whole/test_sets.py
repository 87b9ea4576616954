"""Rules about files and sets in a run: asked of the finished files, as `prep validate` asks them of any."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prep import PrepError, run, validate

Made = tuple[dict[str, Any], Path]
PIPELINE = """
ingest: [{path: qa.csv, id: n, text: [q, a]}]
format: {system: "Be {{ style }}.", user: "{{ q }}", assistant: "{{ a }}"}
"""
STYLES = ("brief", "kind")


def table(count: int) -> str:
    """Questions with a system prompt of two."""
    rows = (f"{at},What is the number {at}?,It is {at}.,{STYLES[at % 3 == 0]}\n" for at in range(count))
    return "n,q,a,style\n" + "".join(rows)


def test_a_run_says_of_its_files_what_validate_says(
    project: Callable[..., Path], carry_out: Callable[..., Made]
) -> None:
    """Rule, severity, line and text; counted in the metrics, said as a warning."""
    again = "97,What is the number 1?,Something else.,brief\n98,What is the number 2?,It is 2.,brief\n"
    result, folder = carry_out(project(PIPELINE, qa__csv=table(7) + again))
    report = validate([folder / "finetune" / "azure" / "train.jsonl"])
    asked = [(one["rule"], one["severity"], one["line"]) for one in report["findings"]]
    assert [(one["rule"], one["severity"], one["line"]) for one in result["rules"]] == asked
    rules = {"file.min_examples", "set.system_prompt_varies", "set.conflicting_answers", "set.duplicate"}
    assert {rule for rule, _, _ in asked} == rules
    assert not [one for one in result["rules"] if ".prep-" in str(one)], "a path that is gone after the run"
    metrics = json.loads((folder / "metrics.json").read_text())
    assert {name for name in metrics if name.startswith("rules.")} == {f"rules.{rule}" for rule in rules}
    [told] = [line for line in result["warnings"] if line.startswith("set.system_prompt_varies")]
    assert told == ("set.system_prompt_varies: 2 different system prompts; the most frequent stands in 6 examples")


def test_an_error_of_a_file_stops_a_run_that_is_to_fail(project: Callable[..., Path]) -> None:
    """Nothing is published; the rule is named, and can be left out."""
    path = project(PIPELINE + "validate: {on_error: fail}\n", qa__csv=table(7))
    with pytest.raises(PrepError, match="the finished files break a rule of azure for sft"):
        run(path)
    assert not (path.parent / "build").exists() or not list((path.parent / "build").rglob("*.jsonl"))
    assert run(path, ["validate.ignore=[file.min_examples]"])["records"]["written"] == 7


def test_the_least_number_of_examples_is_asked_of_training_alone(
    project: Callable[..., Path], carry_out: Callable[..., Made]
) -> None:
    """A small test split is no error."""
    more = "split: {into: {train: 0.9, test: 0.1}}\nvalidate: {on_error: fail}\n"
    result, _ = carry_out(project(PIPELINE + more, qa__csv=table(60)))
    assert 0 < result["splits"]["test"]["examples"] < 10
    assert {one["rule"] for one in result["rules"]} == {"set.system_prompt_varies"}
