"""What holds for every clean step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from prep.stages.clean.apply import apply
from prep.stages.clean.describe import describe, describe_all
from prep.stages.part import FATE, Part
from prep.stages.registry import StepConfig, load_steps

STEPS = load_steps()
PLACE = ["_row", "_child"]
EXAMPLES = [
    pytest.param(name, example, id=f"{name}-{number}")
    for name in sorted(STEPS)
    for number, example in enumerate(getattr(STEPS[name].config, "example", ()))
]
MIXED = [
    "The tenantâ€™s  rent \r\n\r\n\r\n\r\nis due.\u200b",
    None,
    "",
    "  ",
    "Page 3 of 9\nThe term is two years.\nPage 4 of 9",
    "Page 1 of 1",
    "short",
    "e\u0301te\u0301 \x00 control",
    "契約は二年間である。",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u200f(1)",
    "tab\tseparated\t\tcells",
    "Lorem ipsum dolor sit amet, consectetur adipiscing elit",
]


def settings_of(name: str, folder: Path) -> StepConfig:
    """Settings of the step's first example, its files written."""
    example = STEPS[name].config.example[0]  # type: ignore[attr-defined]
    for file, content in example.get("files", {}).items():
        (folder / file).write_text(content)
    return STEPS[name].config.model_validate(example["settings"])


@pytest.mark.parametrize("name", sorted(STEPS))
def test_a_step_explains_itself(name: str) -> None:
    """Every step has a summary, described settings with a JSON Schema, and an example."""
    found = describe(name)
    assert found["summary"].endswith(".")
    assert len(found["summary"]) < 100
    assert found["schema"]["additionalProperties"] is False
    assert all(row["description"] and row["type"] != "any" for row in found["settings"])
    assert found["example"]
    assert {"name": name, "kind": found["kind"], "summary": found["summary"]} in describe_all()


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_an_example_is_so(name: str, example: dict[str, Any], make_part: Callable[..., Part], tmp_path: Path) -> None:
    """What the documentation shows is what the step does."""
    for file, content in example.get("files", {}).items():
        (tmp_path / file).write_text(content)
    part = make_part(
        [example["before"]],
        base=tmp_path,
        text=("text",) if "text" in str(example["before"]) or isinstance(example["before"], str) else (),
    )
    done, _ = apply(part, [(name, STEPS[name].config.model_validate(example["settings"]))], STEPS)
    row = done.frame.row(0, named=True)
    assert row["_reason"] == example.get("reason")
    if "reason" in example:
        assert (row["_stage"], row["_step"]) == ("clean", name)
        assert done.frame["text"].to_list()[1:] == example.get("children", [])
    else:
        after = example["after"]
        assert row["text"] == after if isinstance(after, str) else {**row, **after} == row


@pytest.mark.parametrize("size", [1, 7])
@pytest.mark.parametrize("name", sorted(STEPS))
def test_the_size_of_a_part_changes_nothing(
    name: str, size: int, make_part: Callable[..., Part], tmp_path: Path
) -> None:
    """A step gives the same records, marks and notes for parts of 1, 7 and all records."""
    config = settings_of(name, tmp_path)
    rows = [{"text": text, "heading": "Term", "language": "en", "court": text} for text in MIXED]
    whole = make_part(rows, base=tmp_path)
    done, tallies = apply(whole, [(name, config)], STEPS)
    pieces = [
        apply(replace(whole, frame=whole.frame.slice(start, size)), [(name, config)], STEPS)
        for start in range(0, len(rows), size)
    ]
    # What a step creates stands behind what was there, in each part.
    joined = pl.concat([piece.frame for piece, _ in pieces], how="diagonal_relaxed")
    assert joined.sort(PLACE).equals(done.frame.sort(PLACE))
    notes = [note for piece, _ in pieces for note in piece.changes]
    assert [row for note in notes for row in note.rows()] == [row for note in done.changes for row in note.rows()]
    for field in ("touched", "dropped"):
        assert sum(getattr(counted[0], field) for _, counted in pieces) == getattr(tallies[0], field)


@pytest.mark.parametrize("name", sorted(STEPS))
def test_empty_parts_and_missing_columns_are_no_trouble(
    name: str, make_part: Callable[..., Part], tmp_path: Path
) -> None:
    """A part without records, and one that lacks the text column, go through; every record is still there."""
    config = settings_of(name, tmp_path)
    done, tallies = apply(make_part([], base=tmp_path), [(name, config)], STEPS)
    assert done.frame.height == 0
    assert (tallies[0].touched, tallies[0].dropped) == (0, 0)
    other = make_part([{"heading": "Term"}], base=tmp_path)
    done, _ = apply(other, [(name, config)], STEPS)
    assert done.frame["_id"].to_list() == other.frame["_id"].to_list()
    assert set(FATE) <= set(done.frame.columns)


def test_steps_run_over_marked_records_too(make_part: Callable[..., Part]) -> None:
    """A dropped record is cleaned like the others, so that nothing raw is stored, and keeps its first reason."""
    steps: list[tuple[str, StepConfig]] = [
        (name, STEPS[name].config.model_validate(settings))
        for name, settings in (
            ("drop_short", {"min_words": 3}),
            ("normalize_text", {}),
            ("drop_matching", {"matching": "a"}),
        )
    ]
    done, tallies = apply(make_part(["a  b", "a b c d"]), steps, STEPS)
    assert done.frame["text"].to_list() == ["a b", "a b c d"]
    assert done.frame.select("_reason", "_stage", "_step", "_detail").rows() == [
        ("too_short", "clean", "drop_short", "2 words"),
        ("matching", "clean", "drop_matching", "a"),
    ]
    assert [(tally.step, tally.index, tally.touched, tally.dropped) for tally in tallies] == [
        ("drop_short", 0, 0, 1),
        ("normalize_text", 1, 1, 0),
        ("drop_matching", 2, 0, 1),
    ]
    assert [note.rows() for note in done.changes] == [[("a.jsonl:1", "clean", "normalize_text", None)]]
