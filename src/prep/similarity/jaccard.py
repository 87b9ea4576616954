"""True Jaccard similarity of many pairs, by products of sparse rows, a block of texts at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_array

from prep.similarity.shingles import Hashes, Offsets, as_sets, normalised, shingles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

Pairs = np.ndarray[Any, np.dtype[np.int64]]
BLOCK_CHARACTERS = 48_000_000
_PAIRS_AT_ONCE = 50_000


def jaccard(pairs: Pairs, hashes: Hashes, offsets: Offsets) -> np.ndarray[Any, np.dtype[np.float64]]:
    """|A and B| / |A or B| of each pair of sets (as `as_sets` makes them); 0 where both are empty."""
    names, columns = np.unique(hashes, return_inverse=True)
    table = csr_array(
        (np.ones(len(hashes), dtype=np.int32), columns, offsets), shape=(len(offsets) - 1, max(1, len(names)))
    )
    sizes = np.diff(offsets)
    found = np.zeros(len(pairs))
    for start in range(0, len(pairs), _PAIRS_AT_ONCE):
        block = pairs[start : start + _PAIRS_AT_ONCE]
        both = np.asarray(table[block[:, 0]].multiply(table[block[:, 1]]).sum(axis=1)).ravel()
        either = sizes[block[:, 0]] + sizes[block[:, 1]] - both
        found[start : start + len(block)] = np.divide(both, either, out=np.zeros(len(block)), where=either > 0)
    return found


def verify(
    pairs: Pairs, texts: Callable[[Pairs], pl.Series], lengths: np.ndarray[Any, Any]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The similarity of each pair of texts; `texts` loads those of given numbers, `lengths` are their characters."""
    found = np.zeros(len(pairs))
    for rows in _blocks(pairs, lengths):
        numbers, places = np.unique(pairs[rows], return_inverse=True)
        sets = as_sets(*shingles(normalised(texts(numbers))))
        found[rows] = jaccard(places.reshape(-1, 2), *sets)
    return found


def _blocks(pairs: Pairs, lengths: np.ndarray[Any, Any]) -> Iterator[Pairs]:
    """Rows of `pairs` in blocks whose texts fit; pairs of near numbers share a block."""
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    weight = np.cumsum(lengths[pairs[order]].sum(axis=1)) // BLOCK_CHARACTERS
    for block in np.unique(weight):
        yield order[weight == block]
