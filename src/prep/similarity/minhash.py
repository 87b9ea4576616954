"""MinHash signatures of shingle sets, by rensa or by datasketch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from prep.similarity.words import Hashes, Offsets

Signatures = np.ndarray[Any, np.dtype[np.uint32]]
SEED = 1


def signatures(hashes: Hashes, offsets: Offsets, permutations: int, engine: str = "rensa") -> Signatures:
    """One row of `permutations` uint32 for each text; a text without shingles has a row of the highest value."""
    made = _by_datasketch if engine == "datasketch" else _by_rensa
    count = len(offsets) - 1
    filled = np.flatnonzero(np.diff(offsets))
    found = np.full((count, permutations), np.iinfo(np.uint32).max, dtype=np.uint32)
    if filled.size:
        bounds = np.append(offsets[filled], offsets[-1]).astype(np.uint64)
        found[filled] = made(np.ascontiguousarray(hashes), bounds, permutations)
    return found


def _by_rensa(hashes: Hashes, bounds: Hashes, permutations: int) -> Signatures:
    from rensa import RMinHash

    rows = RMinHash.digest_matrix_from_flat_token_hashes(hashes, bounds, num_perm=permutations, seed=SEED).to_rows()
    return np.array(rows, dtype=np.uint32)


def _by_datasketch(hashes: Hashes, bounds: Hashes, permutations: int) -> Signatures:
    from datasketch import MinHash

    low = hashes & np.uint64(0xFFFFFFFF)
    empty = MinHash(num_perm=permutations, seed=SEED, hashfunc=int)
    rows = []
    for begin, end in zip(bounds[:-1].astype(np.int64), bounds[1:].astype(np.int64), strict=True):
        made = empty.copy()
        made.update_batch(low[begin:end])
        rows.append(made.hashvalues)
    return np.array(rows, dtype=np.uint64).astype(np.uint32)
