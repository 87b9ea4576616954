"""What templates see of a record: its columns, JSON cells parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

if TYPE_CHECKING:
    from prep.stages.part import Part

_NAMES = msgspec.json.Decoder(list[str]).decode
_VALUE = msgspec.json.Decoder().decode


def values(part: Part, wanted: frozenset[str]) -> list[dict[str, Any]]:
    """The wanted columns of each record, one dict each; a cell that `_json` names is parsed, a missing column None."""
    if not wanted:
        return [{} for _ in range(part.frame.height)]
    frame = pl.DataFrame([part.column(name).alias(name) for name in sorted(wanted)])
    rows = list(frame.iter_rows(named=True))
    for row, told in zip(rows, part.frame["_json"].to_list(), strict=True):
        for name in _NAMES(told) if told else ():
            if row.get(name) is not None:
                row[name] = _parsed(row[name])
    return rows


def _parsed(text: str) -> Any:
    """The value of a JSON text; the text itself where a step has made something else of it."""
    try:
        return _VALUE(text)
    except msgspec.DecodeError:
        return text
