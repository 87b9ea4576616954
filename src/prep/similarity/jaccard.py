"""True Jaccard similarity of many pairs: each text is made a sorted set of shingles once; many go to a scratch file."""

from __future__ import annotations

import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from prep.similarity.shingles import as_sets, shingles
from prep.similarity.words import words_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import polars as pl

    from prep.similarity.words import Hashes, Offsets

Pairs = np.ndarray[Any, np.dtype[np.int64]]
Similarities = np.ndarray[Any, np.dtype[np.float64]]
PAIRS_AT_ONCE = 2_000
HELD_BYTES = 64 * 1024 * 1024
THREADS = min(4, os.cpu_count() or 1)


class Texts(Protocol):
    """Texts by number, of which there may be more than memory holds."""

    folder: Path  # where scratch files may lie

    def pieces(self, numbers: Pairs, /) -> list[Pairs]:
        """`numbers` in pieces, each to be loaded at once: near each other, and not too long together."""

    def __call__(self, numbers: Pairs, /) -> pl.Series:
        """The texts of `numbers`, in that order."""


def verify(pairs: Pairs, texts: Texts) -> Similarities:
    """|A and B| / |A or B| of the shingle sets of each pair of texts; 0 where both are empty."""
    found = np.zeros(len(pairs))
    if not len(pairs):
        return found
    numbers, places = np.unique(pairs, return_inverse=True)
    places = places.reshape(-1, 2)
    order = np.lexsort((places[:, 1], places[:, 0]))
    # Native code does the work without the interpreter's lock.
    with tempfile.TemporaryFile(dir=texts.folder) as file, ThreadPoolExecutor(THREADS) as pool:
        sets = _Sets(file.fileno(), len(numbers))
        pieces = texts.pieces(numbers)
        for piece, made in zip(pieces, pool.map(lambda piece: _shingled(texts(piece)), pieces), strict=True):
            sets.add(np.searchsorted(numbers, piece), made)
        rows = [order[begin : begin + PAIRS_AT_ONCE] for begin in range(0, len(order), PAIRS_AT_ONCE)]
        for part, alike in zip(rows, pool.map(lambda part: sets.jaccard(places[part]), rows), strict=True):
            found[part] = alike
    return found


def _shingled(texts: pl.Series) -> list[Hashes]:
    return as_sets(*shingles(words_of(texts)))


class _Sets:
    """Sorted sets of hashes by place: the first `HELD_BYTES` of them in memory, the others in an open file."""

    def __init__(self, file: int, count: int) -> None:
        self._file = file
        self._held: dict[int, Hashes] = {}
        self._free = HELD_BYTES
        self._size = 0
        self._begin: Offsets = np.zeros(count, dtype=np.int64)
        self._bytes: Offsets = np.zeros(count, dtype=np.int64)

    def add(self, places: Pairs, sets: Sequence[Hashes]) -> None:
        """Keep the sets of `places`."""
        lengths = np.array([one.nbytes for one in sets], dtype=np.int64)
        if lengths.sum() <= self._free:
            self._free -= int(lengths.sum())
            self._held.update(zip(places.tolist(), sets, strict=True))
            return
        ends = self._size + np.cumsum(lengths)
        self._bytes[places], self._begin[places] = lengths, ends - lengths
        data = np.concatenate(sets).data.cast("B") if sets else memoryview(b"")
        while data:
            written = os.pwrite(self._file, data, self._size)
            self._size, data = self._size + written, data[written:]

    def jaccard(self, pairs: Pairs) -> Similarities:
        """The similarity of each pair of places."""
        return np.fromiter(self._each(pairs), dtype=np.float64, count=len(pairs))

    def _each(self, pairs: Pairs) -> Iterator[float]:
        for left, right in pairs.tolist():
            merged = np.concatenate([self._set(left), self._set(right)])
            merged.sort(kind="stable")  # two ascending runs: merged in linear time
            both = np.count_nonzero(merged[1:] == merged[:-1])
            yield both / (len(merged) - both) if len(merged) else 0.0

    def _set(self, place: int) -> Hashes:
        held = self._held.get(place)
        if held is not None:
            return held
        return np.frombuffer(os.pread(self._file, self._bytes[place], self._begin[place]), dtype=np.uint64)
