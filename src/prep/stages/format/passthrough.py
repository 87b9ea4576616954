"""Passthrough: records that are examples already keep their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from prep.chat.roles import DPO_KEYS, SFT_KEYS
from prep.stages.format.frame import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.stages.format.settings import Format
    from prep.stages.part import Part

# Parsed whole: text between quotes that is no valid string is found too.
_OBJECT = msgspec.json.Decoder(dict).decode
_NAMES = msgspec.json.Decoder(list[str]).decode
_ENCODE = msgspec.json.Encoder().encode


def line_columns(columns: Sequence[str], method: str) -> list[str]:
    """The columns of a record that are keys of its line; of a reinforcement line all are."""
    if method == "rft":
        return [name for name in columns if not name.startswith("_")]
    return [name for name in (DPO_KEYS if method == "dpo" else SFT_KEYS) if name in columns]


def passed_through(part: Part, settings: Format, method: str = "sft") -> Part:
    """The part with `_example` put together from the line's own keys, or taken from the column that holds it.

    Values keep their bytes, line ends between them apart. A record without one is dropped as `example_missing`, one
    that is no JSON object as `example_invalid`.
    """
    if isinstance(settings.passthrough, str):
        lines = part.column(settings.passthrough).to_list()
    else:
        first = "input" if method == "dpo" else "messages"
        names = line_columns(part.frame.columns, method) if first in part.frame.columns else []
        told = part.column("_json").to_list()
        rows = part.frame.select(names).iter_rows(named=True) if names else iter([{}] * part.frame.height)
        lines = [_line(row, first, listed) for row, listed in zip(rows, told, strict=True)]
    problems = pl.Series("problem", [_problem(line) for line in lines], dtype=pl.String)
    part = part.drop(
        where=pl.Series([not (line or "").strip() for line in lines], dtype=pl.Boolean), reason="example_missing"
    )
    part = part.drop(where=problems.is_not_null(), reason="example_invalid", detail=problems)
    examples = [one_line(line) if alive else None for line, alive in zip(lines, part.alive.to_list(), strict=True)]
    return part.with_columns(pl.Series("_example", examples, dtype=pl.String))


def _line(row: dict[str, Any], first: str, listed: str | None) -> str | None:
    """The line's own keys as one object; None without its messages or its input.

    A key whose cell is no JSON is a string; messages and what belongs to them are taken for JSON from any table.
    """
    if not (row.get(first) or "").strip():
        return None
    json = set(_NAMES(listed)) if listed else set()
    json |= {*SFT_KEYS, *DPO_KEYS} & row.keys()
    cells = {name: text if name in json else _ENCODE(text).decode() for name, text in row.items() if text is not None}
    return "{" + ",".join(f"{_ENCODE(name).decode()}:{text}" for name, text in cells.items()) + "}"


def _problem(line: str | None) -> str | None:
    """Why a text is not one JSON object; None where it is."""
    try:
        _OBJECT(line or "{}")
    except msgspec.DecodeError as error:
        return str(error)[:200]
    except RecursionError:
        return "nested too deeply"
    return None
