"""Preferences and reinforcement lines from a table to training files, every record accounted for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from prep import GateError, validate

Made = tuple[dict[str, Any], Path]
TABLE = "id,q,a,b\n" + "".join(f"{n},{' '.join([chr(97 + n) * 4] * 6)},good {n},bad {n}\n" for n in range(12))
PREFERENCE = """
target: {method: dpo, provider: openai, model: gpt-4.1}
ingest: [{path: qa.csv, id: id, text: [q]}]
format:
  system: Be brief.
  user: "{{ q }}"
  preference: {preferred: "{{ a }}", non_preferred: "{{ b }}"}
output: {finetune: {also: [azure]}}
"""
GRADED = """
target: {method: rft, model: o4-mini}
ingest: [{path: qa.csv, id: id, text: [q]}]
format:
  system: Be brief.
  user: "{{ q }}"
  reinforcement:
    columns: [a]
    fields: {near: "{{ b }}"}
    grader: {type: string_check, operation: eq, input: "{{sample.output_text}}", reference: "{{ item.a }}"}
split: {into: {train: 0.5, validation: 0.5}}
"""


def test_preferences_are_written_in_both_dialects(project: Callable[..., Path], carry_out: Callable[..., Made]) -> None:
    """Equal answers are warned of; an answer that is missing drops its record."""
    table = TABLE + "20,q,same,same\n21,q,,bad\n"
    result, folder = carry_out(project(PREFERENCE, qa__csv=table))
    assert result["records"] == {"read": 14, "created": 0, "dropped": 1, "written": 13, "quarantined": 0}
    assert result["dropped_by_reason"] == {"value_missing": 1}
    assert "findings of the provider's rules, see `prep validate`: 1" in result["warnings"]
    assert "model.retires_soon" not in str(result["warnings"]) or "gpt-4.1" in str(result["warnings"])
    files = [folder / "finetune" / name / "train.jsonl" for name in ("openai", "azure")]
    assert files[0].read_bytes() == files[1].read_bytes()
    rules = {one["rule"] for one in validate(files, method="dpo", provider=["openai", "azure"])["findings"]}
    assert rules == {"dpo.identical_pair", "set.train_valid_leak", "set.few_pairs"}
    first = json.loads(files[0].read_text().splitlines()[0])
    assert list(first) == ["input", "preferred_output", "non_preferred_output"]


def test_reinforcement_lines_have_their_fields(project: Callable[..., Path], carry_out: Callable[..., Made]) -> None:
    """Valid by the rules of the target, the grader's fields included."""
    result, folder = carry_out(project(GRADED, qa__csv=TABLE))
    assert result["records"]["written"] == 12
    files = sorted((folder / "finetune" / "azure").glob("*.jsonl"))
    assert len(files) == 2
    assert validate(files, method="rft", ignore=["file.min_examples"])["findings"] == []


def test_a_passed_through_line_that_the_grader_cannot_use_is_dropped(
    project: Callable[..., Path], carry_out: Callable[..., Made]
) -> None:
    """Its rule stands in the ledger; `on_error: fail` publishes nothing."""

    def line(number: int, more: str = "") -> str:
        turns = [{"role": "developer", "content": "s"}, {"role": "user", "content": f"q{number}"}]
        return f'{{"messages": {json.dumps(turns)}{more}}}\n'

    rows = "".join(line(number, f', "expected": "{number}"') for number in range(10))
    rows += line(20, ', "expected": ""') + line(21) + line(22, ', "expected": "2", "tools": 1')
    pipeline = "target: {method: rft, model: o4-mini}\ningest: [{path: a.jsonl}]\nformat: {passthrough: true}\n"
    path = project(pipeline, a__jsonl=rows)
    result, folder = carry_out(path)
    assert result["dropped_by_reason"] == {"invalid": 3}
    gone = pl.read_parquet(folder / "ledger.parquet").filter(pl.col("reason") == "invalid")
    assert gone["detail"].to_list() == ["rft.field_empty", "rft.no_reference_field", "tool.definition_invalid"]
    assert (folder / "finetune/azure/train.jsonl").read_text().count("\n") == 10
    with pytest.raises(GateError, match="3 examples break a rule of azure for rft"):
        carry_out(path, "validate.on_error=fail", "output.directory=other")
    assert not (path.parent / "other").exists()


def test_tools_weights_and_images_go_through_a_whole_run(
    project: Callable[..., Path], carry_out: Callable[..., Made]
) -> None:
    """Lines that are examples already come out as the bytes that went in."""
    files = Path(__file__).parents[1] / "stages" / "validate" / "files" / "good"
    names = ("weights", "names", "tool_round", "two_calls_at_once", "image_address", "image_embedded", "text_parts")
    lines = [line for name in names for line in (files / f"{name}.jsonl").read_text().splitlines()]
    result, folder = carry_out(
        project("ingest: [{path: a.jsonl, id: id}]\nformat: {passthrough: line}\n",
                a__jsonl="".join(json.dumps({"id": n, "line": line}) + "\n" for n, line in enumerate(lines)))
    )  # fmt: skip
    assert result["records"]["written"] == len(lines)
    assert sorted((folder / "finetune/azure/train.jsonl").read_text().splitlines()) == sorted(lines)
