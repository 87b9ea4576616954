"""Parts made of plain rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from prep.stages.part import Part, complete


def part_of(rows: list[dict[str, Any]] | list[str | None], **settings: Any) -> Part:
    """A part with one record a row; a string is a row with the column `text`."""
    cells = [row if isinstance(row, dict) else {"text": row} for row in rows]
    names = dict.fromkeys(name for row in cells for name in row) or {"text": None}
    frame = pl.DataFrame(cells, schema=dict.fromkeys(names, pl.String))
    ids = pl.Series("_id", [f"a.jsonl:{number}" for number in range(1, len(cells) + 1)], dtype=pl.String)
    return Part(frame=complete(frame.with_columns(ids)), **({"text": ("text",)} | settings))


@pytest.fixture(scope="session")
def make_part() -> Callable[..., Part]:
    return part_of
