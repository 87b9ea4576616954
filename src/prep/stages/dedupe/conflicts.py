"""The same, or nearly the same, text under different labels: found before a duplicate can vanish."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from prep.similarity.components import components

if TYPE_CHECKING:
    from typing import Literal

CONFLICTS = {"a": pl.UInt32, "b": pl.UInt32, "similarity": pl.Float64}
LOST = {"ordinal": pl.UInt32, "ref": pl.UInt32, "similarity": pl.Float64}
Array = np.ndarray[Any, Any]


def find_conflicts(labels: pl.Series, first: Array, pairs: Array, alike: Array) -> pl.DataFrame:
    """Pairs of records (a < b) that are alike and have different labels; a blank label conflicts with none.

    `first`: for each record the first of its equals; `pairs` of such firsts, `alike` their similarity. Of equal records
    with one label the first stands for all.
    """
    members = _members(labels, first)
    within = members.join(members, on="class", suffix="_b").with_columns(similarity=pl.lit(1.0))
    near = pl.DataFrame({"class": pairs[:, 0], "class_b": pairs[:, 1], "similarity": alike})
    between = near.join(members, on="class").join(members.rename(lambda name: f"{name}_b"), on="class_b")
    wanted = ["record", "record_b", "label", "label_b", "similarity"]
    found = pl.concat([within.select(wanted), between.select(wanted)]).filter(pl.col("label") != pl.col("label_b"))
    low, high = pl.min_horizontal("record", "record_b"), pl.max_horizontal("record", "record_b")
    table = found.select(a=low, b=high, similarity="similarity").unique(["a", "b"]).sort("a", "b")
    return table.cast(CONFLICTS)  # type: ignore[arg-type]


def resolve(
    conflicts: pl.DataFrame, how: Literal["drop", "keep_newest"], labels: pl.Series, first: Array, rank: Array
) -> pl.DataFrame:
    """The records to drop: (ordinal, ref, similarity); `rank` is 0 for the newest record.

    drop: every record of a conflict, `ref` the one it is most alike. keep_newest: of all that hang together in
    conflicts, those whose label is not that of the newest, which is `ref`.
    """
    both = pl.concat([conflicts, conflicts.select(a="b", b="a", similarity="similarity")])
    strongest = both.sort("a", "similarity", "b", descending=[False, True, False]).unique("a", keep="first")
    if how == "keep_newest":
        strongest = _losers(both, labels, rank, first)
    # What holds for the first of equal records with one label holds for all of them.
    members = _members(labels, first, every=True)
    told = strongest.join(members, left_on="a", right_on="head", how="inner")
    return told.select(ordinal="record", ref="b", similarity="similarity").sort("ordinal").cast(LOST)  # type: ignore[arg-type]


def _losers(both: pl.DataFrame, labels: pl.Series, rank: Array, first: Array) -> pl.DataFrame:
    """(a, b, similarity): the records `a` that give way to the newest record `b` of another label."""
    component = components(len(labels), both.select("a", "b").to_numpy().astype(np.int64))
    members = _members(labels, first, every=True)
    members = members.with_columns(
        pl.Series("rank", rank[members["record"].to_numpy()]),
        pl.Series("component", component[members["head"].to_numpy()]),
    ).filter(pl.col("head").is_in(both["a"].unique().implode()))
    best = members.sort("component", "rank").unique("component", keep="first")
    heads = members.select("head", "label", "component").unique()
    lost = heads.join(best.select("component", b="record", winner="head", kept="label"), on="component")
    lost = lost.filter(pl.col("label") != pl.col("kept"))
    direct = both.select(head="a", winner="b", similarity="similarity")
    return lost.join(direct, on=["head", "winner"], how="left").select(a="head", b="b", similarity="similarity")


def _members(labels: pl.Series, first: Array, *, every: bool = False) -> pl.DataFrame:
    """Records with a label: `class` (the first of its equals), `label`, `record`, `head` (the first of its equals that
    has this label); the heads alone, or every record.
    """
    table = pl.DataFrame(
        {"class": first.astype(np.int64), "label": labels, "record": np.arange(len(labels), dtype=np.int64)}
    ).filter(pl.col("label").str.strip_chars() != "")
    table = table.with_columns(head=pl.col("record").min().over("class", "label"))
    return table if every else table.filter(pl.col("record") == pl.col("head"))
