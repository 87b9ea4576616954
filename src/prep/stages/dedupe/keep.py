"""Which of several equal records stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from prep.stages.dedupe.settings import Near


def ranks(signs: pl.DataFrame, near: Near | None) -> np.ndarray[Any, Any]:
    """The rank of each record, 0 for the first to stay; ties go to the record that comes first.

    `keep_value` is compared as a number where every value of it is one, else as text; a missing value comes last.
    """
    order = pl.int_range(pl.len())
    keep = near.keep if near is not None else "first"
    if keep == "longest":
        best = signs.select(order=pl.col("length").cast(pl.Int64))
    elif keep == "first":
        return np.arange(signs.height)
    else:
        value = signs["keep_value"]
        numbers = value.str.strip_chars().cast(pl.Float64, strict=False)
        best = (numbers if numbers.null_count() == value.null_count() else value).alias("order").to_frame()
    descending = keep in ("longest", "newest") or (not isinstance(keep, str) and keep.order == "descending")
    ranked = best.with_columns(row=order).sort("order", "row", descending=[descending, False], nulls_last=True)["row"]
    rank = np.empty(signs.height, dtype=np.int64)
    rank[ranked.to_numpy()] = np.arange(signs.height)
    return rank
