"""Rules about tools: what is declared, and what calls pass to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from prep.chat.roles import FUNCTION_NAME
from prep.stages.validate.kinds import shown
from prep.stages.validate.parameters import disagreements, flaws
from prep.stages.validate.raw import reason, strict
from prep.stages.validate.register import Spot, rule
from prep.stages.validate.samples import ANSWER, CALLED, RESULT, SYSTEM, TOOLS, USER, call, calling, chat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.example import Example

MOST_FUNCTIONS = 128
# The rules that look at what is declared, not at who calls it.
DECLARATIONS = frozenset(
    f"tool.{name}"
    for name in (
        "definition_invalid", "fn_name_pattern", "too_many", "declared_twice", "parameters_invalid", "description_missing",
    )
)  # fmt: skip
GOOD = CALLED


@rule(
    "tool.args_not_string", "error", good=GOOD,
    bad=chat(SYSTEM, USER, calling(call('{"n": 1}')), RESULT, ANSWER, more=TOOLS),
    explanation="`arguments` is a text that holds JSON, not an object.", fix="encode the arguments as a JSON text",
)  # fmt: skip
def args_not_string(example: Example) -> Iterator[Spot]:
    """Arguments that are no text."""
    for path, function, _ in example.calls:
        if not isinstance(function.get("arguments", ""), str):
            yield f"{path}.arguments", "`arguments` is not a text"


@rule(
    "tool.args_not_json", "error", good=GOOD,
    bad=chat(SYSTEM, USER, calling(call('"{n: 1}"')), RESULT, ANSWER, more=TOOLS),
    explanation="The text in `arguments` is JSON.", fix="write valid JSON; no arguments are {}",
)  # fmt: skip
def args_not_json(example: Example) -> Iterator[Spot]:
    """Arguments that cannot be parsed."""
    for path, function, _ in example.calls:
        if isinstance(function.get("arguments"), str):
            try:
                strict(function["arguments"].encode())
            except ValueError as error:
                yield f"{path}.arguments", f"no JSON: {reason(error)}"


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
    declared = {shown(one.get("name")): one.get("parameters") for _, one in example.functions}
    for path, name, value in _arguments(example):
        parameters = declared.get(shown(name))
        if isinstance(value, dict) and isinstance(parameters, dict):
            for where, told in disagreements(parameters, value):
                yield f"{path}.arguments", f"{where}: {told}"


@rule(
    "tool.fn_not_declared", "error", good=GOOD,
    bad=chat(SYSTEM, USER, calling(call(name="g")), RESULT, ANSWER, more=TOOLS),
    explanation="A function that is called is declared in `tools`.", fix="declare it, or correct the name",
)  # fmt: skip
def fn_not_declared(example: Example) -> Iterator[Spot]:
    """A function nobody knows."""
    declared = [one.get("name") for _, one in example.functions]
    for path, function, _ in example.calls:
        name = function.get("name")
        if isinstance(name, str) and name not in declared:
            yield f"{path}.name", f"the function {shown(name)} is not declared in `tools`"


@rule(
    "tool.definition_invalid", "error", good=GOOD, bad=chat(SYSTEM, USER, ANSWER, more=', "tools": [{"type": "function"}]'),
    explanation="A tool is `{type: function, function: {name, description, parameters}}`.", fix="correct the declaration",
)  # fmt: skip
def definition_invalid(example: Example) -> Iterator[Spot]:
    """A declaration that lacks something."""
    prefix, holder = example.holder
    tools = holder.get("tools", [])
    if not isinstance(tools, list):
        yield f"{prefix}tools", "`tools` is not a list"
        return
    for index, tool in enumerate(tools):
        function = tool.get("function") if isinstance(tool, dict) else None
        if (
            not isinstance(function, dict)
            or tool.get("type") != "function"
            or not isinstance(function.get("name"), str)
        ):
            yield f"{prefix}tools[{index}]", "the tool lacks `type: function`, `function` or its `name`"


@rule(
    "tool.fn_name_pattern", "error", good=GOOD,
    bad=chat(SYSTEM, USER, ANSWER, more=TOOLS.replace('"f"', '"f g"')),
    explanation="Function names have letters, digits, underscores and dashes, 64 at most.", fix="rename the function",
)  # fmt: skip
def fn_name_pattern(example: Example) -> Iterator[Spot]:
    """A name with other characters."""
    for path, one in example.functions:
        if isinstance(one.get("name"), str) and not re.fullmatch(FUNCTION_NAME, one["name"]):
            yield f"{path}.name", f"the name {shown(one['name'])} has other characters, or too many"


@rule(
    "tool.too_many", "error", good=GOOD, bad="(a line with 129 functions)",
    explanation="A line declares 128 functions at most.", fix="leave out functions that are not called",
)  # fmt: skip
def too_many(example: Example) -> Iterator[Spot]:
    """More than the limit."""
    if len(example.functions) > MOST_FUNCTIONS:
        yield f"{example.holder[0]}tools", f"{len(example.functions)} functions, {MOST_FUNCTIONS} are the most"


@rule(
    "tool.declared_twice", "error", good=GOOD,
    bad=chat(SYSTEM, USER, ANSWER, more=', "tools": [{"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}, {"type": "function", "function": {"name": "f", "description": "d", "parameters": {"type": "object"}}}]'),
    explanation="Each function has a name of its own.", fix="rename one of them, or leave it out",
)  # fmt: skip
def declared_twice(example: Example) -> Iterator[Spot]:
    """Two functions of one name."""
    names = [one.get("name") for _, one in example.functions]
    for number, (path, one) in enumerate(example.functions):
        if isinstance(one.get("name"), str) and one["name"] in names[:number]:
            yield f"{path}.name", f"the function {shown(one['name'])} is declared twice"


@rule(
    "tool.parameters_invalid", "error", good=GOOD,
    bad=chat(SYSTEM, USER, ANSWER, more=TOOLS.replace('"integer"', '"whole number"')),
    explanation="`parameters` is a JSON Schema that says what the arguments may be.", fix="correct the schema: types are string, number, integer, boolean, object, array, null",
)  # fmt: skip
def parameters_invalid(example: Example) -> Iterator[Spot]:
    """A declaration that is no schema."""
    for path, one in example.functions:
        if isinstance(one.get("parameters"), dict):
            for where, told in flaws(one["parameters"]):
                yield f"{path}.parameters", f"{where}: {told}"


@rule(
    "tool.description_missing", "error", good=GOOD, providers=["mistral"],
    bad=chat(SYSTEM, USER, ANSWER, more=TOOLS.replace('"description": "d", ', "")),
    explanation="Mistral asks for `description` and `parameters` of every declared function.", fix="add them",
)  # fmt: skip
def description_missing(example: Example) -> Iterator[Spot]:
    """A declaration without its half."""
    for path, one in example.functions:
        lacking = [name for name in ("description", "parameters") if name not in one]
        if lacking:
            yield path, f"the function has no {' and no '.join(lacking)}"


def _arguments(example: Example) -> Iterator[tuple[str, Any, Any]]:
    """(path, function's name, parsed arguments) of every call whose arguments are JSON."""
    for path, function, _ in example.calls:
        if isinstance(function.get("arguments"), str):
            try:
                value = strict(function["arguments"].encode())
            except ValueError:
                continue
            yield path, function.get("name"), value
