"""Batches of records, with what could not be read beside them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from prep.stages.part import PLACE

QUARANTINE = {
    "_source": PLACE["_source"],
    "_file": pl.String,
    "_row": PLACE["_row"],
    "place": pl.String,
    "reason": pl.String,
    "hash": pl.String,
    "content": pl.String,
}


@dataclass(frozen=True)
class Batch:
    """Records as a complete frame, and what could not be read beside them."""

    frame: pl.DataFrame
    quarantined: pl.DataFrame


def quarantine_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Broken entries as a frame."""
    return pl.DataFrame(rows, schema=QUARANTINE, orient="row")
