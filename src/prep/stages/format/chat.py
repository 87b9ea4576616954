"""Templated chat: a system message, a question and an answer, or any list of turns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from prep.stages.format.templates import Rendered, TemplateFailed
from prep.stages.format.values import values

if TYPE_CHECKING:
    from prep.stages.format.settings import Format
    from prep.stages.part import Part

_ENCODE = msgspec.json.Encoder().encode


def templated(part: Part, settings: Format) -> Part:
    """The part with `_example` from the templates; a record on which one fails is dropped, with its message."""
    turns = [(role, Rendered(template)) for role, template in _turns(settings)]
    lines: list[str | None] = []
    failed: list[str | None] = []
    for row, alive in zip(values(part, [template for _, template in turns]), part.alive.to_list(), strict=True):
        line, message = _line(turns, row) if alive else (None, None)
        lines.append(line)
        failed.append(message)
    part = part.with_columns(pl.Series("_example", lines, dtype=pl.String))
    messages = pl.Series("failed", failed, dtype=pl.String)
    return part.drop(where=messages.is_not_null(), reason="template_failed", detail=messages)


def _line(turns: list[tuple[str, Rendered]], row: dict[str, Any]) -> tuple[str | None, str | None]:
    messages = []
    for role, template in turns:
        try:
            messages.append({"role": role, "content": template.text(row)})
        except TemplateFailed as error:
            return None, f"{role}: {error}"
    return _ENCODE({"messages": messages}).decode(), None


def _turns(settings: Format) -> list[tuple[str, str]]:
    system = [("system", settings.system)] if settings.system is not None else []
    if settings.turns is not None:
        return [*system, *((turn.role, turn.content) for turn in settings.turns)]
    assert settings.user is not None
    assert settings.assistant is not None
    return [*system, ("user", settings.user), ("assistant", settings.assistant)]
