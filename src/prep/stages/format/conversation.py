"""Conversations: a column of turns becomes the messages, a system message in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import polars as pl

from prep.stages.format.passthrough import one_line
from prep.stages.format.templates import Rendered, TemplateFailed
from prep.stages.format.values import values

if TYPE_CHECKING:
    from prep.stages.format.settings import Format
    from prep.stages.part import Part

_TURNS = msgspec.json.Decoder(list[msgspec.Raw]).decode
_ENCODE = msgspec.json.Encoder().encode


class _Turn(msgspec.Struct):
    role: str


_ROLE = msgspec.json.Decoder(_Turn).decode


class _Made(NamedTuple):
    """What became of one conversation."""

    line: str | None = None
    reason: str | None = None
    detail: str | None = None
    trimmed: bool = False


def conversations(part: Part, settings: Format) -> Part:
    """The part with `_example` from the column of turns, each turn's bytes as they are.

    Turns after the last answer are left out unless `trailing: keep`, with a note. Without an answer the record is
    dropped as `answer_missing`; where the column is no list of messages, as `conversation_invalid`.
    """
    assert settings.conversation is not None
    system = Rendered(settings.system) if settings.system is not None else None
    rows = values(part, [system] if system else [])
    cells = part.column(settings.conversation).to_list()
    made = [
        _example(cell, system, row, settings.trailing == "trim") if alive else _Made()
        for cell, row, alive in zip(cells, rows, part.alive.to_list(), strict=True)
    ]
    part = part.with_columns(pl.Series("_example", [one.line for one in made], dtype=pl.String))
    reasons = pl.Series("reason", [one.reason for one in made], dtype=pl.String)
    details = pl.Series("detail", [one.detail for one in made], dtype=pl.String)
    for reason in ("answer_missing", "conversation_invalid", "template_failed"):
        part = part.drop(where=reasons == reason, reason=reason, detail=details)
    return part.note(pl.Series([one.trimmed for one in made], dtype=pl.Boolean), "trailing_turns_trimmed")


def _example(cell: str | None, system: Rendered | None, row: dict[str, Any], trim: bool) -> _Made:
    try:
        turns = _TURNS(cell or "[]")
        roles = [_ROLE(turn).role for turn in turns]
    except msgspec.DecodeError as error:
        return _Made(reason="conversation_invalid", detail=str(error)[:200])
    except RecursionError:
        return _Made(reason="conversation_invalid", detail="nested too deeply")
    if "assistant" not in roles:
        return _Made(reason="answer_missing")
    last = len(roles) - roles[::-1].index("assistant") if trim else len(roles)
    messages: list[Any] = turns[:last]
    if system is not None:
        try:
            messages = [{"role": "system", "content": system.text(row)}, *messages]
        except TemplateFailed as error:
            return _Made(reason="template_failed", detail=f"system: {error}")
    line = one_line(_ENCODE({"messages": messages}).decode())
    return _Made(line, trimmed=last < len(roles))
