"""Units to sides: by where their hash falls, by quantiles, or in exact counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import xxhash

if TYPE_CHECKING:
    from collections.abc import Mapping


def by_hash(units: pl.DataFrame, into: Mapping[str, float]) -> pl.DataFrame:
    """Each unit by its own hash alone: adding others moves nothing, shares are approximate."""
    return _cut(units, units["hash"].to_numpy() / 2.0**64, into)


def by_quantile(units: pl.DataFrame, into: Mapping[str, float], offset: float = 0.5) -> pl.DataFrame:
    """Units in their order, cut at the shares of their records: close to the shares even for few records.

    `offset` (0 to 1) says where in a record its cut lies.
    """
    sizes = units["size"].to_numpy().astype(np.float64)
    positions = (np.cumsum(sizes) - sizes + offset * sizes) / max(1.0, sizes.sum())
    return _cut(units, positions, into)


def by_label(units: pl.DataFrame, into: Mapping[str, float], seed: int) -> pl.DataFrame:
    """Every label's units by quantile. Where the cuts fall depends on the label, so that labels of few records do not
    all miss the same side; a label of one record goes to the largest side.
    """
    strata = units.sort("label", "hash", nulls_last=True).partition_by("label", maintain_order=True)
    largest = max(into, key=lambda name: into[name])
    alone = {largest: 1.0}
    done = []
    for stratum in strata:
        name = (stratum["label"][0] or "").encode("utf-8", "surrogatepass")
        offset = xxhash.xxh3_64_intdigest(name, seed) / 2.0**64
        done.append(by_quantile(stratum, alone if stratum.height == 1 else into, offset))
    return pl.concat(done) if done else by_quantile(units, into)


def _cut(
    units: pl.DataFrame, positions: np.ndarray[tuple[int], np.dtype[np.float64]], into: Mapping[str, float]
) -> pl.DataFrame:
    names = [name for name, share in into.items() if share > 0]
    bounds = np.cumsum([into[name] for name in names])[:-1]
    sides = np.asarray(names)[np.searchsorted(bounds, positions, side="right")]
    return units.with_columns(pl.Series("split", sides.tolist(), dtype=pl.String))


def balanced(units: pl.DataFrame, rows: pl.DataFrame, into: Mapping[str, float]) -> pl.DataFrame:
    """Units of several records and labels, the largest first, each to the side that lacks most of what it holds.

    What a side lacks of a label is told as a share of what it is to have, so that all sides fill up evenly; where sides
    lack the same, the unit's hash decides.
    """
    names = [name for name, share in into.items() if share > 0]
    held = rows.group_by("whole", "label").len().partition_by("whole", as_dict=True)
    totals = dict(rows.join(units.select("whole"), on="whole", how="semi").group_by("label").len().iter_rows())
    target = {(name, label): into[name] * count for name in names for label, count in totals.items()}
    given = dict.fromkeys(target, 0.0)
    ordered = by_hash(units, into).sort("size", "hash", descending=[True, False])
    sides = []
    for whole, preferred in ordered.select("whole", "split").iter_rows():
        labels = list(held[(whole,)].select("label", "len").iter_rows())

        def lack(name: str, labels: list[tuple[str | None, int]] = labels) -> float:
            return float(sum(count * (1 - given[name, label] / target[name, label]) for label, count in labels))

        wanted = {name: lack(name) for name in names}
        most = max(wanted.values())
        side = preferred if wanted[preferred] >= most - 1e-9 else max(names, key=lambda name: wanted[name])
        for label, count in labels:
            given[side, label] += count
        sides.append(side)
    return ordered.with_columns(pl.Series("split", sides, dtype=pl.String))


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
