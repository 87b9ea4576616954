"""What is asked of a step, ours or a user's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from prep.errors import InputError, UsageError
from prep.stages.clean.apply import apply
from prep.stages.clean.normalize_text import NormalizeText
from prep.stages.clean.remove_repeated_lines import RemoveRepeatedLines
from prep.stages.part import Part
from prep.stages.registry import Step, StepConfig, load_steps

MakePart = Callable[..., Part]


def run(part: Part, function: Callable[..., Any], kind: str = "record") -> Part:
    step = Step("mine", kind, StepConfig, function)
    return apply(part, [("mine", StepConfig())], {"mine": step})[0]


@pytest.mark.parametrize(
    ("function", "message", "where"),
    [
        (lambda part, _: replace(part, frame=part.frame.tail(1)), "lost records without a reason: 1 of 2", "a.jsonl:1"),
        (
            lambda part, _: replace(part, frame=pl.concat([part.frame, part.frame.head(1)])),
            "more than once",
            "a.jsonl:1",
        ),
        (lambda part, _: replace(part, frame=part.frame.reverse()), "another order", "a.jsonl:2"),
        (lambda part, _: replace(part, frame=part.frame.drop("_row")), "removed the column _row", None),
        (
            lambda part, _: part.with_columns(pl.lit(1).alias("n")),
            "made the column n Int32",
            None,
        ),
        (
            lambda part, _: replace(
                part, frame=pl.concat([part.frame, part.frame.head(1).with_columns(pl.lit("new").alias("_id"))])
            ),
            "come from nowhere",
            "new",
        ),
    ],
)
def test_a_step_that_breaks_the_records_is_named(
    make_part: MakePart, function: Callable[..., Any], message: str, where: str | None
) -> None:
    """Losing, repeating, reordering, inventing records is an error with the step and a record."""
    with pytest.raises(InputError, match=message) as caught:
        run(make_part(["a", "b"]), function)
    assert "the step mine" in caught.value.message
    assert caught.value.where == where


def test_a_dropped_record_does_not_come_back(make_part: MakePart) -> None:
    """A step cannot undo the mark of an earlier one."""
    part = make_part(["a", "b"])
    part = part.drop(part.frame["text"] == "a", "too_short")
    with pytest.raises(InputError, match="changed why a record was dropped"):
        run(part, lambda part, _: part.with_columns(pl.lit(None, dtype=pl.String).alias("_reason")))


@pytest.mark.parametrize(
    ("kind", "function", "message"),
    [
        ("record", lambda part, _: part.frame, "returned DataFrame instead of the part"),
        ("record", lambda _part, _: None, "returned NoneType instead of the part"),
        ("text", lambda _text, _: "x", "returned str instead of an expression"),
        ("text", lambda text, _: text.str.len_chars(), "returned UInt32 instead of text"),
        ("text", lambda text, _: text.head(1).append(text), "returned 3 texts for 2"),
        ("text", lambda text, _: text.str.replace_all("(", ""), "unclosed group"),
        ("text", lambda text, _: text.nonsense(), "AttributeError: .*nonsense"),
        ("record", lambda part, _: part.frame["nowhere"], "nowhere"),
    ],
)
def test_a_step_that_fails_is_named(make_part: MakePart, kind: str, function: Callable[..., Any], message: str) -> None:
    """A wrong result or an exception of a user's step is an error that names the step, never a traceback."""
    with pytest.raises(InputError, match=message) as caught:
        run(make_part(["a", "b"]), function, kind)
    assert "the step mine" in caught.value.message
    assert "This error occurred" not in caught.value.message


def test_marks_made_by_hand_are_signed(make_part: MakePart) -> None:
    """A reason that a step writes itself carries the step's name, like one made with `drop`."""
    done = run(make_part(["a"]), lambda part, _: part.with_columns(pl.lit("odd").alias("_reason")))
    assert done.frame.select("_reason", "_stage", "_step").row(0) == ("odd", "clean", "mine")


def test_children_are_created_and_the_parent_is_dropped(make_part: MakePart) -> None:
    """A step may make several records of one; the new ones stand behind and are no changes."""

    def halve(part: Part, _: StepConfig) -> Part:
        children = pl.DataFrame(
            {"_parent": ["a.jsonl:1"] * 2, "_child": [1, 2], "text": ["a", "b"]},
            schema_overrides={"_child": pl.UInt32},
        )
        return part.with_children(children)

    done = run(make_part(["a b", "c"]), halve)
    assert done.frame["_id"].to_list() == ["a.jsonl:1", "a.jsonl:2", "a.jsonl:1/1", "a.jsonl:1/2"]
    assert done.frame["_reason"].to_list() == ["chunked", None, None, None]
    assert done.changes == ()


def test_cells_that_hold_json_keep_their_bytes(make_part: MakePart) -> None:
    """A text step does not touch a cell that is JSON, even in a text column."""
    part = make_part([{"text": '{"a":  1}', "_json": '["text"]'}, {"text": "a  b", "_json": None}])
    done = run(part, lambda text, _: text.str.replace_all("  ", " "), "text")
    assert done.frame["text"].to_list() == ['{"a":  1}', "a b"]


def test_an_unknown_step_is_a_usage_error(make_part: MakePart) -> None:
    """A name that is not registered is said aloud."""
    with pytest.raises(UsageError, match="there is no step nope"):
        apply(make_part(["a"]), [("nope", StepConfig())], {})


def test_page_breaks_last_until_all_steps_have_run(make_part: Callable[..., Part]) -> None:
    """normalize_text leaves them to the steps that look at pages; then each becomes a line feed."""
    text = "ACME lease\nThe term\r\n\fACME lease\nis two years.\n\fACME lease\nEnd."
    steps: list[tuple[str, StepConfig]] = [
        ("normalize_text", NormalizeText()),
        ("remove_repeated_lines", RemoveRepeatedLines()),
    ]
    done, tallies = apply(make_part([text]), steps, load_steps())
    assert done.frame["text"].to_list() == ["The term\nis two years.\nEnd."]
    assert [(tally.step, tally.touched) for tally in tallies] == [("normalize_text", 1), ("remove_repeated_lines", 1)]
    plain, _ = apply(make_part(["a\fb"]), steps[1:], load_steps())
    assert plain.frame["text"].to_list() == ["a\fb"]
