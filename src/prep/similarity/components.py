"""What hangs together through pairs."""

from __future__ import annotations

from typing import Any

import numpy as np


def components(count: int, pairs: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """For each of `count` numbers the lowest number it hangs together with.

    Each round hooks the higher root of a pair to the lower one and then lets every number point to its root, so the
    rounds grow with the logarithm of the longest chain. (scipy's would take longer to import than this takes.)
    """
    root = np.arange(count, dtype=np.int64)
    edges = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
    while len(edges):
        ends = root[edges]
        apart = ends[:, 0] != ends[:, 1]
        edges, ends = edges[apart], ends[apart]
        np.minimum.at(root, ends.max(axis=1), ends.min(axis=1))
        while not np.array_equal(root, higher := root[root]):
            root = higher
    return root
