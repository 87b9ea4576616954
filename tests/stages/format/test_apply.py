"""How records become examples."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.stages.format.apply import apply, missing
from prep.stages.format.settings import Format
from prep.stages.part import Part, complete


def part_of(rows: list[dict[str, str | None]], **options: Any) -> Part:
    names = dict.fromkeys(name for row in rows for name in row)
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String))
    ids = pl.Series("_id", [f"a:{number}" for number in range(len(rows))], dtype=pl.String)
    return Part(frame=complete(frame.with_columns(ids)), stage="format", **options)


def examples(part: Part) -> list[str | None]:
    return part.frame["_example"].to_list()


def fates(part: Part) -> list[tuple[str | None, str | None]]:
    return part.frame.select("_reason", "_detail").rows()


CHAT = Format(system="Be brief.\n", user="{{ q }}\n", assistant="{{ a }}")


def test_a_chat_is_one_compact_line() -> None:
    """System, user and assistant become messages in UTF-8, without what a YAML block adds at its end."""
    done = apply(part_of([{"q": 'Größe\n"x"?', "a": "1 😀\n"}]), CHAT)
    assert examples(done) == [
        (
            '{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Größe\\n\\"x\\"?"},'
            '{"role":"assistant","content":"1 😀\\n"}]}'
        )
    ]


def test_turns_may_be_any_list() -> None:
    """Several templated turns stand in their order."""
    turns = [
        {"role": "user", "content": "a"},
        {"role": "assistant", "content": "{{ q }}"},
        {"role": "user", "content": "c"},
    ]
    line = examples(apply(part_of([{"q": "b"}]), Format.model_validate({"turns": turns})))[0]
    assert line is not None
    assert [message["content"] for message in json.loads(line)["messages"]] == ["a", "b", "c"]


def test_missing_values_drop_the_record_before_it_is_signed() -> None:
    """Null or blank where a template prints it is `value_missing`, for the label `label_missing`, with the column."""
    rows = [{"q": None, "a": "x"}, {"q": " ", "a": "x"}, {"q": "x", "a": ""}, {"q": "x", "a": "y"}]
    part = missing(part_of(rows, label="a"), CHAT)
    assert fates(part) == [("value_missing", "q"), ("value_missing", "q"), ("label_missing", "a"), (None, None)]
    done = apply(part, CHAT)
    assert [line is None for line in examples(done)] == [True, True, True, False]


def test_a_template_that_fails_drops_its_record_alone() -> None:
    """The detail names the message, the line and the reason; other records are made."""
    rows = [{"q": "x", "m": '{"a":null}', "_json": '["m"]'}, {"q": "y", "m": '{"a":"z"}', "_json": '["m"]'}]
    done = apply(part_of(rows), Format(user="{{ q }}", assistant="see\n{{ m.a }}"))
    reason, detail = fates(done)[0]
    assert reason == "template_failed"
    assert detail is not None
    assert detail.startswith("assistant: line 2: ")
    assert "m.a" in detail
    assert "_printed" not in detail
    assert fates(done)[1] == (None, None)


def test_json_prints_its_source_and_reasons_with_its_values() -> None:
    """A JSON cell prints as it was written; conditions and loops see it parsed; a plain cell stays a string."""
    rows = [
        {"m": '{"p": 1.10, "n": 12345678901234567890123, "t": [1.0], "b": true}', "x": "1.0", "_json": '["m","x"]'},
        {"m": '{"p": 0, "n": 1, "t": [], "b": false}', "x": "1.0", "_json": '["m"]'},
    ]
    template = "{{ m.p }} {{ m.n }} {{ m.t }} {{ m.b }} {{ x }}{% if m.p > 1 %} dear{% endif %} {{ m }}"
    done = apply(part_of(rows), Format(user=template, assistant="a"))
    texts = [json.loads(line)["messages"][0]["content"] for line in examples(done) if line]
    assert texts == [
        f"1.10 12345678901234567890123 [1.0] true 1.0 dear {rows[0]['m']}",
        f"0 1 [] false 1.0 {rows[1]['m']}",
    ]


TURNS = '[{"role":"user","content":"a","n":1.0},{"role":"assistant", "content":"b"},{"role":"user","content":"c"}]'


def test_a_conversation_keeps_its_bytes_and_loses_what_has_no_answer() -> None:
    """Turns after the last answer are left out with a note, or kept if wanted; the system message stands in front."""
    part = part_of([{"turns": TURNS, "who": "me"}])
    done = apply(part, Format(conversation="turns", system="I am {{ who }}."))
    assert examples(done) == [
        (
            '{"messages":[{"role":"system","content":"I am me."},{"role":"user","content":"a","n":1.0},'
            '{"role":"assistant", "content":"b"}]}'
        )
    ]
    assert [note.rows() for note in done.changes] == [[("a:0", "format", None, "trailing_turns_trimmed")]]
    kept = apply(part, Format(conversation="turns", trailing="keep"))
    assert examples(kept) == ['{"messages":' + TURNS.replace("},{", "},{") + "}"]
    assert kept.changes == ()


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        (None, "answer_missing"),
        ('[{"role":"user","content":"a"}]', "answer_missing"),
        ("no json", "conversation_invalid"),
        ('{"role":"user"}', "conversation_invalid"),
        ('["a"]', "conversation_invalid"),
        ("[" * 100_000, "conversation_invalid"),
    ],
)
def test_what_is_no_conversation_is_dropped(cell: str | None, reason: str) -> None:
    """Without an answer, or without a list of messages, there is no example."""
    done = apply(part_of([{"turns": cell}]), Format(conversation="turns"))
    assert (fates(done)[0][0], examples(done)) == (reason, [None])


def test_a_very_long_conversation_is_one_example() -> None:
    """16,000 turns become one line with all of them."""
    turns = [{"role": ("user", "assistant")[n % 2], "content": f"turn {n}"} for n in range(16_000)]
    line = examples(apply(part_of([{"turns": json.dumps(turns)}]), Format(conversation="turns")))[0]
    assert line is not None
    assert json.loads(line) == {"messages": turns}


def test_lines_that_are_examples_pass_with_their_own_keys() -> None:
    """`messages`, `tools`, `parallel_tool_calls`, `functions` make the line; other columns stay with the record."""
    row = {"messages": '[{"role":"user"}]', "set": "x", "tools": '[{"a": 1.0}]', "parallel_tool_calls": "false"}
    done = apply(part_of([row]), Format(passthrough=True))
    assert examples(done) == ['{"messages":[{"role":"user"}],"tools":[{"a": 1.0}],"parallel_tool_calls":false}']


@pytest.mark.parametrize(
    ("cell", "reason"),
    [(None, "example_missing"), ("  ", "example_missing"), ("hello", "example_invalid"), ("[1,", "example_invalid")],
)
def test_a_line_without_an_example_is_dropped(cell: str | None, reason: str) -> None:
    """Null and blank are missing, broken JSON is invalid, in the line's keys and in a column."""
    for way, name in ((True, "messages"), ("line", "line")):
        done = apply(part_of([{name: cell}]), Format(passthrough=way))
        assert (fates(done)[0][0], examples(done)) == (reason, [None])


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3), max_leaves=8
)


@settings(max_examples=200, deadline=None)
@given(JSON, st.sampled_from([None, 1]), st.booleans())
def test_tools_go_out_with_the_bytes_they_came_in(tools: Any, indent: int | None, ascii_only: bool) -> None:
    """Whatever JSON stands in `tools`, spacing and escapes included; line ends alone become spaces."""
    text = json.dumps(tools, indent=indent, ensure_ascii=ascii_only)
    rows = [{"messages": "[]", "tools": text, "line": '{"messages":[],"tools":' + text + "}"}]
    wanted = '{"messages":[],"tools":' + text.replace("\n", " ") + "}"
    if tools is None:
        text = "null"
    assert examples(apply(part_of(rows), Format(passthrough=True))) == [wanted]
    assert examples(apply(part_of(rows), Format(passthrough="line"))) == [wanted]


def test_the_size_of_a_part_changes_nothing_and_empty_parts_pass() -> None:
    """Examples do not depend on their neighbours; a part without records gives one without examples."""
    rows: list[dict[str, str | None]] = [{"q": f"q{n}" if n % 3 else None, "a": "x"} for n in range(8)]
    whole = apply(part_of(rows), CHAT)
    single = [examples(apply(part_of([row]), CHAT))[0] for row in rows]
    assert examples(whole) == single
    for way in (CHAT, Format(conversation="turns"), Format(passthrough=True), Format(passthrough="line")):
        assert examples(apply(part_of([]), way)) == []
