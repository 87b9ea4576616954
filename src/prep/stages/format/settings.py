"""Settings of `format`: how a record becomes a training example."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from prep.stages.registry import Settings


class Turn(Settings):
    """One message of a templated chat."""

    role: Literal["system", "user", "assistant"] = Field(description="who speaks")
    content: str = Field(description="template of what is said")


class Format(Settings):
    """How a record becomes an example: templates, a column of turns, or a line that is one already."""

    system: str | None = Field(None, description="template of the system message")
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

    prune_prefix: bool | str = Field(
        False, description="shorten the system prompt in training: true keeps its first sentence; or the short prompt"
    )

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        chat = self.user is not None or self.assistant is not None
        ways = [chat, self.turns is not None, self.conversation is not None, bool(self.passthrough)]
        if sum(ways) != 1:
            raise ValueError("needs exactly one of: user and assistant, turns, conversation, passthrough")
        if chat and (self.user is None or self.assistant is None):
            raise ValueError("needs both `user` and `assistant`")
        if self.passthrough and self.system is not None:
            raise ValueError("`system` cannot be added to lines that are examples already")
        first = self.turns[0].role if self.turns else None
        if self.prune_prefix and self.system is None and first != "system":
            raise ValueError("`prune_prefix` shortens the system prompt, and this section has none")
        return self
