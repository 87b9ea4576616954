"""Conversations inside a column: a JSON array of messages whose contents are read, and replaced, in one pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable

_RAW = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
_STRING = msgspec.json.Decoder(str)
_ENCODE = msgspec.json.Encoder().encode


def _parse(text: str | None) -> list[dict[str, Any]]:
    """The messages of one conversation, their values as JSON source text; empty where it is not one."""
    if not text:
        return []
    try:
        return _RAW.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return []


def _content(message: dict[str, Any]) -> str | None:
    raw = message.get("content")
    return _STRING.decode(raw) if raw is not None and bytes(raw)[:1] == b'"' else None


def contents(column: pl.Series) -> pl.Series:
    """The contents of each conversation's messages, joined by line ends; null stays null."""
    texts = [
        None if text is None else "\n".join(filter(None, map(_content, _parse(text)))) for text in column.to_list()
    ]
    return pl.Series(column.name, texts, dtype=pl.String)


def map_contents(column: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`column` with `change` applied to every message's content at once; all other bytes stay as they are.

    `change` gets one String series, a value a message, and returns one of the same length. A content that is not a
    string (a list of parts, null) and a cell that holds no conversation pass through.
    """
    rows = [_parse(text) for text in column.to_list()]
    places = [(row, turn) for row, turns in enumerate(rows) for turn in range(len(turns))]
    old = [_content(rows[row][turn]) for row, turn in places]
    new = change(pl.Series("content", old, dtype=pl.String)).to_list()
    touched: set[int] = set()
    for (row, turn), before, after in zip(places, old, new, strict=True):
        if before is not None and before != after:
            rows[row][turn]["content"] = msgspec.Raw(_ENCODE(after))
            touched.add(row)
    if not touched:
        return column
    cells = column.to_list()
    for row in touched:
        cells[row] = _ENCODE(rows[row]).decode()
    return pl.Series(column.name, cells, dtype=pl.String)
