"""The shape of a line: what is left of it for rules to look at once its values are found to be sound, natively.

Lines of one shape break the same rules, so the rules are asked once a shape and not once a line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from prep.chat.roles import FUNCTION_NAME, OUTPUTS, RFT_KEYS
from prep.stages.validate.example import Example
from prep.stages.validate.kinds import says_nothing
from prep.stages.validate.parameters import is_sound, quick
from prep.stages.validate.raw import strict
from prep.stages.validate.rules.message import MOST_CHARACTERS
from prep.stages.validate.rules.reinforcement import REASONING
from prep.stages.validate.rules.tool import DECLARATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

    from prep.stages.validate.register import Rule

_ENCODE = msgspec.json.Encoder().encode
_NAME = re.compile(FUNCTION_NAME)
_MOST_TOOLS = 2_000
_SPOKEN = ("user", "assistant", "system")
_WEB = ("http://", "https://")
Shape = tuple["Hashable", ...]


class Tools:
    """Declared functions in which no rule found anything; `fit` says whether arguments of one of them do."""

    def __init__(self, tools: list[dict[str, Any]]) -> None:
        self.functions = {tool["function"]["name"]: tool["function"].get("parameters") for tool in tools}
        self._checks: dict[str, Callable[[Any], bool] | None] = {}

    def fit(self, name: str, arguments: str) -> bool:
        """Whether a call is surely right: declared, an object in JSON, and as the declaration says."""
        if name not in self.functions:
            return False
        if name not in self._checks:
            self._checks[name] = quick(self.functions[name])
        check = self._checks[name]
        if check is None:
            return False
        try:
            value = strict(arguments.encode())
        except ValueError:
            return False
        return isinstance(value, dict) and check(value)


class Shapes:
    """Makes shapes of parsed lines that fit their schema."""

    def __init__(self, method: str, rules: Iterable[Rule]) -> None:
        self.method = method
        self._declarations = [rule for rule in rules if rule.id in DECLARATIONS]
        self._asks_for_descriptions = any(rule.id == "tool.description_missing" for rule in self._declarations)
        self._tools: dict[bytes, Tools | None] = {}

    def shape(self, data: dict[str, Any]) -> Shape | None:
        """The shape of a line; None where a value needs a closer look."""
        more: Hashable = "alone"
        if self.method == "dpo":
            asked, (better, worse) = data["input"], (data[name] for name in OUTPUTS)
            if better == worse:
                return None
            lists, holder, more = [asked["messages"], better, worse], asked, "parallel_tool_calls" in asked
        else:
            lists, holder = [data["messages"]], data
            if len(data) > 1:
                more = self._more(data)
                if more is None:
                    return None
        tools = None
        if "tools" in holder:
            tools = self.tools(holder["tools"])
            if tools is None:
                return None
        shape: list[Hashable] = [more, tools is not None] if len(data) > 1 else []
        ids: dict[str, int] = {}
        for messages in lists:
            for message in messages:
                content = message.get("content")
                # The common message: a role, and a content that says something.
                if len(message) == 2 and type(content) is str and self._says(content):
                    shape.append(message["role"])
                    continue
                odd = self._odd(message, tools, ids)
                if odd is None:
                    return None
                shape.append(odd)
            shape.append(None)
        return tuple(shape)

    def plain(self, data: dict[str, Any]) -> tuple[Shape, list[str]] | None:
        """The shape and the texts of a supervised line of plain messages, which fits its schema; None for all others.

        Most lines are of this kind: the schema need not be asked.
        """
        if len(data) != 1 or self.method != "sft":
            return None
        messages = data.get("messages")
        if type(messages) is not list or not messages:
            return None
        shape: list[Hashable] = []
        texts = []
        for message in messages:
            if type(message) is not dict or len(message) != 2:
                return None
            role, content = message.get("role"), message.get("content")
            if type(content) is not str or role not in _SPOKEN or not self._says(content):
                return None
            shape.append(role)
            texts.append(content)
        shape.append(None)
        return tuple(shape), texts

    def tools(self, declared: list[dict[str, Any]]) -> Tools | None:
        """The functions of a line, remembered; None where a rule finds something in them."""
        key = _ENCODE(declared)
        if key not in self._tools:
            if len(self._tools) >= _MOST_TOOLS:
                self._tools.clear()
            self._tools[key] = Tools(declared) if self._sound(declared) else None
        return self._tools[key]

    def _sound(self, declared: list[dict[str, Any]]) -> bool:
        """Whether no rule finds anything in the functions: natively where they are plain, else the rules are asked."""
        functions = [tool["function"] for tool in declared]
        if len({function["name"] for function in functions}) == len(functions) and all(map(self._plain, functions)):
            return True
        example = Example({"tools": declared, "input": {"tools": declared}}, self.method)
        return not any(rule.hits(example) for rule in self._declarations)

    def _plain(self, function: dict[str, Any]) -> bool:
        parameters = function.get("parameters")
        lacking = parameters is None or "description" not in function
        return (
            not (lacking and self._asks_for_descriptions)
            and _NAME.fullmatch(function["name"]) is not None
            and (parameters is None or is_sound(parameters))
        )

    def _says(self, text: str) -> bool:
        return (
            bool(text)
            and not says_nothing(text)
            and "<|" not in text
            and len(text) <= MOST_CHARACTERS
            and not (self.method == "rft" and REASONING.search(text))
        )

    def _more(self, data: dict[str, Any]) -> Hashable:
        """What of the other keys matters; None where a closer look is needed."""
        if self.method == "sft":
            return None if "functions" in data else "parallel_tool_calls" in data
        fields = [value for name, value in data.items() if name not in RFT_KEYS]
        for value in fields:
            if isinstance(value, str):
                if not value or value.isspace() or "\n" in value or "\r" in value:
                    return None
            elif value is None or value in ([], {}):
                return None
        return "fields" if fields else "no fields"

    def _odd(self, message: dict[str, Any], tools: Tools | None, ids: dict[str, int]) -> Shape | None:
        """The shape of a message that has more, or less, than a role and a text."""
        found: list[Hashable] = []
        for name, value in message.items():
            part: Hashable
            if name == "role" or (name == "weight" and type(value) is int):
                part = value
            elif name == "content":
                part = value is None or self._content(value)
            elif name == "name":
                part = True
            elif name == "tool_call_id":
                part = ids.setdefault(value, len(ids))
            elif name == "tool_calls" and value and tools is not None:
                part = self._calls(value, tools, ids)
            else:
                return None
            if part is None:
                return None
            found.append((name, part))
        return tuple(found)

    def _content(self, content: str | list[dict[str, Any]]) -> Hashable:
        if isinstance(content, str):
            return "text" if self._says(content) else None
        kinds = []
        for part in content:
            kind = part["type"]
            if kind == "text":
                sound = self._says(part["text"])
            else:
                sound = kind == "image_url" and part["image_url"]["url"].startswith(_WEB)
            if not sound:
                return None
            kinds.append(kind)
        return tuple(kinds)

    def _calls(self, calls: list[dict[str, Any]], tools: Tools, ids: dict[str, int]) -> Hashable:
        found = []
        for call in calls:
            function = call["function"]
            if not tools.fit(function["name"], function["arguments"]):
                return None
            found.append((ids.setdefault(call["id"], len(ids)), _short(call["id"])))
        return tuple(found)


def _short(name: str) -> bool:
    """Whether an id is of the form that Mistral asks for."""
    return len(name) == 9 and name.isascii() and name.isalnum()
