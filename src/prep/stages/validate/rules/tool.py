"""Rules about tools: calls, their answers, arguments, declarations."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from prep.chat.roles import FUNCTION_NAME
from prep.stages.validate.register import Spot, rule
from prep.stages.validate.samples import ANSWER, SYSTEM, USER, chat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.example import Example

MOST_FUNCTIONS = 128
TOOLS = (
    ', "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object",'
    ' "properties": {"n": {"type": "integer"}}}}}]'
)


def call(arguments: str = '"{\\"n\\": 1}"', name: str = "f", number: str = "c1") -> str:
    """A call of a function as JSON."""
    return f'{{"id": "{number}", "type": "function", "function": {{"name": "{name}", "arguments": {arguments}}}}}'


def calling(*calls: str) -> str:
    """A message of the assistant with these calls."""
    return f'{{"role": "assistant", "tool_calls": [{", ".join(calls)}]}}'


RESULT = '{"role": "tool", "tool_call_id": "c1", "content": "r"}'
GOOD = chat(SYSTEM, USER, calling(call()), RESULT, ANSWER, more=TOOLS)


@rule(
    "tool.call_invalid", "error", good=GOOD,
    bad=chat(SYSTEM, USER, calling('{"id": "c1", "type": "function"}'), RESULT, ANSWER, more=TOOLS),
    explanation="A tool call has `id`, `type: function` and `function` with `name` and `arguments`.", fix="add what is missing",
)  # fmt: skip
def call_invalid(example: Example) -> Iterator[Spot]:
    """A call that lacks something."""
    for index, message, role in example.known:
        calls = message.get("tool_calls")
        if role != "assistant" or calls is None:
            continue
        if not isinstance(calls, list) or not calls:
            yield f"messages[{index}].tool_calls", "`tool_calls` is not a list of calls"
            continue
        for number, one in enumerate(calls):
            path = f"messages[{index}].tool_calls[{number}]"
            function = one.get("function") if isinstance(one, dict) else None
            if not isinstance(one, dict) or not isinstance(function, dict):
                yield path, "the call has no `function`"
            elif not isinstance(one.get("id"), str) or one.get("type") != "function":
                yield path, "the call lacks `id` or `type: function`"
            elif not isinstance(function.get("name"), str) or "arguments" not in function:
                yield f"{path}.function", "the function lacks `name` or `arguments`"


@rule(
    "tool.call_id_missing", "error", good=GOOD,
    bad=chat(SYSTEM, USER, calling(call()), '{"role": "tool", "content": "r"}', ANSWER, more=TOOLS),
    explanation="A tool's message says which call it answers.", fix="add `tool_call_id`",
)  # fmt: skip
def call_id_missing(example: Example) -> Iterator[Spot]:
    """An answer to no call."""
    for index, message, role in example.known:
        if role == "tool" and not isinstance(message.get("tool_call_id"), str):
            yield f"messages[{index}]", "a tool's message without `tool_call_id`"


@rule(
    "tool.duplicate_id", "error", good=GOOD,
    bad=chat(SYSTEM, USER, calling(call(), call()), RESULT, ANSWER, more=TOOLS),
    explanation="Calls of one message have different ids.", fix="give each call an id of its own",
)  # fmt: skip
def duplicate_id(example: Example) -> Iterator[Spot]:
    """Two calls of one id."""
    seen: set[tuple[int, str]] = set()
    for index, number, one in example.calls:
        name = (index, str(one.get("id")))
        if "id" in one and name in seen:
            yield f"messages[{index}].tool_calls[{number}].id", f"the id {one['id']!r} stands twice"
        seen.add(name)


def _answers(example: Example) -> bool:
    """Whether every tool message names a call: rules about who answers whom then have something to say."""
    return example.roles is not None and all(
        isinstance(message.get("tool_call_id"), str) for _, message, role in example.known if role == "tool"
    )


@rule(
    "tool.unanswered", "error", good=GOOD, bad=chat(SYSTEM, USER, calling(call()), ANSWER, more=TOOLS),
    explanation="A call is answered by a tool's message before the talk goes on; the last message may leave its calls open.",
    fix="add the tool's answer, or remove the call",
)  # fmt: skip
def unanswered(example: Example) -> Iterator[Spot]:
    """A call without an answer."""
    if not _answers(example):
        return
    last = len(example.known) - 1
    for index, number, one in example.calls:
        if index == last or not isinstance(one.get("id"), str):
            continue
        following = []
        for _, message, role in example.known[index + 1 :]:
            if role != "tool":
                break
            following.append(message.get("tool_call_id"))
        if one["id"] not in following:
            yield f"messages[{index}].tool_calls[{number}]", f"no tool answers the call {one['id']!r}"


@rule(
    "tool.orphan_response", "error", good=GOOD,
    bad=chat(SYSTEM, USER, '{"role": "tool", "tool_call_id": "c9", "content": "r"}', ANSWER, more=TOOLS),
    explanation="A tool's message answers a call that was made before.", fix="remove it, or add the call",
)  # fmt: skip
def orphan_response(example: Example) -> Iterator[Spot]:
    """An answer nobody asked for."""
    if not _answers(example):
        return
    made: set[str] = set()
    for index, message, role in example.known:
        if role == "assistant":
            made |= {str(one.get("id")) for at, _, one in example.calls if at == index}
        elif role == "tool" and message["tool_call_id"] not in made:
            yield f"messages[{index}].tool_call_id", f"no call has the id {message['tool_call_id']!r}"


@rule(
    "tool.count_mismatch",
    "error",
    good=GOOD,
    bad=chat(SYSTEM, USER, calling(call()), RESULT, RESULT, ANSWER, more=TOOLS),
    explanation="A call is answered once: there are as many answers as calls.",
    fix="keep one answer for each call",
)
def count_mismatch(example: Example) -> Iterator[Spot]:
    """A second answer to one call."""
    if not _answers(example):
        return
    seen: set[str] = set()
    for index, message, role in example.known:
        if role == "assistant":
            seen = set()
        elif role == "tool":
            name = message["tool_call_id"]
            if name in seen:
                yield f"messages[{index}].tool_call_id", f"the call {name!r} is answered twice"
            seen.add(name)


@rule(
    "tool.args_not_string", "error", good=GOOD,
    bad=chat(SYSTEM, USER, calling(call('{"n": 1}')), RESULT, ANSWER, more=TOOLS),
    explanation="`arguments` is a text that holds JSON, not an object.", fix="encode the arguments as a JSON text",
)  # fmt: skip
def args_not_string(example: Example) -> Iterator[Spot]:
    """Arguments that are no text."""
    for path, function in _called(example):
        if not isinstance(function.get("arguments", ""), str):
            yield f"{path}.arguments", "`arguments` is not a text"


@rule(
    "tool.args_not_json", "error", good=GOOD,
    bad=chat(SYSTEM, USER, calling(call('"{n: 1}"')), RESULT, ANSWER, more=TOOLS),
    explanation="The text in `arguments` is JSON.", fix="write valid JSON; no arguments are {}",
)  # fmt: skip
def args_not_json(example: Example) -> Iterator[Spot]:
    """Arguments that cannot be parsed."""
    for path, function in _called(example):
        if isinstance(function.get("arguments"), str):
            try:
                json.loads(function["arguments"])
            except (ValueError, RecursionError) as error:
                yield f"{path}.arguments", f"no JSON: {error}"


@rule(
    "tool.args_not_object", "error", good=GOOD,
    bad=chat(SYSTEM, USER, calling(call('"[1]"')), RESULT, ANSWER, more=TOOLS),
    explanation="The JSON in `arguments` is an object.", fix="name each argument: {\"n\": 1}",
)  # fmt: skip
def args_not_object(example: Example) -> Iterator[Spot]:
    """Arguments of another kind."""
    for path, _, value in _arguments(example):
        if not isinstance(value, dict):
            yield f"{path}.arguments", "the arguments are not an object"


@rule(
    "tool.args_schema_mismatch", "error", good=GOOD,
    bad=chat(SYSTEM, USER, calling(call('"{\\"n\\": \\"x\\"}"')), RESULT, ANSWER, more=TOOLS),
    explanation="Arguments fit the declared `parameters`.", fix="correct the argument, or the declaration",
)  # fmt: skip
def args_schema_mismatch(example: Example) -> Iterator[Spot]:
    """Arguments that the declaration does not allow."""
    declared = {one.get("name"): one.get("parameters") for _, one in example.functions}
    for path, name, value in _arguments(example):
        schema = declared.get(name)
        if isinstance(value, dict) and isinstance(schema, dict):
            from jsonschema import Draft202012Validator
            from jsonschema.exceptions import SchemaError, _WrappedReferencingError

            try:
                Draft202012Validator.check_schema(schema)
                for error in Draft202012Validator(schema).iter_errors(value):
                    yield f"{path}.arguments", f"{error.json_path}: {error.message[:200]}"
            except (SchemaError, _WrappedReferencingError, RecursionError):
                continue  # the declaration itself is another rule's affair


@rule(
    "tool.fn_not_declared", "error", good=GOOD,
    bad=chat(SYSTEM, USER, calling(call(name="g")), RESULT, ANSWER, more=TOOLS),
    explanation="A function that is called is declared in `tools`.", fix="declare it, or correct the name",
)  # fmt: skip
def fn_not_declared(example: Example) -> Iterator[Spot]:
    """A function nobody knows."""
    declared = {one.get("name") for _, one in example.functions}
    for path, function in _called(example):
        name = function.get("name")
        if isinstance(name, str) and name not in declared:
            yield f"{path}.name", f"the function {name!r} is not declared in `tools`"


@rule(
    "tool.definition_invalid", "error", good=GOOD, bad=chat(SYSTEM, USER, ANSWER, more=', "tools": [{"type": "function"}]'),
    explanation="A tool is `{type: function, function: {name, description, parameters}}`.", fix="correct the declaration",
)  # fmt: skip
def definition_invalid(example: Example) -> Iterator[Spot]:
    """A declaration that lacks something."""
    tools = example.data.get("tools", [])
    if not isinstance(tools, list):
        yield "tools", "`tools` is not a list"
        return
    for index, tool in enumerate(tools):
        function = tool.get("function") if isinstance(tool, dict) else None
        if (
            not isinstance(function, dict)
            or tool.get("type") != "function"
            or not isinstance(function.get("name"), str)
        ):
            yield f"tools[{index}]", "the tool lacks `type: function`, `function` or its `name`"


@rule(
    "tool.fn_name_pattern", "error", good=GOOD,
    bad=chat(SYSTEM, USER, ANSWER, more=TOOLS.replace('"f"', '"f g"')),
    explanation="Function names have letters, digits, underscores and dashes, 64 at most.", fix="rename the function",
)  # fmt: skip
def fn_name_pattern(example: Example) -> Iterator[Spot]:
    """A name with other characters."""
    for path, one in example.functions:
        if isinstance(one.get("name"), str) and not re.fullmatch(FUNCTION_NAME, one["name"]):
            yield f"{path}.name", f"the name {one['name'][:80]!r} has other characters, or too many"


@rule(
    "tool.too_many", "error", good=GOOD, bad="(a line with 129 functions)",
    explanation="A line declares 128 functions at most.", fix="leave out functions that are not called",
)  # fmt: skip
def too_many(example: Example) -> Iterator[Spot]:
    """More than the limit."""
    if len(example.functions) > MOST_FUNCTIONS:
        yield "tools", f"{len(example.functions)} functions, {MOST_FUNCTIONS} are the most"


def _called(example: Example) -> Iterator[tuple[str, dict[str, Any]]]:
    for index, number, one in example.calls:
        if isinstance(one.get("function"), dict):
            yield f"messages[{index}].tool_calls[{number}].function", one["function"]


def _arguments(example: Example) -> Iterator[tuple[str, Any, Any]]:
    """(path, function's name, parsed arguments) of every call whose arguments are JSON."""
    for path, function in _called(example):
        if isinstance(function.get("arguments"), str):
            try:
                value = json.loads(function["arguments"])
            except (ValueError, RecursionError):
                continue
            yield path, function.get("name"), value
