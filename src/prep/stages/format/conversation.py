"""Conversations: a column of turns becomes the messages, a system message in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import polars as pl

from prep.stages.format.frame import Frame, Row, Unusable, rows, with_examples

if TYPE_CHECKING:
    from prep.stages.format.settings import Format
    from prep.stages.part import Part

_TURNS = msgspec.json.Decoder(list[msgspec.Raw]).decode


class _Turn(msgspec.Struct):
    role: str
    weight: object = None


_TURN = msgspec.json.Decoder(_Turn).decode


def conversations(part: Part, settings: Format) -> Part:
    """The part with `_example` from the column of turns, each turn's bytes as they are.

    Turns after the last answer are left out unless `trailing: keep`, with a note. Without an answer the record is
    dropped as `answer_missing`; where the column is no list of messages, as `conversation_invalid`. The turns of a
    preference or of a reinforcement line are the question: none is left out and none needs to be an answer.
    """
    assert settings.conversation is not None
    frame = Frame(settings)
    made: list[str | Unusable | None] = []
    trimmed = []
    for row, alive in zip(rows(part, settings), part.alive.to_list(), strict=True):
        one, shorter = _example(frame, row) if alive else (None, False)
        made.append(one)
        trimmed.append(shorter)
    part = with_examples(part, made)
    return part.note(pl.Series(trimmed, dtype=pl.Boolean), "trailing_turns_trimmed")


def _example(frame: Frame, row: Row) -> tuple[str | Unusable, bool]:
    """(the line, whether turns at its end were left out)."""
    settings = frame.settings
    cell = row.cells[settings.conversation or ""]
    try:
        turns = _TURNS(cell or "[]")
        heads = [_TURN(turn) for turn in turns]
    except msgspec.DecodeError as error:
        return Unusable("conversation_invalid", str(error)), False
    except RecursionError:
        return Unusable("conversation_invalid", "nested too deeply"), False
    last = len(turns)
    if settings.method == "sft":
        answers = [at for at, head in enumerate(heads) if head.role == "assistant"]
        if not answers:
            return Unusable("answer_missing", ""), False
        last = answers[-1] + 1 if settings.trailing == "trim" else last
        if settings.train_on == "last":
            for at in answers[:-1]:
                turns[at] = _untrained(turns[at]) if heads[at].weight is None else turns[at]
    try:
        return frame.line([*frame.system(row), *turns[:last]], row), last < len(turns)
    except Unusable as error:
        return error, False


def _untrained(turn: msgspec.Raw) -> msgspec.Raw:
    """A turn with weight 0 behind its own keys, whose bytes stay as they are."""
    return msgspec.Raw(bytes(turn).rstrip()[:-1].rstrip() + b',"weight":0}')
