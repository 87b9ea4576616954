"""The proof that nothing crosses: computed from the verified pairs, not from how the sides were chosen."""

from __future__ import annotations

from typing import Any

import polars as pl


def certify(table: pl.DataFrame, sides: pl.DataFrame, pairs: pl.DataFrame, together: float) -> dict[str, Any]:
    """How many groups, parent documents and verified pairs (similarity `together` or more) stand on two sides.

    `table` and `sides`: `ordinal` with `group`, `parent` and with `split`; `pairs`: `a`, `b`, `similarity`. All three
    counts are 0 for a sound split.
    """
    rows = table.select("ordinal", "group", "parent").join(sides, on="ordinal", how="left")
    split = sides.select("ordinal", "split")
    ends = pairs.join(split.rename({"ordinal": "a", "split": "left"}), on="a").join(
        split.rename({"ordinal": "b", "split": "right"}), on="b"
    )
    across = ends.filter(pl.col("left") != pl.col("right"))
    return {
        "keep_together": together,
        "groups": rows["group"].drop_nulls().n_unique(),
        "groups_across": _torn(rows, "group"),
        "parents_across": _torn(rows, "parent"),
        "pairs": ends.height,
        "pairs_across": across.height,
    }


def _torn(rows: pl.DataFrame, column: str) -> int:
    known = rows.filter(pl.col(column).is_not_null())
    sides = known.group_by(column).agg(pl.col("split").n_unique().alias("sides"))
    return sides.filter(pl.col("sides") > 1).height


def moves(before: pl.DataFrame, now: pl.DataFrame) -> dict[str, int]:
    """Records that changed sides between two runs, as `train to test: 3`; both frames have `id` and `split`."""
    both = before.join(now, on="id", suffix="_now").filter(pl.col("split") != pl.col("split_now"))
    counts = both.group_by("split", "split_now").len().sort("split", "split_now")
    return {f"{old} to {new}": int(count) for old, new, count in counts.iter_rows()}
