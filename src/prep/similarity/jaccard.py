"""True Jaccard similarity of many pairs: sorted sets of shingles, a block of texts at a time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from prep.similarity.shingles import SET_BITS, Hashes, Offsets, as_sets, shingles, words_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import polars as pl

Pairs = np.ndarray[Any, np.dtype[np.int64]]
BLOCK_CHARACTERS = 48_000_000
_PAIRS_AT_ONCE = 50_000
_HASHES_AT_ONCE = 4_000_000


def jaccard(pairs: Pairs, hashes: Hashes, offsets: Offsets) -> np.ndarray[Any, np.dtype[np.float64]]:
    """|A and B| / |A or B| of each pair of sets (as `as_sets` makes them); 0 where both are empty."""
    sizes = np.diff(offsets)
    found = np.zeros(len(pairs))
    for start, end in _runs(sizes[pairs].sum(axis=1)):
        block = pairs[start:end]
        both = _shared(block, hashes, offsets)
        either = sizes[block].sum(axis=1) - both
        found[start:end] = np.divide(both, either, out=np.zeros(len(block)), where=either > 0)
    return found


def _shared(pairs: Pairs, hashes: Hashes, offsets: Offsets) -> np.ndarray[Any, np.dtype[np.int64]]:
    """How many hashes the two sets of each pair share: those that stand twice when both are sorted together."""
    sets = pairs.ravel()
    sizes = offsets[sets + 1] - offsets[sets]
    owners = np.repeat(np.arange(len(sets), dtype=np.int64), sizes)
    places = np.arange(sizes.sum()) + np.repeat(offsets[sets] - (np.cumsum(sizes) - sizes), sizes)
    keys = hashes[places] | (owners // 2).astype(np.uint64) << np.uint64(SET_BITS)
    keys.sort()
    twice = keys[:-1][keys[1:] == keys[:-1]] >> np.uint64(SET_BITS)
    return np.bincount(twice.astype(np.int64), minlength=len(pairs))


def _runs(weights: np.ndarray[Any, Any]) -> Iterator[tuple[int, int]]:
    """(begin, end) of runs of pairs, none with more than `_PAIRS_AT_ONCE` and few with more than `_HASHES_AT_ONCE`."""
    heavy = np.cumsum(weights) // _HASHES_AT_ONCE
    many = np.arange(len(weights)) // _PAIRS_AT_ONCE
    cuts = np.flatnonzero((np.diff(heavy) != 0) | (np.diff(many) != 0)) + 1
    bounds = [0, *cuts.tolist(), len(weights)]
    yield from pairwise(bounds)


def verify(
    pairs: Pairs, texts: Callable[[Pairs], pl.Series], lengths: np.ndarray[Any, Any]
) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The similarity of each pair of texts; `texts` loads those of given numbers, `lengths` are their characters."""
    found = np.zeros(len(pairs))
    for rows in _blocks(pairs, lengths):
        numbers, places = np.unique(pairs[rows], return_inverse=True)
        sets = as_sets(*shingles(words_of(texts(numbers))))
        found[rows] = jaccard(places.reshape(-1, 2), *sets)
    return found


def _blocks(pairs: Pairs, lengths: np.ndarray[Any, Any]) -> Iterator[Pairs]:
    """Rows of `pairs` in blocks whose texts fit; pairs of near numbers share a block."""
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    weight = np.cumsum(lengths[pairs[order]].sum(axis=1)) // BLOCK_CHARACTERS
    for block in np.unique(weight):
        yield order[weight == block]
