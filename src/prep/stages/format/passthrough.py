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
# Parsed whole: text between quotes that is no valid string is found too.
_OBJECT = msgspec.json.Decoder(dict).decode


def one_line(text: str) -> str:
    """JSON text on one line: a line end in it can only stand between values, never inside a string."""
    return text.replace("\r", " ").replace("\n", " ") if "\n" in text or "\r" in text else text


def passed_through(part: Part, settings: Format) -> Part:
    """The part with `_example` put together from the line's own keys, or taken from the column that holds it.

    Values keep their bytes, line ends between them apart. A record without one is dropped as `example_missing`, one
    that is no JSON object as `example_invalid`.
    """
    if isinstance(settings.passthrough, str):
        lines = part.column(settings.passthrough).to_list()
    else:
        names = [name for name in LINE_KEYS if name in part.frame.columns]
        rows = part.frame.select(names).iter_rows(named=True) if "messages" in names else iter([{}] * part.frame.height)
        lines = [_line(row) for row in rows]
    problems = pl.Series("problem", [_problem(line) for line in lines], dtype=pl.String)
    part = part.drop(
        where=pl.Series([not (line or "").strip() for line in lines], dtype=pl.Boolean), reason="example_missing"
    )
    part = part.drop(where=problems.is_not_null(), reason="example_invalid", detail=problems)
    examples = [one_line(line) if alive else None for line, alive in zip(lines, part.alive.to_list(), strict=True)]
    return part.with_columns(pl.Series("_example", examples, dtype=pl.String))


def _line(row: dict[str, Any]) -> str | None:
    """The line's own keys as one object; None without messages."""
    if not (row.get("messages") or "").strip():
        return None
    return "{" + ",".join(f'"{name}":{text}' for name, text in row.items() if text is not None) + "}"


def _problem(line: str | None) -> str | None:
    """Why a text is not one JSON object; None where it is."""
    try:
        _OBJECT(line or "{}")
    except msgspec.DecodeError as error:
        return str(error)[:200]
    except RecursionError:
        return "nested too deeply"
    return None
