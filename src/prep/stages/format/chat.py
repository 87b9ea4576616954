"""Templated chat: a system message, a question and an answer, or any list of turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prep.stages.format.frame import Frame, Row, Unusable, listed, rows, text, with_examples
from prep.stages.format.settings import Turn
from prep.stages.format.templates import Rendered

if TYPE_CHECKING:
    from prep.stages.format.settings import Format
    from prep.stages.part import Part


def templated(part: Part, settings: Format) -> Part:
    """The part with `_example` from the templates; a record on which one fails is dropped, with its message."""
    frame = Frame(settings)
    turns = [_Turn(turn) for turn in _turns(settings)]
    if settings.train_on == "last":
        answers = [turn for turn in turns if turn.role == "assistant"]
        for turn in answers[:-1]:
            turn.weight = 0 if turn.weight is None else turn.weight
    made = [
        _line(frame, turns, row) if alive else None
        for row, alive in zip(rows(part, settings), part.alive.to_list(), strict=True)
    ]
    return with_examples(part, made)


def _line(frame: Frame, turns: list[_Turn], row: Row) -> str | Unusable:
    try:
        said = [message for turn in turns if (message := turn.message(row)) is not None]
        return frame.line([*frame.system(row), *said], row)
    except Unusable as error:
        return error


class _Turn:
    """One turn, its templates ready."""

    def __init__(self, turn: Turn) -> None:
        self.role = turn.role
        self.weight = turn.weight
        self._calls = turn.tool_calls
        named = {"content": turn.content, "name": turn.name, "tool_call_id": turn.tool_call_id}
        self._texts = {key: Rendered(one) for key, one in named.items() if one is not None}

    def message(self, row: Row) -> dict[str, Any] | None:
        """The message; None where it would only make calls and the record has none."""
        made: dict[str, Any] = {"role": self.role}
        for key, template in self._texts.items():
            made[key] = text(template, row, self.role if key == "content" else f"{self.role}.{key}")
        if self._calls is not None:
            calls = listed(row.cells[self._calls], self._calls)
            if calls is not None:
                made["tool_calls"] = calls
            elif "content" not in made:
                return None
        if self.weight is not None:
            made["weight"] = self.weight
        return made


def _turns(settings: Format) -> list[Turn]:
    if settings.turns is not None:
        return settings.turns
    assert settings.user is not None
    user = [Turn(role="user", content=settings.user)]
    return user if settings.assistant is None else [*user, Turn(role="assistant", content=settings.assistant)]
