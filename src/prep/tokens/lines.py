"""One line of a chat file: what it is, parsed for counting, or why it cannot be counted."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

_OBJECT = msgspec.json.Decoder(dict[str, Any]).decode
# Older files name a pair's answers `completion`.
PREFERRED = ("preferred_output", "preferred_completion")
NON_PREFERRED = ("non_preferred_output", "non_preferred_completion")
# Forms of other programs, by a key that gives them away.
_FORMS = {
    "conversations": "a ShareGPT line (`conversations`)",
    "chosen": "a line of chosen and rejected answers",
    "prompt": "a line of prompt and completion",
    "contents": "a Gemini line (`contents`)",
    "text": "a line of plain text",
}
# What a supervised line has beside its messages; a key beyond these belongs to a grader.
LINE_KEYS = frozenset({"messages", "tools", "parallel_tool_calls", "functions"})


class PlainMessage(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """A message of text alone."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str
    weight: Literal[0, 1] = 1


class PlainLine(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """An example of such messages alone: what most lines are."""

    messages: list[PlainMessage]


Line = PlainLine | dict[str, Any]
_PLAIN = msgspec.json.Decoder(PlainLine).decode


def read_line(line: str | bytes) -> Line | str:
    """The example on a line; a text that says why where there is none that can be counted."""
    try:
        plain = _PLAIN(line)
    except msgspec.ValidationError:
        return _other(line)
    except RecursionError:
        return "nested too deeply"
    except (msgspec.DecodeError, UnicodeError) as error:
        return _broken(line, error)
    return plain if plain.messages and plain.messages[-1].role == "assistant" else _other(line)


def _other(line: str | bytes) -> dict[str, Any] | str:
    try:
        example = _OBJECT(line)
    except RecursionError:
        return "nested too deeply"
    except msgspec.ValidationError as error:
        told = str(error)
        return "no JSON object" if told.startswith("Expected `object`") else f"no JSON: {told}"
    except (msgspec.DecodeError, UnicodeError) as error:
        return _broken(line, error)
    return problem(example) or example


def _broken(line: str | bytes, error: Exception) -> str:
    if isinstance(line, bytes):
        try:
            line.decode()
        except UnicodeDecodeError as undecoded:
            return f"not UTF-8: byte {undecoded.start + 1} of the line"
    return f"no JSON: {str(error).removeprefix('JSON is malformed: ')}"[:160]


def is_pair(example: dict[str, Any]) -> bool:
    """Whether a line is an input with a preferred and a non-preferred answer, all of them messages."""
    return _is_meant_as_pair(example) and _pair_problem(example) is None


def is_reinforcement(example: dict[str, Any]) -> bool:
    """Whether a line is a prompt for reinforcement: no answer at its end, and something for a grader beside it."""
    messages = example["messages"]
    return bool(messages) and messages[-1].get("role") != "assistant" and bool(example.keys() - LINE_KEYS)


def answer_of(example: dict[str, Any], names: tuple[str, ...]) -> Any:
    """The first of `names` that a line has."""
    return next((example[name] for name in names if name in example), None)


def _is_meant_as_pair(example: dict[str, Any]) -> bool:
    return "input" in example and any(key in example for key in (*PREFERRED, *NON_PREFERRED))


def _pair_problem(example: dict[str, Any]) -> str | None:
    messages = example["input"].get("messages") if isinstance(example["input"], dict) else None
    problem = _messages_problem(messages, "input.messages")
    for names in (PREFERRED, NON_PREFERRED):
        problem = problem or _messages_problem(answer_of(example, names), names[0])
    return problem


def problem(example: dict[str, Any]) -> str | None:
    """Why a parsed line cannot be counted; None where it can."""
    if _is_meant_as_pair(example):
        return _pair_problem(example)
    if "messages" not in example:
        form = next((told for key, told in _FORMS.items() if key in example), None)
        return f"no `messages`: {form}" if form else "no `messages`"
    return _messages_problem(example["messages"], "messages")


def _messages_problem(messages: Any, path: str) -> str | None:
    if not isinstance(messages, list):
        return f"`{path}` is no list" if messages is not None else f"no `{path}`"
    for number, message in enumerate(messages):
        if not isinstance(message, dict):
            return f"`{path}[{number}]` is no message"
    return None
