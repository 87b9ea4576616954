"""True Jaccard similarity of many pairs: sorted sets of shingles, a block of texts at a time."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import numpy as np

from prep.similarity.shingles import Hashes, as_sets, shingles, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

Pairs = np.ndarray[Any, np.dtype[np.int64]]
BLOCK_CHARACTERS = 12_000_000
THREADS = min(4, os.cpu_count() or 1)


def jaccard(pairs: Pairs, sets: list[Hashes]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """|A and B| / |A or B| of each pair of sets (as `as_sets` makes them); 0 where both are empty."""
    found = np.zeros(len(pairs))
    for row, (left, right) in enumerate(pairs.tolist()):
        one, other = sets[left], sets[right]
        merged = np.concatenate((one, other))
        merged.sort(kind="stable")  # two ascending runs: merged in linear time
        both = np.count_nonzero(merged[1:] == merged[:-1])
        found[row] = both / (len(merged) - both) if len(merged) else 0.0
    return found


def verify(
    pairs: Pairs, texts: Callable[[Pairs], pl.Series], lengths: np.ndarray[Any, Any]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The similarity of each pair of texts; `texts` loads those of given numbers, `lengths` are their characters."""

    def one(rows: Pairs) -> tuple[Pairs, np.ndarray[Any, np.dtype[np.float64]]]:
        numbers, places = np.unique(pairs[rows], return_inverse=True)
        sets = as_sets(*shingles(words_of(texts(numbers))))
        return rows, jaccard(places.reshape(-1, 2), sets)

    found = np.zeros(len(pairs))
    # Native code does the work without the interpreter's lock; as many blocks are in memory as there are threads.
    with ThreadPoolExecutor(THREADS) as pool:
        for rows, alike in pool.map(one, _blocks(pairs, lengths)):
            found[rows] = alike
    return found


def _blocks(pairs: Pairs, lengths: np.ndarray[Any, Any]) -> Iterator[Pairs]:
    """Rows of `pairs` in blocks whose texts fit; pairs of near numbers share a block."""
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    weight = np.cumsum(lengths[pairs[order]].sum(axis=1)) // BLOCK_CHARACTERS
    for block in np.unique(weight):
        yield order[weight == block]
