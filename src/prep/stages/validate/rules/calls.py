"""Rules about calls of tools, and about who answers whom."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prep.stages.validate.example import ids_of
from prep.stages.validate.kinds import shown
from prep.stages.validate.register import Spot, rule
from prep.stages.validate.samples import ANSWER, CALLED, RESULT, SYSTEM, TOOLS, USER, call, calling, chat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.example import Example, Message

GOOD = CALLED


@rule(
    "tool.call_invalid", "error", good=GOOD,
    bad=chat(SYSTEM, USER, calling('{"id": "c12345678", "type": "function"}'), RESULT, ANSWER, more=TOOLS),
    explanation="A tool call has `id`, `type: function` and `function` with `name` and `arguments`.", fix="add what is missing",
)  # fmt: skip
def call_invalid(example: Example) -> Iterator[Spot]:
    """A call that lacks something."""
    for path, message, role in example.known:
        calls = message.get("tool_calls")
        if role != "assistant" or calls is None:
            continue
        if not isinstance(calls, list) or not calls:
            yield f"{path}.tool_calls", "`tool_calls` is not a list of calls"
            continue
        for number, one in enumerate(calls):
            place = f"{path}.tool_calls[{number}]"
            function = one.get("function") if isinstance(one, dict) else None
            if not isinstance(one, dict) or not isinstance(function, dict):
                yield place, "the call has no `function`"
            elif not isinstance(one.get("id"), str) or one.get("type") != "function":
                yield place, "the call lacks `id` or `type: function`"
            elif not isinstance(function.get("name"), str) or "arguments" not in function:
                yield f"{place}.function", "the function lacks `name` or `arguments`"


@rule(
    "tool.call_id_missing", "error", good=GOOD,
    bad=chat(SYSTEM, USER, calling(call()), '{"role": "tool", "content": "r"}', ANSWER, more=TOOLS),
    explanation="A tool's message says which call it answers.", fix="add `tool_call_id`",
)  # fmt: skip
def call_id_missing(example: Example) -> Iterator[Spot]:
    """An answer to no call."""
    for path, message, role in example.known:
        if role == "tool" and not isinstance(message.get("tool_call_id"), str):
            yield path, "a tool's message without `tool_call_id`"


@rule(
    "tool.call_id_pattern", "error", good=GOOD, providers=["mistral"],
    bad=chat(SYSTEM, USER, calling(call(number="call_1")), RESULT.replace("c12345678", "call_1"), ANSWER, more=TOOLS),
    explanation="Mistral's ids of calls are nine letters or digits.", fix="rename the ids, in the call and in its answer",
)  # fmt: skip
def call_id_pattern(example: Example) -> Iterator[Spot]:
    """An id of another form."""
    for path, message, _ in example.known:
        for number, one in enumerate(ids_of(message)):
            if isinstance(one, str) and not re.fullmatch("[a-zA-Z0-9]{9}", one):
                yield f"{path}.tool_calls[{number}].id", f"the id {shown(one)} is not nine letters or digits"


@rule(
    "tool.duplicate_id", "error", good=GOOD,
    bad=chat(SYSTEM, USER, calling(call(), call()), RESULT, ANSWER, more=TOOLS),
    explanation="Calls of one message have different ids.", fix="give each call an id of its own",
)  # fmt: skip
def duplicate_id(example: Example) -> Iterator[Spot]:
    """Two calls of one id."""
    for path, message, role in example.known:
        ids = ids_of(message) if role == "assistant" else []
        for number, one in enumerate(ids):
            if isinstance(one, str) and one in ids[:number]:
                yield f"{path}.tool_calls[{number}].id", f"the id {shown(one)} stands twice"


def _linked(example: Example) -> list[list[Message]]:
    """The talks in which every tool message names a call: rules about who answers whom have something to say there."""
    return [
        talk
        for talk in example.talks
        if all(isinstance(message.get("tool_call_id"), str) for _, message, role in talk if role == "tool")
    ]


@rule(
    "tool.unanswered", "error", good=GOOD, bad=chat(SYSTEM, USER, calling(call()), ANSWER, more=TOOLS),
    explanation="A call is answered by a tool's message before the talk goes on; the last message may leave its calls open.",
    fix="add the tool's answer, or remove the call",
)  # fmt: skip
def unanswered(example: Example) -> Iterator[Spot]:
    """A call without an answer."""
    for talk in _linked(example):
        for index, (path, message, role) in enumerate(talk[:-1]):
            if role != "assistant":
                continue
            following = []
            for _, other, kind in talk[index + 1 :]:
                if kind != "tool":
                    break
                following.append(other["tool_call_id"])
            for number, one in enumerate(ids_of(message)):
                if isinstance(one, str) and one not in following:
                    yield f"{path}.tool_calls[{number}]", f"no tool answers the call {shown(one)}"


@rule(
    "tool.orphan_response", "error", good=GOOD,
    bad=chat(SYSTEM, USER, '{"role": "tool", "tool_call_id": "c99999999", "content": "r"}', ANSWER, more=TOOLS),
    explanation="A tool's message answers a call that was made before.", fix="remove it, or add the call",
)  # fmt: skip
def orphan_response(example: Example) -> Iterator[Spot]:
    """An answer nobody asked for."""
    for talk in _linked(example):
        made: list[object] = []
        for path, message, role in talk:
            if role == "assistant":
                made += ids_of(message)
            elif role == "tool" and message["tool_call_id"] not in made:
                yield f"{path}.tool_call_id", f"no call has the id {shown(message['tool_call_id'])}"


@rule(
    "tool.count_mismatch", "error", good=GOOD, bad=chat(SYSTEM, USER, calling(call()), RESULT, RESULT, ANSWER, more=TOOLS),
    explanation="A call is answered once: there are as many answers as calls.", fix="keep one answer for each call",
)  # fmt: skip
def count_mismatch(example: Example) -> Iterator[Spot]:
    """A second answer to one call."""
    for talk in _linked(example):
        seen: set[str] = set()
        for path, message, role in talk:
            if role == "assistant":
                seen = set()
            elif role == "tool":
                name = message["tool_call_id"]
                if name in seen:
                    yield f"{path}.tool_call_id", f"the call {shown(name)} is answered twice"
                seen.add(name)


@rule(
    "tool.content_and_calls", "error", good=GOOD, providers=["mistral"],
    bad=chat(SYSTEM, USER, calling(call(), more=', "content": "wait"'), RESULT, ANSWER, more=TOOLS),
    explanation="Mistral takes either a content or calls in a message of the assistant, not both.", fix="leave the content out",
)  # fmt: skip
def content_and_calls(example: Example) -> Iterator[Spot]:
    """Says something and calls."""
    for path, message, role in example.known:
        if role == "assistant" and message.get("tool_calls") and message.get("content"):
            yield f"{path}.content", "a content beside tool calls"
