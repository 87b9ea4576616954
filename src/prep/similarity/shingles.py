"""Texts as sets of shingles: 64-bit hashes of five words in a row, or of five characters where words are few.

The definition (a test holds it against a plain one): lower case, words by white space, sets of 5-word shingles; under
20 words, sets of 5-character shingles of the words joined by one space; a text shorter than one shingle has none.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import polars_hash  # noqa: F401  (registers `nchash`)

Hashes = np.ndarray[Any, np.dtype[np.uint64]]
Offsets = np.ndarray[Any, np.dtype[np.int64]]

SIZE = 5
FEW_WORDS = 20
# White space as `str.split` knows it, beside the space itself.
WHITE_SPACE = [chr(code) for code in (*range(9, 14), *range(28, 32), 133, 160, 5760, *range(8192, 8203))] + [
    chr(code) for code in (8232, 8233, 8239, 8287, 12288)
]
_FACTOR = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SALT = np.uint64(0xD6E8FEB86659FD93)  # keeps character shingles apart from word shingles


def normalised(texts: pl.Series) -> pl.Series:
    """Each text in lower case, its words joined by one space: what makes two texts equal. Null stays null."""
    words = texts.str.to_lowercase().str.replace_many(WHITE_SPACE, [" "] * len(WHITE_SPACE)).str.split(" ")
    return words.list.eval(pl.element().filter(pl.element() != "")).list.join(" ")


def shingles(normal: pl.Series) -> tuple[Hashes, Offsets]:
    """The shingle hashes of normalised texts, one after the other, and where each text's begin (n + 1 offsets).

    A hash may stand several times for a text; `as_sets` makes sets of them.
    """
    words = normal.fill_null("").str.split(" ")
    counts = words.list.len().to_numpy().astype(np.int64)
    flat = words.explode()
    long = counts >= FEW_WORDS
    hashes = flat.to_frame("word").select(pl.col("word").nchash.xxh3_64()).to_series().to_numpy()  # type: ignore[attr-defined]
    word_hashes, word_counts = _windows(hashes, counts, np.where(long, counts, 0))
    letters = normal.filter(pl.Series(~long)).fill_null("")
    codes = np.frombuffer("".join(letters.to_list()).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    lengths = np.zeros(len(counts), dtype=np.int64)
    lengths[~long] = letters.str.len_chars().to_numpy()
    letter_hashes, letter_counts = _windows(_mixed(codes.astype(np.uint64) + _SALT), lengths, lengths)
    sizes = word_counts + letter_counts
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
    found = np.empty(offsets[-1], dtype=np.uint64)
    by_words = np.repeat(long, sizes)
    found[by_words] = word_hashes
    found[~by_words] = letter_hashes
    return found, offsets


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
        used = np.where(counts == width, counts, 0) if width < size else counts
        grams, sizes = _windows(hashes, lengths, used, width)
        found.append(grams)
        owners.append(np.repeat(np.arange(len(counts), dtype=np.uint32), sizes))
    return pl.DataFrame({"row": np.concatenate(owners), "gram": np.concatenate(found)})


def _windows(hashes: Hashes, counts: Offsets, used: Offsets, width: int = SIZE) -> tuple[Hashes, Offsets]:
    """Hashes of `width` neighbours within each text; `used` is `counts` for texts that take part, else 0."""
    sizes = np.where(used > 0, np.maximum(used - width + 1, 0), 0)
    starts = np.concatenate([[0], np.cumsum(counts)[:-1]]).astype(np.int64) if counts.size else counts
    total = int(sizes.sum())
    if total == 0:
        return np.empty(0, dtype=np.uint64), sizes
    first = np.repeat(starts - np.concatenate([[0], np.cumsum(sizes)[:-1]]), sizes) + np.arange(total)
    combined = np.zeros(total, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for step in range(width):
            combined = combined * _FACTOR + hashes[first + step]
    return _mixed(combined), sizes


def _mixed(values: Hashes) -> Hashes:
    with np.errstate(over="ignore"):
        values = (values ^ (values >> np.uint64(30))) * _MIX_1
        values = (values ^ (values >> np.uint64(27))) * _MIX_2
    return values ^ (values >> np.uint64(31))


def as_sets(hashes: Hashes, offsets: Offsets) -> tuple[Hashes, Offsets]:
    """The same with every hash once for each text, in ascending order."""
    owners = np.repeat(np.arange(len(offsets) - 1, dtype=np.uint32), np.diff(offsets))
    table = pl.DataFrame({"owner": owners, "hash": hashes}).unique().sort("owner", "hash")
    sizes = np.bincount(table["owner"].to_numpy(), minlength=len(offsets) - 1)
    return table["hash"].to_numpy(), np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
