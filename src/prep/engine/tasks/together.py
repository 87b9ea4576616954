"""Equal examples: found by hash, so that the same line never trains on one side and tests on another."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import xxhash

from prep.similarity.components import components


def example_hash(examples: pl.Series) -> pl.Series:
    """The column `_example_hash`: xxh3-64 of each whole line."""
    hashes = [xxhash.xxh3_64_intdigest(line.encode("utf-8", "surrogatepass")) for line in examples.to_list()]
    return pl.Series("_example_hash", hashes, dtype=pl.UInt64)


def unite(component: pl.Series, example_hash: pl.Series) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Components joined where two of them hold the same example; one number a record."""
    left = component.rank("dense").to_numpy().astype(np.int64) - 1
    known = example_hash.is_not_null().to_numpy()
    right = example_hash.rank("dense").fill_null(1).to_numpy().astype(np.int64) - 1
    if left.size == 0:
        return left
    first = left.max() + 1
    edges = np.stack([left[known], first + right[known]], axis=1)
    united: np.ndarray[Any, np.dtype[np.int64]] = components(int(first + right.max() + 1), edges)[left]
    return united


def same_example(table: pl.DataFrame) -> dict[str, int]:
    """How many examples equal an earlier one, and how many prompts have different answers."""
    if "prompt_hash" not in table.columns:
        return {"equal_examples": 0, "conflicting_prompts": 0}
    answers = (
        table.drop_nulls("prompt_hash").group_by("prompt_hash").agg(pl.col("example_hash").n_unique().alias("answers"))
    )
    return {
        "equal_examples": table.height - table["example_hash"].n_unique(),
        "conflicting_prompts": answers.filter(pl.col("answers") > 1).height,
    }
