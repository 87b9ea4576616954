"""A parsed line as the rules see it: what is broken is left out, so that one cause is one finding."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from prep.chat.roles import SFT_ROLES


@dataclass(frozen=True)
class Example:
    """One line's object, and its token count where that is known."""

    data: dict[str, Any]
    tokens: int | None = None
    limit: int | None = None

    @cached_property
    def messages(self) -> list[tuple[int, dict[str, Any]]]:
        """(index, message) of every message that is an object."""
        found = self.data.get("messages")
        return (
            [(index, one) for index, one in enumerate(found) if isinstance(one, dict)]
            if isinstance(found, list)
            else []
        )

    @cached_property
    def known(self) -> list[tuple[int, dict[str, Any], str]]:
        """(index, message, role) of every message with a role that supervised lines have."""
        return [(index, one, one["role"]) for index, one in self.messages if one.get("role") in SFT_ROLES]

    @cached_property
    def roles(self) -> list[str] | None:
        """The roles of all messages, or None where one of them is broken: rules about their order then say nothing."""
        found = self.data.get("messages")
        if not isinstance(found, list) or not found or len(self.known) != len(found):
            return None
        return [role for _, _, role in self.known]

    @cached_property
    def calls(self) -> list[tuple[int, int, dict[str, Any]]]:
        """(message index, call index, call) of every tool call that is an object."""
        return [
            (index, number, call)
            for index, message, role in self.known
            if role == "assistant" and isinstance(message.get("tool_calls"), list)
            for number, call in enumerate(message["tool_calls"])
            if isinstance(call, dict)
        ]

    @cached_property
    def functions(self) -> list[tuple[str, dict[str, Any]]]:
        """(path, function) of every declared function."""
        tools = self.data.get("tools")
        listed = self.data.get("functions")
        found = [
            (f"tools[{index}].function", tool["function"])
            for index, tool in enumerate(tools if isinstance(tools, list) else [])
            if isinstance(tool, dict) and isinstance(tool.get("function"), dict)
        ]
        return found + [
            (f"functions[{index}]", one)
            for index, one in enumerate(listed if isinstance(listed, list) else [])
            if isinstance(one, dict)
        ]
