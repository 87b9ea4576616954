"""Which of several equal records stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from prep.stages.dedupe.settings import Near


def newest(signs: pl.DataFrame) -> np.ndarray[Any, Any]:
    """The rank of each record by `age`, 0 for the newest: numbers as numbers, else text order; missing values last."""
    return _ranked(_comparable(signs["age"]), descending=True)


def ranks(signs: pl.DataFrame, near: Near | None) -> np.ndarray[Any, Any]:
    """The rank of each record, 0 for the first to stay; ties go to the record that comes first.

    `keep_value` is compared as a number where every value of it is one, else as text; a missing value comes last.
    """
    keep = near.keep if near is not None else "first"
    if not isinstance(keep, str):
        return _ranked(_comparable(signs["keep_value"]), descending=keep.order == "descending")
    if keep == "longest":
        return _ranked(signs["length"].cast(pl.Int64), descending=True)
    if keep == "first":
        return np.arange(signs.height)
    return _ranked(_comparable(signs["keep_value"]), descending=True)


def _comparable(value: pl.Series) -> pl.Series:
    numbers = value.str.strip_chars().cast(pl.Float64, strict=False)
    return numbers if numbers.null_count() == value.null_count() else value


def _ranked(best: pl.Series, *, descending: bool) -> np.ndarray[Any, Any]:
    rows = pl.DataFrame({"order": best}).with_row_index("row")
    ranked = rows.sort("order", "row", descending=[descending, False], nulls_last=True)["row"]
    rank = np.empty(len(best), dtype=np.int64)
    rank[ranked.to_numpy()] = np.arange(len(best))
    return rank
