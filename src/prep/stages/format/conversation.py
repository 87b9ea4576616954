"""Conversations: a column of turns becomes the messages, a system message in front."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import minijinja
import msgspec
import polars as pl

from prep.stages.format.templates import Rendered
from prep.stages.format.values import values

if TYPE_CHECKING:
    from prep.stages.format.settings import Format
    from prep.stages.part import Part

_TURNS = msgspec.json.Decoder(list[msgspec.Raw]).decode
_ROLE = msgspec.json.Decoder(type("Role", (msgspec.Struct,), {"__annotations__": {"role": str}})).decode
_ENCODE = msgspec.json.Encoder().encode


def conversations(part: Part, settings: Format) -> Part:
    """The part with `_example` from the column of turns, each turn's bytes as they are.

    Turns after the last answer are left out unless `trailing: keep`, with a note. Without an answer the record is
    dropped as `answer_missing`; where the column is no list of messages, as `conversation_invalid`.
    """
    assert settings.conversation is not None
    system = Rendered(settings.system) if settings.system is not None else None
    rows = values(part, system.columns if system else frozenset())
    cells = part.column(settings.conversation).to_list()
    made = [
        _example(cell, system, row, settings.trailing == "trim") if alive else (None, None, False)
        for cell, row, alive in zip(cells, rows, part.alive.to_list(), strict=True)
    ]
    part = part.with_columns(pl.Series("_example", [line for line, _, _ in made], dtype=pl.String))
    reasons = pl.Series("reason", [reason for _, reason, _ in made], dtype=pl.String)
    for reason in ("answer_missing", "conversation_invalid", "template_failed"):
        part = part.drop(where=reasons == reason, reason=reason)
    return part.note(pl.Series([trimmed for _, _, trimmed in made], dtype=pl.Boolean), "trailing_turns_trimmed")


def _example(
    cell: str | None, system: Rendered | None, row: dict[str, Any], trim: bool
) -> tuple[str | None, str | None, bool]:
    """(example, reason it is dropped for, whether turns were left out) of one conversation."""
    try:
        turns = _TURNS(cell or "[]")
        roles = [_ROLE(turn).role for turn in turns]
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None, "conversation_invalid", False
    if "assistant" not in roles:
        return None, "answer_missing", False
    last = len(roles) - roles[::-1].index("assistant") if trim else len(roles)
    messages: list[Any] = turns[:last]
    if system is not None:
        try:
            messages = [{"role": "system", "content": system.text(row)}, *messages]
        except minijinja.TemplateError:
            return None, "template_failed", False
    return _ENCODE({"messages": messages}).decode(), None, last < len(roles)
