"""Units to sides: by where their hash falls, by quantiles, or in exact counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping


def by_hash(units: pl.DataFrame, into: Mapping[str, float]) -> pl.DataFrame:
    """Each unit by its own hash alone: adding others moves nothing, shares are approximate."""
    return _cut(units, units["hash"].to_numpy() / 2.0**64, into)


def by_quantile(units: pl.DataFrame, into: Mapping[str, float]) -> pl.DataFrame:
    """Units in their order, cut at the shares of their records: close to the shares even for few records."""
    sizes = units["size"].to_numpy().astype(np.float64)
    middle = (np.cumsum(sizes) - sizes / 2) / max(1.0, sizes.sum())
    return _cut(units, middle, into)


def _cut(
    units: pl.DataFrame, positions: np.ndarray[tuple[int], np.dtype[np.float64]], into: Mapping[str, float]
) -> pl.DataFrame:
    names = [name for name, share in into.items() if share > 0]
    bounds = np.cumsum([into[name] for name in names])[:-1]
    sides = np.asarray(names)[np.searchsorted(bounds, positions, side="right")]
    return units.with_columns(pl.Series("split", sides.tolist(), dtype=pl.String))


def exactly(
    free: pl.DataFrame, into: Mapping[str, float], total: int, fixed: pl.DataFrame, stratify: bool
) -> pl.DataFrame:
    """Units in the order of their hash to the side that lacks most; counts by largest remainder over all records.

    Units of one record give the counts exactly; larger ones come first, so that single records can even them out.
    """
    if stratify:
        strata = free.sort("label", "hash", nulls_last=True).partition_by("label", maintain_order=True)
        done = [exactly(part, into, int(part["size"].sum()), fixed.clear(), False) for part in strata]
        return pl.concat(done) if done else free.with_columns(pl.lit("").alias("split"))
    lacks = dict(largest_remainder(total, into))
    for side, size in fixed.group_by("split").agg(pl.col("size").sum()).iter_rows():
        lacks[side] = lacks.get(side, 0) - size
    ordered = free.sort("size", "hash", descending=[True, False])
    sides = []
    for size in ordered["size"].to_list():
        side = max(lacks, key=lambda name: lacks[name])
        lacks[side] -= size
        sides.append(side)
    return ordered.with_columns(pl.Series("split", sides, dtype=pl.String))


def largest_remainder(total: int, into: Mapping[str, float]) -> list[tuple[str, int]]:
    """Whole counts that add up to `total`, each share rounded down, the rest to the largest remainders."""
    ideal = {name: share * total for name, share in into.items()}
    counts = {name: int(value) for name, value in ideal.items()}
    rest = total - sum(counts.values())
    order = sorted(into, key=lambda name: counts[name] - ideal[name])
    for name in order[:rest]:
        counts[name] += 1
    return list(counts.items())
