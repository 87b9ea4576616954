"""What the global decision needs to know of each text: a hash of its words, its length, its MinHash signature."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import xxhash

from prep.similarity.minhash import signatures
from prep.similarity.shingles import shingles, words_of
from prep.stages.dedupe.settings import Near

if TYPE_CHECKING:
    from prep.stages.dedupe.settings import Dedupe

SIGNS = {"exact": pl.Binary, "length": pl.UInt32, "signature": pl.Binary}


def sign(text: pl.Series, settings: Dedupe | None, *, near_wanted: bool) -> pl.DataFrame:
    """One row a text: `exact` (16 bytes, equal for equal words), `length` (characters), `signature` (4 bytes a
    permutation; null when not wanted, and for a text shorter than a shingle).
    """
    words = words_of(text)
    data, ends = memoryview(words.hashes).cast("B"), (words.offsets * 8).tolist()
    exact = [xxhash.xxh3_128_digest(data[begin:end]) for begin, end in pairwise(ends)]
    rows: list[bytes | None] = [None] * text.len()
    if near_wanted and text.len():
        near = settings.near if settings is not None and settings.near is not None else Near()
        hashes, offsets = shingles(words)
        made = signatures(hashes, offsets, near.permutations, near.engine)
        filled = np.diff(offsets) > 0
        rows = [row.tobytes() if has else None for row, has in zip(made, filled, strict=True)]
    lengths = text.fill_null("").str.len_chars()
    return pl.DataFrame({"exact": exact, "length": lengths, "signature": rows}, schema=SIGNS)
