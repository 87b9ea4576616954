"""Texts as sets of shingles: 64-bit hashes of five words in a row, or of five characters where words are few.

The definition (a test holds it against a plain one): lower case, words by white space, sets of 5-word shingles; under
20 words, sets of 5-character shingles of the words joined by one space; a text shorter than one shingle has none.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from prep.similarity.words import FEW_WORDS, hashes_of, mixed

if TYPE_CHECKING:
    from prep.similarity.words import Hashes, Offsets, Words

SIZE = 5
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_TRUE = np.ones(1, dtype=np.bool_)
_SALT = np.uint64(0xD6E8FEB86659FD93)  # keeps character shingles apart from word shingles


def shingles(words: Words) -> tuple[Hashes, Offsets]:
    """The shingle hashes of texts, one after the other, and where each text's begin (n + 1 offsets).

    A hash may stand several times for a text; `as_sets` makes sets of them.
    """
    counts = np.diff(words.offsets)
    long = counts >= FEW_WORDS
    word_hashes, word_counts = _windows(words.hashes, counts, long)
    letters = words.short.drop_nulls()
    codes = np.frombuffer("".join(letters.to_list()).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    letter_hashes, letter_counts = _windows(
        mixed(codes.astype(np.uint64) + _SALT), letters.str.len_chars().to_numpy().astype(np.int64)
    )
    sizes = word_counts
    if not long.any():
        word_hashes = letter_hashes
        sizes = letter_counts
    elif not long.all():
        sizes[~long] = letter_counts
        found = np.empty(len(word_hashes) + len(letter_hashes), dtype=np.uint64)
        by_words = np.repeat(long, sizes)
        found[by_words], found[~by_words] = word_hashes, letter_hashes
        word_hashes = found
    return word_hashes, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def word_grams(texts: pl.Series, size: int) -> pl.DataFrame:
    """(row, gram) of every run of `size` words, as often as it stands; `texts` hold words with one space between.

    A text of fewer words is one gram, a text without words has none.
    """
    hashes, offsets = hashes_of(texts)
    counts = np.diff(offsets)
    found, owners = [], []
    for width in range(1, size + 1):
        grams, sizes = _windows(hashes, counts, counts == width if width < size else counts > 0, width)
        found.append(grams)
        owners.append(np.repeat(np.arange(len(counts), dtype=np.uint32), sizes))
    return pl.DataFrame({"row": np.concatenate(owners), "gram": np.concatenate(found)})


def _windows(
    hashes: Hashes, counts: Offsets, used: np.ndarray[Any, np.dtype[np.bool_]] | None = None, width: int = SIZE
) -> tuple[Hashes, Offsets]:
    """Hashes of `width` neighbours within each text, and how many each has; texts that are not `used` have none."""
    sizes = np.maximum(counts - width + 1, 0)
    if used is not None:
        sizes[~used] = 0
    total = len(hashes) - width + 1
    if total <= 0 or not sizes.any():
        return np.empty(0, dtype=np.uint64), np.zeros_like(sizes)
    combined = hashes[:total].copy()
    with np.errstate(over="ignore"):
        for step in range(1, width):
            combined *= _FACTOR
            combined += hashes[step : step + total]
    # Windows over the border of two texts, and those of texts that are not used, go.
    starts = np.cumsum(counts) - counts
    edges = np.zeros(len(hashes) + 1, dtype=np.int8)
    some = sizes > 0
    edges[starts[some]] += 1
    edges[(starts + sizes)[some]] -= 1
    return mixed(combined[np.cumsum(edges[:total], dtype=np.int8).view(np.bool_)]), sizes


def as_sets(hashes: Hashes, offsets: Offsets) -> list[Hashes]:
    """The hashes of each text, every one once, in ascending order."""
    ordered = hashes.copy()
    found = []
    for begin, end in pairwise(offsets.tolist()):
        own = ordered[begin:end]
        own.sort()
        found.append(own[np.concatenate([_TRUE, own[1:] != own[:-1]])] if end > begin else own)
    return found
