"""Settings of `format`: how a record becomes a training example."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_validator

from prep.stages.registry import Settings

Where = tuple[str | int, ...]


class Turn(Settings):
    """One message of a templated chat."""

    role: Literal["system", "developer", "user", "assistant", "tool"] = Field(description="who speaks")
    content: str | None = Field(None, description="template of what is said; a turn with `tool_calls` may leave it out")
    name: str | None = Field(None, description="template of the speaker's name")
    tool_calls: str | None = Field(None, description="column that holds the calls as a JSON list, taken as it is")
    tool_call_id: str | None = Field(None, description="template of the id of the call that a tool answers")
    weight: Literal[0, 1] | None = Field(None, description="1: the answer is trained, 0: it is not")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.content is None and self.tool_calls is None:
            raise ValueError("a turn needs `content`, or `tool_calls`")
        if (self.tool_calls is not None or self.weight is not None) and self.role != "assistant":
            raise ValueError("`tool_calls` and `weight` belong to turns of the assistant")
        if (self.role == "tool") != (self.tool_call_id is not None):
            raise ValueError("a turn of the role tool needs `tool_call_id`, no other has it")
        return self


class Preference(Settings):
    """Two answers to one input (method dpo)."""

    preferred: str = Field(description="template of the better answer")
    non_preferred: str = Field(description="template of the other answer")


class Reinforcement(Settings):
    """Reference fields beside the messages (method rft): a grader reads them as {{item.NAME}}."""

    fields: dict[str, str] = Field(default_factory=dict, description="a template for each field")
    columns: list[str] = Field(default_factory=list, description="columns taken as fields, JSON as it is")
    grader: dict[str, Any] | None = Field(None, description="the grader; every {{item.x}} in it must be a field")

    @model_validator(mode="after")
    def _names(self) -> Self:
        names = [*self.fields, *self.columns]
        if not names:
            raise ValueError("needs `fields` or `columns`: a grader has nothing to compare with")
        for name in names:
            if name in ("messages", "tools") or names.count(name) > 1:
                raise ValueError(f"`{name}` cannot be a field: the name is taken")
        return self


class Format(Settings):
    """How a record becomes an example: templates, a column of turns, or a line that is one already."""

    system: str | None = Field(None, description="template of the system message; for rft it is the developer's")
    user: str | None = Field(None, description="template of the user message")
    assistant: str | None = Field(None, description="template of the answer")
    turns: list[Turn] | None = Field(None, description="templates of several messages, in place of user and assistant")
    conversation: str | None = Field(None, description="column that holds the turns of a conversation")
    trailing: Literal["trim", "keep"] = Field(
        "trim", description="trim: turns after the last answer are left out of a conversation, with a note"
    )
    passthrough: bool | str = Field(
        False, description="the record is an example already; or the column that holds it as JSON"
    )
    preference: Preference | None = Field(None, description="two answers, for method dpo")
    reinforcement: Reinforcement | None = Field(None, description="fields for a grader, for method rft")
    tools: str | None = Field(None, description="column that holds the tools as a JSON list, taken as it is")
    parallel_tool_calls: bool | None = Field(None, description="whether calls may be made at once")
    train_on: Literal["all", "last"] = Field(
        "all", description="last: answers before the last get weight 0, unless they have a weight"
    )

    @property
    def method(self) -> str | None:
        """The method its examples are for; None: what passes through may be of any."""
        if self.passthrough:
            return None
        return "dpo" if self.preference else "rft" if self.reinforcement else "sft"

    def templates(self) -> list[tuple[Where, str]]:
        """Every template of the section with its place, in the order of messages."""
        found: list[tuple[Where, str | None]] = [
            (("system",), self.system), (("user",), self.user), (("assistant",), self.assistant),
        ]  # fmt: skip
        if isinstance(self.prune_prefix, str):
            found.append((("prune_prefix",), self.prune_prefix))
        for number, turn in enumerate(self.turns or []):
            found += [(("turns", number, key), getattr(turn, key)) for key in ("content", "name", "tool_call_id")]
        if self.preference is not None:
            found.append((("preference", "preferred"), self.preference.preferred))
            found.append((("preference", "non_preferred"), self.preference.non_preferred))
        if self.reinforcement is not None:
            found += [(("reinforcement", "fields", name), text) for name, text in self.reinforcement.fields.items()]
        return [(path, text) for path, text in found if text is not None]

    def columns(self) -> list[tuple[Where, str]]:
        """Every column that is taken as it is, with its place."""
        own = self.passthrough if isinstance(self.passthrough, str) else None
        found = [(("conversation",), self.conversation), (("tools",), self.tools), (("passthrough",), own)]
        placed: list[tuple[Where, str]] = [(path, name) for path, name in found if name is not None]
        placed += [
            (("turns", at, "tool_calls"), one.tool_calls) for at, one in enumerate(self.turns or []) if one.tool_calls
        ]
        kept = self.reinforcement.columns if self.reinforcement else []
        return placed + [(("reinforcement", "columns", at), name) for at, name in enumerate(kept)]

    prune_prefix: bool | str = Field(
        False, description="shorten the system prompt in training: true keeps its first sentence; or the short prompt"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        graded = self.preference is not None or self.reinforcement is not None
        chat = self.user is not None or self.assistant is not None
        ways = [chat, self.turns is not None, self.conversation is not None, bool(self.passthrough)]
        if sum(ways) != 1:
            raise ValueError("needs exactly one of: user and assistant, turns, conversation, passthrough")
        if graded and self.assistant is not None:
            raise ValueError("`assistant` has no place beside `preference` or `reinforcement`")
        if chat and not graded and (self.user is None or self.assistant is None):
            raise ValueError("needs both `user` and `assistant`")
        if self.preference is not None and self.reinforcement is not None:
            raise ValueError("`preference` and `reinforcement` are two methods: choose one")
        if self.passthrough:
            self._untouched(graded)
        if self.parallel_tool_calls is not None and self.reinforcement is not None:
            raise ValueError("`parallel_tool_calls` has no place in a reinforcement line")
        first = self.turns[0].role if self.turns else None
        if self.prune_prefix and self.system is None and first not in ("system", "developer"):
            raise ValueError("`prune_prefix` shortens the system prompt, and this section has none")
        return self

    def _untouched(self, graded: bool) -> None:
        if self.system is not None:
            raise ValueError("`system` cannot be added to lines that are examples already")
        added = graded or self.tools is not None or self.parallel_tool_calls is not None or self.train_on != "all"
        if added:
            raise ValueError("nothing can be added to lines that are examples already: take `passthrough` alone")
