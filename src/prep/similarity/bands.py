"""Locality-sensitive hashing: which pairs are worth a closer look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from prep.similarity.minhash import Signatures

# Of the pairs at the threshold itself, this share is to be found; of more similar ones, more.
RECALL = 0.995
# A bucket of up to this many is compared all with all; in a larger one each with the first and with its neighbours,
# which joins a cluster as well without growing with its square.
FULL_BUCKET = 64
NEIGHBOURS = 16


def shape(threshold: float, permutations: int) -> tuple[int, int]:
    """(bands, rows a band) with the most rows whose recall at `threshold` is `RECALL` at least."""
    for rows in range(min(permutations, 16), 1, -1):
        bands = permutations // rows
        if 1 - (1 - threshold**rows) ** bands >= RECALL:
            return bands, rows
    return permutations, 1


def candidates(signatures: Signatures, threshold: float) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Pairs (i < j) of rows that agree in one band at least; shape [pairs, 2], each once, in order.

    Rows with the same signature are compared with the first of them only.
    """
    bands, rows = shape(threshold, signatures.shape[1])
    first, same = _collapsed(signatures)
    found = [same]
    kept = np.flatnonzero(first == np.arange(len(first)))
    for band in range(bands):
        columns = signatures[kept, band * rows : (band + 1) * rows]
        found.append(kept[_bucket_pairs(_hashed(columns))])
        if len(found) > 8:
            found = [np.unique(np.concatenate(found), axis=0)]
    pairs = np.concatenate(found)
    return np.unique(pairs, axis=0) if len(pairs) else pairs


def _hashed(columns: Signatures) -> np.ndarray[Any, np.dtype[np.uint64]]:
    combined = np.zeros(len(columns), dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in range(columns.shape[1]):
            combined = (combined ^ columns[:, column].astype(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
            combined ^= combined >> np.uint64(29)
    return combined


def _collapsed(signatures: Signatures) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """(for each row the first with its signature, the pairs of that first row and each later one)."""
    keys = pl.Series(_hashed(signatures))
    frame = (
        pl.DataFrame({"key": keys}).with_row_index("row").with_columns(pl.col("row").min().over("key").alias("first"))
    )
    first = frame["first"].to_numpy().astype(np.int64)
    later = np.flatnonzero(first != np.arange(len(first)))
    return first, np.stack([first[later], later], axis=1)


def _bucket_pairs(keys: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Pairs of places with equal keys, lower place first."""
    if not len(keys):
        return np.empty((0, 2), dtype=np.int64)
    order = np.argsort(keys, kind="stable")
    ranked = keys[order]
    new = np.concatenate([[True], ranked[1:] != ranked[:-1]])
    bucket = np.cumsum(new) - 1
    starts = np.flatnonzero(new)
    sizes = np.diff(np.append(starts, len(keys)))
    place = np.arange(len(keys)) - starts[bucket]
    reach = np.where(sizes <= FULL_BUCKET, sizes, NEIGHBOURS)
    found = []
    for distance in range(1, int(min(sizes.max(initial=1), FULL_BUCKET))):
        left = np.flatnonzero((place + distance < sizes[bucket]) & (distance < reach[bucket]))
        found.append(np.stack([order[left], order[left + distance]], axis=1))
    huge = np.flatnonzero((sizes[bucket] > FULL_BUCKET) & (place > 0))
    if len(huge):
        found.append(np.stack([order[starts[bucket[huge]]], order[huge]], axis=1))
    return np.concatenate(found) if found else np.empty((0, 2), dtype=np.int64)
