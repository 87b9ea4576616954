"""Lexical similarity: texts as weighted bags of words (TF-IDF), compared by the cosine of their vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Sequence


def vectors(texts: Sequence[str]) -> csr_array:
    """One row a text, of length 1 (or 0 without any word): words in lower case, the rarer among `texts` the heavier.

    Weight: (1 + ln of how often it stands) x (1 + ln of (1 + texts) / (1 + texts with it)).
    """
    words = (
        pl.DataFrame({"text": pl.Series(texts, dtype=pl.String)})
        .with_row_index("row")
        .select("row", pl.col("text").str.to_lowercase().str.extract_all(r"[\p{L}\p{N}]+").alias("word"))
        .explode("word")
        .drop_nulls()
        .group_by("row", "word")
        .len()
        .sort("row", "word")
    )
    columns = words["word"].rank("dense").to_numpy().astype(np.int64) - 1
    rows = words["row"].to_numpy()
    size = int(columns.max()) + 1 if len(columns) else 1
    seen = np.bincount(columns, minlength=size)
    weights = (1 + np.log(words["len"].to_numpy())) * (1 + np.log((1 + len(texts)) / (1 + seen[columns])))
    lengths = np.sqrt(np.bincount(rows, weights=weights**2, minlength=max(1, len(texts))))
    return csr_array((weights / lengths[rows], (rows, columns)), shape=(len(texts), size))


def cosines(left: csr_array, right: csr_array) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The similarity of every row of `left` with every row of `right`, 0 to 1; both from one call of `vectors`."""
    return np.asarray((left @ right.T).todense())
