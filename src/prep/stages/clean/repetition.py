"""How often a text repeats itself: the figures of Gopher's filter, and a cheap bound that spares most texts."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import polars as pl

_PARAGRAPHS = re.compile(r"\n{2,}")
_LINES = re.compile(r"\n+")


def lines_repeat(text: pl.Series) -> pl.Series:
    """Boolean: whether a line stands twice in each text, without which nothing of `blocks` is above 0."""
    import polars as pl

    lines = pl.col("text").str.split("\n").list
    frame = text.alias("text").to_frame().filter(pl.col("text").str.contains("\n", literal=True).fill_null(True))
    twice = frame.select(lines.len() > lines.n_unique()).to_series()
    whole = text.str.contains("\n", literal=True).fill_null(True)
    places = whole.arg_true()
    found = pl.Series([False], dtype=pl.Boolean).new_from_index(0, len(text))
    return found.scatter(places, twice) if len(places) else found


def blocks(text: str) -> Iterator[tuple[str, float]]:
    """Shares of paragraphs and lines, and of characters in them, that stood in the text before."""
    for name, pieces in (("paragraph", _PARAGRAPHS.split(text.strip())), ("line", _LINES.split(text))):
        again = Counter(pieces)
        yield f"repeated_{name}s", (len(pieces) - len(again)) / len(pieces)
        yield f"repeated_{name}_chars", sum(len(one) * (count - 1) for one, count in again.items()) / len(text)


def grams(
    words: Sequence[str], chars: int, top: Mapping[int, float], repeated: Mapping[int, float]
) -> Iterator[tuple[str, float]]:
    """The share of characters in the most frequent run of so many words, then in all runs that stood before."""
    for size in top:
        runs = Counter(" ".join(words[at : at + size]) for at in range(len(words) - size + 1))
        if runs:
            run, count = runs.most_common(1)[0]
            yield f"top_{size}_gram", len(run) * count / chars
    for size in repeated:
        yield f"repeated_{size}_grams", _repeated(words, size) / chars


def _repeated(words: Sequence[str], size: int) -> int:
    """Characters in runs of `size` words that stood before; a run that is found is stepped over whole."""
    seen: set[str] = set()
    found = at = 0
    while at < len(words) - size + 1:
        run = "".join(words[at : at + size])
        if run in seen:
            found += len(run)
            at += size
        else:
            seen.add(run)
            at += 1
    return found


def suspects(words: pl.Series, chars: pl.Series, top: Mapping[int, float], repeated: Mapping[int, float]) -> list[int]:
    """The texts for which a figure of `grams` may be over its limit: by sorted hashes of all runs, over all texts.

    A run that repeats is made of runs that do, so the shortest length tells for the longer ones.
    """
    import numpy as np

    found = np.zeros(len(words), dtype=bool)
    for start in range(0, len(words), _ROWS):
        own = words.slice(start, _ROWS)
        length = chars.slice(start, _ROWS).to_numpy().astype(np.float64)
        codes, lengths, rows = _codes(own)
        for size, limit in top.items():
            keys = _sorted_runs(codes, lengths + 1, rows, size)
            found[start : start + _ROWS] |= _most(keys, len(own)) > limit * length
        if repeated:
            keys = _sorted_runs(codes, lengths, rows, min(repeated))
            # A run of n words holds n - m + 1 runs of m words, which all repeat where it does.
            found[start : start + _ROWS] |= _again(keys, len(own)) > min(repeated.values()) * length
    return [int(row) for row in np.flatnonzero(found)]


# A key is 16 bits of row, 38 of hash and 10 of length: one sort of plain numbers brings equal runs together.
_ROWS = 1 << 16
_HASH = (1 << 38) - 1
_LENGTH = (1 << 10) - 1


def _codes(words: pl.Series) -> tuple[Any, Any, Any]:
    """A hash, the length and the row of every word, as flat arrays."""
    import numpy as np
    import polars as pl

    flat = words.to_frame("word").with_columns(row=pl.int_range(pl.len(), dtype=pl.UInt32)).explode("word").drop_nulls()
    codes = flat["word"].hash(0).to_numpy()
    lengths = flat["word"].str.len_chars().to_numpy().astype(np.uint64)
    return codes.astype(np.uint64), lengths, flat["row"].to_numpy().astype(np.uint64)


def _sorted_runs(codes: Any, lengths: Any, rows: Any, size: int) -> Any:
    """The keys of all runs of `size` words that lie in one text, sorted."""
    import numpy as np

    count = len(codes) - size + 1
    if count <= 0:
        return np.empty(0, dtype=np.uint64)
    mixed, length = np.zeros(count, dtype=np.uint64), np.zeros(count, dtype=np.uint64)
    for at in range(size):
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + codes[at : at + count]
        length += lengths[at : at + count]
    mixed = (mixed ^ (mixed >> np.uint64(29))) & np.uint64(_HASH)
    inside = rows[:count] == rows[size - 1 :]
    key = (rows[:count] << np.uint64(48)) | (mixed << np.uint64(10)) | np.minimum(length, np.uint64(_LENGTH))
    return np.sort(key[inside])


def _groups(keys: Any) -> tuple[Any, Any, Any]:
    """Row, length and number of each different run; a length too great for its bits counts as endless."""
    import numpy as np

    starts = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    counts = np.diff(np.append(starts, len(keys)))
    first = keys[starts]
    length = (first & np.uint64(_LENGTH)).astype(np.float64)
    length[length == _LENGTH] = np.inf
    return (first >> np.uint64(48)).astype(np.int64), length, counts


def _most(keys: Any, rows: int) -> Any:
    """For each text the most characters that one run and its repetitions have."""
    import numpy as np

    found = np.zeros(rows)
    if len(keys):
        row, length, counts = _groups(keys)
        np.maximum.at(found, row, length * counts)
    return found


def _again(keys: Any, rows: int) -> Any:
    """For each text the characters of all runs that stood before, each run counted whole."""
    import numpy as np

    found = np.zeros(rows)
    if len(keys):
        row, length, counts = _groups(keys)
        twice = counts > 1
        np.add.at(found, row[twice], (length * (counts - 1))[twice])
    return found
