"""What hangs together through pairs."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components


def components(count: int, pairs: np.ndarray[Any, Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """For each of `count` numbers the lowest number it hangs together with."""
    edges = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    _, labels = connected_components(edges, directed=False)
    lowest = np.full(labels.max(initial=0) + 1, count, dtype=np.int64)
    np.minimum.at(lowest, labels, np.arange(count))
    return np.asarray(lowest[labels], dtype=np.int64)
