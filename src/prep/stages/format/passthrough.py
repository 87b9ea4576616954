"""Passthrough: records that are examples already keep their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

if TYPE_CHECKING:
    from prep.stages.format.settings import Format
    from prep.stages.part import Part

# What a chat line may hold beside its messages; other columns of the record stay with the record.
LINE_KEYS = ("messages", "tools", "parallel_tool_calls", "functions")
_ENCODE = msgspec.json.Encoder().encode
_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


def passed_through(part: Part, settings: Format) -> Part:
    """The part with `_example` put together from the line's own keys, or taken from the column that holds it.

    Values keep their bytes. A record without one is dropped as `example_missing`.
    """
    if isinstance(settings.passthrough, str):
        lines = [_checked(cell) for cell in part.column(settings.passthrough).to_list()]
    else:
        names = [name for name in LINE_KEYS if name in part.frame.columns]
        rows = part.frame.select(names).iter_rows(named=True) if names else iter([{}] * part.frame.height)
        lines = [_line(row) for row in rows]
    examples = pl.Series("_example", lines, dtype=pl.String)
    part = part.drop(where=examples.is_null(), reason="example_missing")
    return part.with_columns(pl.select(pl.when(part.alive).then(examples).alias("_example")).to_series())


def _line(row: dict[str, Any]) -> str | None:
    if row.get("messages") is None:
        return None
    return _ENCODE({name: msgspec.Raw(text.encode()) for name, text in row.items() if text is not None}).decode()


def _checked(cell: str | None) -> str | None:
    try:
        _OBJECT(cell or "")
    except (msgspec.DecodeError, UnicodeEncodeError):
        return None
    return cell
