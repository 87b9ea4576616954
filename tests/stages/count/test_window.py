"""Long dialogues cut between turns: nothing is lost, nothing is trained on twice, every window fits."""

from __future__ import annotations

import json
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.stages.count.apply import apply
from prep.stages.count.settings import Count
from prep.stages.part import Part, complete
from prep.tokens.messages import count_examples

SYSTEM = {"role": "system", "content": "Be kind."}
TOOLS = [{"type": "function", "function": {"name": "now"}}]


def turn(number: int, words: int = 3) -> list[dict[str, Any]]:
    """A question and its answer."""
    return [
        {"role": "user", "content": f"q{number} " + "word " * words},
        {"role": "assistant", "content": f"a{number}"},
    ]


def called(number: int) -> list[dict[str, Any]]:
    """A question whose answer needs a tool."""
    call = {"id": f"c{number}", "type": "function", "function": {"name": "now", "arguments": "{ }"}}
    return [
        {"role": "user", "content": f"q{number}"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": f"c{number}", "content": "noon"},
        {"role": "assistant", "content": f"a{number}"},
    ]


def windows(messages: list[dict[str, Any]], **more: Any) -> tuple[list[dict[str, Any]], Part]:
    """The windows of one dialogue, parsed, and the whole part."""
    settings_of = {name: more.pop(name) for name in ("max_tokens", "overlap") if name in more}
    count = {name: more.pop(name) for name in ("max", "over_length") if name in more}
    line = json.dumps({"messages": messages, **more}, ensure_ascii=False)
    frame = pl.DataFrame({"_id": ["d:1"], "_example": [line]})
    part = Part(frame=complete(frame), stage="count")
    wanted = Count.model_validate({"window": settings_of, **count})
    done = apply(part, wanted, encoding="o200k_base", limit=None)
    return [json.loads(text) for text in done.frame["_example"].to_list()[1:]], done


def test_windows_have_the_system_message_and_tools_of_the_whole() -> None:
    """Children of the dialogue, which is dropped as `chunked`; all other keys stay as they are."""
    found, done = windows([SYSTEM, *turn(1), *turn(2), *turn(3)], max_tokens=55, tools=TOOLS)
    assert [one["messages"] for one in found] == [[SYSTEM, *turn(1)], [SYSTEM, *turn(2)], [SYSTEM, *turn(3)]]
    assert all(one["tools"] == TOOLS for one in found)
    assert done.frame.select("_id", "_parent", "_child", "_reason").rows() == [
        ("d:1", None, 0, "chunked"),
        ("d:1/1", "d:1", 1, None),
        ("d:1/2", "d:1", 2, None),
        ("d:1/3", "d:1", 3, None),
    ]
    assert done.frame["_tokens"].null_count() == 1
    assert done.frame["_tokens"].max() <= 55


def test_what_is_repeated_is_not_trained_again() -> None:
    """`overlap` turns stand at the start of the next window, their answers with weight 0."""
    found, _ = windows([*turn(1), *turn(2), *turn(3)], max_tokens=40, overlap=1)
    [question, answer] = turn(2)
    assert [one["messages"] for one in found] == [
        [*turn(1), *turn(2)],
        [question, answer | {"weight": 0}, *turn(3)],
    ]
    trained = [message["content"] for one in found for message in one["messages"]
               if message["role"] == "assistant" and message.get("weight") != 0]  # fmt: skip
    assert trained == ["a1", "a2", "a3"]


def test_a_call_and_its_result_stay_together() -> None:
    """A turn lasts until the next question after an answer."""
    found, _ = windows([*called(1), *called(2), *turn(3)], max_tokens=45)
    assert [len(one["messages"]) for one in found] == [4, 4, 2]


def test_what_follows_the_last_answer_stays_with_it() -> None:
    """A thank-you without an answer is no turn of its own."""
    thanks = {"role": "user", "content": "thanks"}
    found, _ = windows([*turn(1), *turn(2), thanks], max_tokens=35)
    assert [one["messages"] for one in found] == [turn(1), [*turn(2), thanks]]


def test_a_turn_too_long_for_a_window_is_over_length() -> None:
    """It has a window alone, which the policy then drops, keeps or fails; the others stay."""
    found, done = windows([*turn(1), *turn(2, 200), *turn(3)], max_tokens=60)
    assert done.frame["_reason"].to_list() == ["chunked", None, "over_length", None]
    _, kept = windows([*turn(1), *turn(2, 200), *turn(3)], max_tokens=60, over_length="keep")
    assert kept.frame["_reason"].to_list() == ["chunked", None, None, None]
    _, alone = windows(turn(1, 200), max_tokens=60)
    assert alone.frame["_reason"].to_list() == ["over_length"]
    assert len(found) == 3


def test_what_fits_or_is_no_dialogue_stays_whole() -> None:
    """Short dialogues, pairs and lines that are no chat are not touched."""
    assert windows([*turn(1), *turn(2)], max_tokens=1000)[0] == []
    answer = [{"role": "assistant", "content": "a " * 50}]
    frame = pl.DataFrame(
        {
            "_id": ["p:1", "p:2", "p:3"],
            "_example": [
                json.dumps({"input": {"messages": turn(1) + turn(2)}, "preferred_output": answer,
                            "non_preferred_output": answer, "messages": turn(1)}),
                '{"messages": [5]}',
                None,
            ],
        }
    )  # fmt: skip
    part = Part(frame=complete(frame), stage="count").drop(pl.Series([False, False, True]), "too_short")
    done = apply(part, Count.model_validate({"window": {"max_tokens": 20}}), encoding="o200k_base", limit=None)
    assert done.frame["_reason"].to_list() == ["over_length", None, "too_short"]


dialogues = st.lists(st.tuples(st.integers(0, 30), st.booleans()), min_size=1, max_size=12)


@settings(deadline=None, max_examples=60)
@given(dialogues, st.integers(20, 120), st.integers(0, 4), st.booleans())
def test_no_message_is_lost_and_no_answer_trained_twice(
    turns: list[tuple[int, bool]], most: int, overlap: int, head: bool
) -> None:
    """The new messages of all windows, one after another, are the dialogue; windows of several turns fit."""
    messages = [SYSTEM] if head else []
    for number, (words, tool) in enumerate(turns):
        messages += called(number) if tool else turn(number, words)
    found, done = windows(messages, max_tokens=most, overlap=overlap)
    if not found:
        assert done.frame.height == 1
        return
    seen: list[dict[str, Any]] = []
    for one in found:
        own = one["messages"][1:] if head else one["messages"]
        assert not head or one["messages"][0] == SYSTEM
        plain = [{name: value for name, value in message.items() if name != "weight"} for message in own]
        repeated = max(at for at in range(len(plain)) if plain[:at] == seen[len(seen) - at :])
        assert all(message.get("weight") == 0 for message in own[:repeated] if message["role"] == "assistant")
        assert not any("weight" in message for message in own[repeated:])
        seen += plain[repeated:]
        if sum(message["role"] == "user" for message in own) > 1:
            assert count_examples([one], "o200k_base").tokens[0] <= most
    assert seen == messages[head:]
