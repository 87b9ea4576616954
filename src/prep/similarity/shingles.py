"""Texts as sets of shingles: 64-bit hashes of five words in a row, or of five characters where words are few.

The definition (a test holds it against a plain one): lower case, words by white space, sets of 5-word shingles; under
20 words, sets of 5-character shingles of the words joined by one space; a text shorter than one shingle has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import polars as pl
import polars_hash  # noqa: F401  (registers `nchash`)

Hashes = np.ndarray[Any, np.dtype[np.uint64]]
Offsets = np.ndarray[Any, np.dtype[np.int64]]

SIZE = 5
FEW_WORDS = 20
# White space as `str.split` knows it, beside the space itself.
_ASCII_SPACE = r"[\t-\r\x1c-\x1f]"
_OTHER_SPACE = [chr(code) for code in (133, 160, 5760, *range(8192, 8203), 8232, 8233, 8239, 8287, 12288)]
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_TRUE = np.ones(1, dtype=np.bool_)
_SALT = np.uint64(0xD6E8FEB86659FD93)  # keeps character shingles apart from word shingles


@dataclass(frozen=True)
class Words:
    """The words of texts in lower case, as 64-bit hashes one after the other; `offsets` say where each text's begin.

    `short` holds texts of fewer than `FEW_WORDS` words, their words joined by one space, and null for the others.
    """

    hashes: Hashes
    offsets: Offsets
    short: pl.Series


def words_of(texts: pl.Series) -> Words:
    """The words of each text, by white space; null is a text without words."""
    spaced = texts.fill_null("").str.to_lowercase().str.replace_all(_ASCII_SPACE, " ")
    is_ascii = spaced.str.len_bytes().sum() == spaced.str.len_chars().sum()
    if not is_ascii and spaced.str.contains_any(_OTHER_SPACE).any():
        spaced = spaced.str.replace_many(_OTHER_SPACE, [" "] * len(_OTHER_SPACE))
    split = spaced.str.split(" ")
    flat = split.explode()
    begins = np.concatenate([[0], np.cumsum(split.list.len().to_numpy(), dtype=np.int64)])[:-1]
    real = (flat.str.len_bytes() > 0).to_numpy()
    counts = np.add.reduceat(real, begins, dtype=np.int64) if len(begins) else begins
    offsets = np.concatenate([[0], np.cumsum(counts)])
    hashes = flat.to_frame("word").select(pl.col("word").nchash.xxh3_64()).to_series().to_numpy()  # type: ignore[attr-defined]
    few = pl.Series(counts < FEW_WORDS)
    kept = split.filter(few).list.eval(pl.element().filter(pl.element() != "")).list.join(" ")
    short = pl.Series("short", [None] * len(texts), dtype=pl.String).scatter(few.arg_true(), kept)
    return Words(hashes[real], offsets, short)


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
        _mixed(codes.astype(np.uint64) + _SALT), letters.str.len_chars().to_numpy().astype(np.int64)
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
    words = texts.fill_null("").str.strip_chars(" ").str.split(" ")
    counts = words.list.len().to_numpy().astype(np.int64)
    flat = words.explode()
    counts[(texts.fill_null("").str.strip_chars(" ") == "").to_numpy()] = 0
    # A text without words still explodes to one empty word, which stands in nobody's window.
    lengths = np.maximum(counts, 1)
    hashes = flat.to_frame("word").select(pl.col("word").nchash.xxh3_64()).to_series().to_numpy()  # type: ignore[attr-defined]
    found, owners = [], []
    for width in range(1, size + 1):
        grams, sizes = _windows(hashes, lengths, counts == width if width < size else counts > 0, width)
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
    return _mixed(combined[np.cumsum(edges[:total], dtype=np.int8).view(np.bool_)]), sizes


def _mixed(values: Hashes) -> Hashes:
    """The values with their bits mixed; done in place."""
    with np.errstate(over="ignore"):
        for shift, factor in ((30, _MIX_1), (27, _MIX_2)):
            values ^= values >> np.uint64(shift)
            values *= factor
    values ^= values >> np.uint64(31)
    return values


def as_sets(hashes: Hashes, offsets: Offsets) -> list[Hashes]:
    """The hashes of each text, every one once, in ascending order."""
    ordered = hashes.copy()
    found = []
    for begin, end in pairwise(offsets.tolist()):
        own = ordered[begin:end]
        own.sort()
        found.append(own[np.concatenate([_TRUE, own[1:] != own[:-1]])] if end > begin else own)
    return found
