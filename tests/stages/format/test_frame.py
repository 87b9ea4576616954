"""Tools, calls, two answers and fields for a grader: what stands around the messages."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from prep.stages.format.apply import apply
from prep.stages.format.settings import Format
from prep.stages.part import Part, complete

CHAT = {"user": "{{ q }}", "assistant": "{{ a }}"}


def part_of(row: dict[str, str | None], json_columns: list[str] | None = None) -> Part:
    engine = {"_id": "a:1", "_json": json.dumps(json_columns) if json_columns else None}
    frame = pl.DataFrame([row | engine], schema=dict.fromkeys([*row, *engine], pl.String))
    return Part(frame=complete(frame), stage="format")


def line(
    settings: dict[str, Any], row: dict[str, str | None], json_columns: list[str] | None = None, **how: str
) -> str:
    found = apply(part_of(row, json_columns), Format.model_validate(settings), **how).frame["_example"][0]
    assert found is not None
    return str(found)


def fate(settings: dict[str, Any], row: dict[str, str | None]) -> tuple[str | None, str | None]:
    reason, detail = apply(part_of(row), Format.model_validate(settings)).frame.select("_reason", "_detail").row(0)
    return reason, detail


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=6)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | names,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=12,
)
styles = st.sampled_from([(",", ":"), (", ", ": "), (" ,  ", " : ")])


@settings(deadline=None)
@given(st.lists(values, min_size=1, max_size=3), styles, st.booleans())
def test_tools_and_calls_go_through_byte_for_byte(items: list[Any], style: tuple[str, str], plain: bool) -> None:
    """Whatever the JSON in the columns: its bytes stand in the line, a space for a line end between values."""
    told = json.dumps(items, ensure_ascii=plain, separators=style)
    calls = {"role": "assistant", "tool_calls": "calls"}
    settings = {"turns": [{"role": "user", "content": "{{ q }}"}, calls], "tools": "tools"}
    made = line(settings, {"q": "x", "tools": told, "calls": told})
    assert made.count(f'"tools":{told}') == made.count(f'"tool_calls":{told}') == 1
    parsed = json.loads(made)
    assert parsed["tools"] == items
    assert parsed["messages"][1]["tool_calls"] == items


@settings(deadline=None)
@given(values, styles)
def test_fields_of_a_grader_keep_their_json(value: Any, style: tuple[str, str]) -> None:
    """A column of JSON is the same value in the line, and the same bytes."""
    told = json.dumps(value, separators=style)
    settings = {"user": "{{ q }}", "reinforcement": {"columns": ["meta"]}}
    if not told.strip():
        return
    made = line(settings, {"q": "x", "meta": told}, ["meta"])
    assert f'"meta":{told}' in made


def test_a_record_without_tools_has_no_tools() -> None:
    """A null or blank cell leaves the key out; `parallel_tool_calls` goes with it."""
    settings = CHAT | {"tools": "tools", "parallel_tool_calls": False}
    assert json.loads(line(settings, {"q": "x", "a": "y", "tools": None})).keys() == {"messages"}
    made = json.loads(line(settings, {"q": "x", "a": "y", "tools": '[{"type": "function"}]'}))
    assert made["parallel_tool_calls"] is False


@pytest.mark.parametrize("cell", ['{"type": "function"}', "[1,", '["\\ud800"]', "x"])
def test_tools_that_are_no_list_drop_the_record(cell: str) -> None:
    """The reason names the column."""
    reason, detail = fate(CHAT | {"tools": "tools"}, {"q": "x", "a": "y", "tools": cell})
    assert reason == "tools_invalid"
    assert str(detail).startswith("tools is no JSON list")


def test_a_turn_may_have_a_name_a_weight_and_an_id() -> None:
    """Keys of a templated turn stand where a provider expects them; a turn without calls and content is left out."""
    turns = [
        {"role": "user", "content": "{{ q }}", "name": "{{ who }}"},
        {"role": "assistant", "tool_calls": "calls"},
        {"role": "tool", "content": "{{ r }}", "tool_call_id": "c1"},
        {"role": "assistant", "content": "{{ a }}", "weight": 1},
    ]
    row = {"q": "q", "who": "Ann", "calls": '[{"id": "c1"}]', "r": "r", "a": "a"}
    assert json.loads(line({"turns": turns}, row))["messages"] == [
        {"role": "user", "content": "q", "name": "Ann"},
        {"role": "assistant", "tool_calls": [{"id": "c1"}]},
        {"role": "tool", "content": "r", "tool_call_id": "c1"},
        {"role": "assistant", "content": "a", "weight": 1},
    ]
    assert len(json.loads(line({"turns": turns}, row | {"calls": None}))["messages"]) == 3


def test_a_preference_has_an_input_and_two_answers() -> None:
    """Tools belong to the input."""
    settings = {
        "system": "s", "user": "{{ q }}", "preference": {"preferred": "{{ a }}", "non_preferred": "{{ b }}"},
        "tools": "tools",
    }  # fmt: skip
    made = json.loads(line(settings, {"q": "q", "a": "yes", "b": "no", "tools": "[1]"}))
    assert made == {
        "input": {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}], "tools": [1]},
        "preferred_output": [{"role": "assistant", "content": "yes"}],
        "non_preferred_output": [{"role": "assistant", "content": "no"}],
    }


def test_a_reinforcement_line_has_a_developer_and_fields() -> None:
    """The system prompt is the developer's; a column of text is a text, of JSON the JSON."""
    settings = {
        "system": "s", "user": "{{ q }}",
        "reinforcement": {"fields": {"expected": "{{ a }}"}, "columns": ["unit", "meta"]},
    }  # fmt: skip
    row = {"q": "q", "a": "4", "unit": "kg", "meta": '{"n": 1.0}'}
    made = line(settings, row, ["meta"])
    assert made.endswith('"expected":"4","unit":"kg","meta":{"n": 1.0}}')
    assert json.loads(made)["messages"][0]["role"] == "developer"


def test_a_field_without_a_value_drops_the_record() -> None:
    """As a template's missing value does."""
    settings = {"user": "{{ q }}", "reinforcement": {"columns": ["unit"]}}
    assert fate(settings, {"q": "q", "unit": " "}) == ("value_missing", "unit")


def test_train_on_last_gives_earlier_answers_weight_0() -> None:
    """Of templates and of conversations; a weight that stands there stays."""
    turns = [{"role": role, "content": role} for role in ("user", "assistant", "user", "assistant")]
    made = json.loads(line({"turns": turns, "train_on": "last"}, {"q": ""}))
    assert [message.get("weight") for message in made["messages"]] == [None, 0, None, None]
    turns[1]["weight"] = 1  # type: ignore[assignment]
    told = json.dumps([*turns[:2], {"role": "assistant", "content": "b"}, *turns[2:]])
    text = line({"conversation": "turns", "train_on": "last"}, {"turns": told})
    assert [message.get("weight") for message in json.loads(text)["messages"]] == [None, 1, 0, None, None]


def test_the_turns_of_a_preference_are_all_asked() -> None:
    """None is trimmed, and none must be an answer."""
    settings = {"conversation": "turns", "preference": {"preferred": "{{ a }}", "non_preferred": "{{ b }}"}}
    turns = [{"role": "user", "content": "q"}]
    made = json.loads(line(settings, {"turns": json.dumps(turns), "a": "x", "b": "y"}))
    assert made["input"]["messages"] == turns


def test_a_whole_preference_and_a_whole_reinforcement_line_pass_through() -> None:
    """The keys of the method; of a reinforcement line every column, a text as a text."""
    row: dict[str, str | None] = {
        "input": '{"messages": []}', "preferred_output": "[1.0]", "non_preferred_output": "[2]", "note": "n",
    }  # fmt: skip
    made = line({"passthrough": True}, row, list(row)[:3], method="dpo")
    assert made == '{"input":{"messages": []},"preferred_output":[1.0],"non_preferred_output":[2]}'
    row = {"messages": '[{"role": "user"}]', "expected": "4", "n": "1.10", "gone": None}
    assert line({"passthrough": True}, row, ["messages", "n"], method="rft") == (
        '{"messages":[{"role": "user"}],"expected":"4","n":1.10}'
    )


@pytest.mark.parametrize(
    "settings",
    [
        CHAT | {"preference": {"preferred": "a", "non_preferred": "b"}},
        {"passthrough": True, "tools": "tools"},
        {"passthrough": True, "train_on": "last"},
        {"user": "q", "reinforcement": {}},
        {"user": "q", "reinforcement": {"columns": ["tools"]}},
    ],
)
def test_what_does_not_go_together_is_refused(settings: dict[str, Any]) -> None:
    """By the settings themselves."""
    with pytest.raises(ValidationError):
        Format.model_validate(settings)
