"""Sides by keyed hash: what belongs together goes to one side, and where that is depends on no position."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import xxhash

from prep.errors import InputError
from prep.similarity.components import components
from prep.stages.split.shares import balanced, by_hash, by_label, by_quantile, exactly

if TYPE_CHECKING:
    from prep.stages.split.settings import Split

LARGE_SHARE = 0.05
Array = np.ndarray[Any, Any]


def decide(
    table: pl.DataFrame, settings: Split, seed: int, frozen: pl.DataFrame | None = None
) -> tuple[pl.DataFrame, list[str]]:
    """(ordinal and split of every record, warnings).

    `table`: one row a record with `ordinal`, `id`, `key`, `group`, `component`, `label`, `parent`, `newest`; null
    groups and parents tie nothing. `frozen`: `id` and `split` of records that keep their side. InputError when two of
    them that belong together are frozen on two sides.
    """
    if table.is_empty():
        return pl.DataFrame(schema={"ordinal": pl.UInt32, "split": pl.String}), []
    whole = united(table)
    rows = table.select("ordinal", "id", "label", "newest").with_columns(
        pl.Series("hash", hashes(table["key"], seed), dtype=pl.UInt64), pl.Series("whole", whole)
    )
    units = _units(rows, settings)
    fixed = _frozen(rows, frozen)
    free = units.join(fixed, on="whole", how="anti")
    if settings.newest is not None:
        sides = by_quantile(free.sort("newest", "hash", nulls_last=False), settings.into)
    elif settings.exact:
        sides = exactly(free, settings.into, table.height, fixed.join(units, on="whole"), settings.stratify)
    elif settings.stratify and free["size"].max() not in (None, 1):
        sides = balanced(free, rows, settings.into)
    elif settings.stratify:
        sides = by_label(free, settings.into, seed)
    else:
        sides = by_hash(free, settings.into)
    sides = pl.concat([sides.select("whole", "split"), fixed.select("whole", "split")]) if free.height else fixed
    done = rows.join(sides, on="whole", how="left", maintain_order="left")
    return done.select("ordinal", "split"), _warnings(done, units, settings)


def hashes(keys: pl.Series, seed: int) -> list[int]:
    """xxh3-64 of each key under `seed`."""
    return [xxhash.xxh3_64_intdigest((key or "").encode("utf-8", "surrogatepass"), seed) for key in keys.to_list()]


def united(table: pl.DataFrame) -> Array:
    """For each row a number that rows which belong together share: by component, group or parent document."""
    count = table.height
    rows = table.select("component", "group", "parent").with_row_index("row")
    edges = []
    for name in ("component", "group", "parent"):
        first = rows.select(pl.col("row").min().over(name).alias("first"), known=pl.col(name).is_not_null())
        edges.append(np.stack([first["first"].to_numpy(), np.arange(count)], axis=1)[first["known"].to_numpy()])
    return components(count, np.concatenate(edges))


def _units(rows: pl.DataFrame, settings: Split) -> pl.DataFrame:
    """One row for what belongs together: the hash of one of its records, size, most frequent label, newest time.

    The record is chosen by another hash: by the lowest of its own, large units would nearly all go to the first side.
    """
    number = rows["newest"].str.strip_chars().cast(pl.Float64, strict=False)
    numeric = settings.newest is not None and number.null_count() == rows["newest"].null_count()
    rows = rows.with_columns(number.alias("newest")) if numeric else rows
    labels = rows.group_by("whole", "label").agg(pl.len().alias("votes"), pl.col("hash").min().alias("lowest"))
    labels = labels.sort("whole", "votes", "lowest", descending=[False, True, False]).unique("whole", keep="first")
    rows = rows.with_columns(pl.Series("mixed", _mixed(rows["hash"].to_numpy()), dtype=pl.UInt64))
    units = rows.group_by("whole").agg(
        pl.col("hash").sort_by("mixed").first(),
        pl.len().alias("size"),
        pl.col("newest").max(),
        pl.col("ordinal").min(),
    )
    return units.join(labels.select("whole", "label"), on="whole").sort("hash", "ordinal")


def _mixed(hashes: Array) -> Array:
    """Other numbers of the same bits, as good as independent (the finalizer of splitmix64)."""
    mixed: Array = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def _frozen(rows: pl.DataFrame, frozen: pl.DataFrame | None) -> pl.DataFrame:
    """The side of every unit with a frozen member."""
    if frozen is None:
        return pl.DataFrame(schema={"whole": rows["whole"].dtype, "split": pl.String})
    found = rows.join(frozen.select("id", "split"), on="id", how="inner").sort("ordinal")
    torn = found.filter(pl.col("split").n_unique().over("whole") > 1)
    if torn.height:
        one = torn.row(0, named=True)
        other = torn.filter(pl.col("whole") == one["whole"], pl.col("split") != one["split"]).row(0, named=True)
        raise InputError(
            f"{one['id']} is frozen in {one['split']} and {other['id']} in {other['split']}, but they belong together",
            hint="freeze both on one side, or take one out of the frozen file",
        )
    return found.unique("whole", keep="first", maintain_order=True).select("whole", "split")


def _warnings(done: pl.DataFrame, units: pl.DataFrame, settings: Split) -> list[str]:
    found = []
    large = units.filter(pl.col("size") > LARGE_SHARE * done.height, pl.col("size") > 2).sort("size", descending=True)
    for row in large.head(3).iter_rows(named=True):
        name = done.filter(pl.col("whole") == row["whole"])["id"][0]
        found.append(f"{row['size']} of {done.height} records belong together with {name} and stand in one split")
    sides = set(done["split"].unique())
    found += [f"the split {name} is empty" for name, share in settings.into.items() if share and name not in sides]
    absent = _labels(done) - _labels(done.filter(pl.col("split") == "train"))
    if absent and "train" in settings.into:
        found.append(f"{len(absent)} labels are not in train, {sorted(absent)[0]} for one")
    return found


def _labels(rows: pl.DataFrame) -> set[str]:
    return set(rows["label"].drop_nulls().unique())
