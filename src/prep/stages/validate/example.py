"""A parsed line as the rules see it: what is broken is left out, so that one cause is one finding."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from prep.chat.roles import OBSOLETE, OUTPUTS, ROLES


class Message(NamedTuple):
    """A message with its place in the line."""

    path: str
    data: dict[str, Any]
    role: str


class Call(NamedTuple):
    """A call of a function with its place: `data` has `name` and `arguments`, `id` is None for the old kind."""

    path: str
    data: dict[str, Any]
    id: Any


@dataclass(frozen=True)
class Example:
    """One line's object, and its token count where that is known."""

    data: dict[str, Any]
    method: str = "sft"
    tokens: int | None = None
    limit: int | None = None

    @cached_property
    def current(self) -> dict[str, Any]:
        """The line with today's names for what a preference's outputs were once called."""
        if self.method != "dpo" or self.data.keys().isdisjoint(OBSOLETE):
            return self.data
        return {OBSOLETE.get(name, name): value for name, value in self.data.items()}

    @cached_property
    def holder(self) -> tuple[str, dict[str, Any]]:
        """(path with its dot, object) of what holds messages and tools: the line, or the `input` of a preference."""
        if self.method != "dpo":
            return "", self.data
        asked = self.data.get("input")
        return "input.", asked if isinstance(asked, dict) else {}

    @cached_property
    def lists(self) -> list[tuple[str, Any]]:
        """(path, value) of everything that should be a list of messages."""
        prefix, holder = self.holder
        found = [(f"{prefix}messages", holder["messages"])] if "messages" in holder else []
        names = OUTPUTS if self.method == "dpo" else ()
        return found + [(name, self.data[name]) for name in names if name in self.data]

    @cached_property
    def messages(self) -> list[tuple[str, dict[str, Any]]]:
        """(path, message) of every message that is an object."""
        return [
            (f"{path}[{index}]", one)
            for path, found in self.lists
            if isinstance(found, list)
            for index, one in enumerate(found)
            if isinstance(one, dict)
        ]

    @cached_property
    def known(self) -> list[Message]:
        """Every message with a role that there is."""
        return [
            Message(path, one, one["role"])
            for path, one in self.messages
            if isinstance(one.get("role"), str) and one["role"] in ROLES
        ]

    def talk(self, *paths: str) -> list[Message] | None:
        """The messages of these lists in turn; None where one is missing or broken: their order says nothing then."""
        lists = dict(self.lists)
        found: list[Message] = []
        for path in paths:
            one = lists.get(path)
            own = [message for message in self.known if message.path.startswith(f"{path}[")]
            if not isinstance(one, list) or not one or len(own) != len(one):
                return None
            found += own
        return found

    @cached_property
    def talks(self) -> list[list[Message]]:
        """Every whole talk of the line: one, or a preference's input with each of its outputs."""
        if self.method != "dpo":
            ways: list[tuple[str, ...]] = [("messages",)]
        else:
            ways = [("input.messages", name) for name in OUTPUTS]
        return [talk for way in ways if (talk := self.talk(*way)) is not None]

    @cached_property
    def asked(self) -> list[Message]:
        """The messages that a preference's outputs answer, or all messages; empty where one of them is broken."""
        return self.talk(f"{self.holder[0]}messages") or []

    @cached_property
    def calls(self) -> list[Call]:
        """Every call of a function that is an object, the old `function_call` too."""
        found = []
        for path, message, role in self.known:
            if role != "assistant":
                continue
            listed = message.get("tool_calls")
            for number, call in enumerate(listed if isinstance(listed, list) else []):
                function = call.get("function") if isinstance(call, dict) else None
                if isinstance(function, dict):
                    found.append(Call(f"{path}.tool_calls[{number}].function", function, call.get("id")))
            old = message.get("function_call")
            if isinstance(old, dict):
                found.append(Call(f"{path}.function_call", old, None))
        return found

    @cached_property
    def pictures(self) -> dict[str, Any]:
        """What is known of embedded images, by their address: several rules ask, and looking takes time."""
        return {}

    @cached_property
    def functions(self) -> list[tuple[str, dict[str, Any]]]:
        """(path, function) of every declared function."""
        prefix, holder = self.holder
        tools, listed = holder.get("tools"), holder.get("functions")
        found = [
            (f"{prefix}tools[{index}].function", tool["function"])
            for index, tool in enumerate(tools if isinstance(tools, list) else [])
            if isinstance(tool, dict) and isinstance(tool.get("function"), dict)
        ]
        return found + [
            (f"{prefix}functions[{index}]", one)
            for index, one in enumerate(listed if isinstance(listed, list) and self.method == "sft" else [])
            if isinstance(one, dict)
        ]


def ids_of(message: dict[str, Any]) -> list[Any]:
    """The ids of a message's calls, in their order."""
    listed = message.get("tool_calls")
    return [call.get("id") for call in (listed if isinstance(listed, list) else []) if isinstance(call, dict)]
