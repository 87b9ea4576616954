"""The words of texts as 64-bit hashes, found and hashed over the bytes of all texts at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
import xxhash

Hashes = np.ndarray[Any, np.dtype[np.uint64]]
Offsets = np.ndarray[Any, np.dtype[np.int64]]

FEW_WORDS = 20
# White space as `str.split` knows it, beside the space itself.
_ASCII_SPACE = r"[\t-\r\x1c-\x1f]"
_OTHER_SPACE = [chr(code) for code in (133, 160, 5760, *range(8192, 8203), 8232, 8233, 8239, 8287, 12288)]
_SPACE = 32
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
# Words are hashed eight bytes at a time; one of more bytes than `_LONG` by a call of its own.
_STEP, _LONG = 8, 64
_MASKS = np.array([2 ** (8 * size) - 1 for size in range(_STEP + 1)], dtype=np.uint64)


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
    hashes, offsets = hashes_of(spaced)
    few = pl.Series(np.diff(offsets) < FEW_WORDS)
    split = spaced.filter(few).str.split(" ")
    kept = split.list.eval(pl.element().filter(pl.element() != "")).list.join(" ")
    short = pl.Series("short", [None] * len(texts), dtype=pl.String).scatter(few.arg_true(), kept)
    return Words(hashes, offsets, short)


def hashes_of(spaced: pl.Series) -> tuple[Hashes, Offsets]:
    """The hash of every word of texts whose white space is all spaces, and where each text's begin; null has none."""
    # A space ends every text, and so every word: no word is the beginning of another one.
    data = b" ".join([*spaced.fill_null("").cast(pl.Binary).to_list(), bytes(_STEP)])
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == _SPACE) + 1
    begins = np.concatenate([[0], ends[:-1]])[: len(ends)]
    sizes = ends - begins
    real = sizes > 1
    if not real.all():
        begins, sizes = begins[real], sizes[real]
    texts = np.cumsum(spaced.str.len_bytes().fill_null(0).to_numpy().astype(np.int64) + 1)
    offsets = np.searchsorted(begins, np.concatenate([[0], texts])).astype(np.int64)
    return hashed_words(data, begins, sizes), offsets


def hashed_words(data: bytes, begins: Offsets, sizes: Offsets) -> Hashes:
    """The 64-bit hash of each piece of `data`, by where it begins and how many bytes it has, one at least.

    `data` goes on for eight bytes after the last piece.
    """
    # Plain bytes are gathered faster than numbers that begin anywhere.
    eights = np.ndarray((len(data) - _STEP + 1,), dtype=f"V{_STEP}", buffer=data, strides=(1,))
    hashes = mixed(eights[begins].view("<u8") & _MASKS.take(sizes, mode="clip"))
    left = np.flatnonzero(sizes > _STEP)
    with np.errstate(over="ignore"):
        for done in range(_STEP, _LONG, _STEP):
            if not left.size:
                return hashes
            longer = sizes[left] - done
            eight = eights[begins[left] + done].view("<u8") & _MASKS.take(longer, mode="clip")
            hashes[left] = mixed(hashes[left] * _MIX_1 + eight)
            left = left[longer > _STEP]
    view = memoryview(data)
    for row, begin, size in zip(left.tolist(), begins[left].tolist(), sizes[left].tolist(), strict=True):
        hashes[row] = xxhash.xxh3_64_intdigest(view[begin : begin + size])
    return hashes


def mixed(values: Hashes) -> Hashes:
    """The values with their bits mixed; done in place."""
    with np.errstate(over="ignore"):
        for shift, factor in ((30, _MIX_1), (27, _MIX_2)):
            values ^= values >> np.uint64(shift)
            values *= factor
    values ^= values >> np.uint64(31)
    return values
