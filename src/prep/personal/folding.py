"""Texts as the recognisers read them: wide and other digits as 0-9, without what nobody sees inside of a value."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl

# Soft hyphens, zero-width characters, marks of direction.
_UNSEEN = r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_DIGITS = "\u0660\u06f0\u0966\uff10"  # zeros: Arabic, Persian, Devanagari, wide
_AS_ASCII = (
    {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
    | {0x2212: ord("-"), 0x3000: ord(" ")}
    | {ord(zero) + value: ord("0") + value for zero in _DIGITS for value in range(10)}
)
_IN_VALUE = "[0-9A-Za-z@.+:()/-]"
# What makes a text worth folding, in Rust's syntax. Between letters of other scripts, what is unseen is spelling.
ODD = (
    r"[\x{660}-\x{669}\x{6f0}-\x{6f9}\x{966}-\x{96f}\x{ff10}-\x{ff19}\x{ff20}-\x{ff3a}\x{ff41}-\x{ff5a}]|[0-9]\x{2212}[0-9]|"
    rf"{_IN_VALUE} ?[{_UNSEEN}]+ ?{_IN_VALUE}"
)
# The source of a line's end inside of a text that was a string of code: a word begins behind it.
_ESCAPED = re.compile(r"\\[nrt](?=[0-9A-Za-z(+])")
_REMOVED = re.compile(f"[{_UNSEEN}]")


def odd(texts: pl.Series) -> pl.Series:
    """Boolean, one a text: it may be read otherwise than it is written."""
    import polars as pl

    found = pl.Series([False]).new_from_index(0, len(texts))
    rows = (texts.str.len_bytes() != texts.str.len_chars()).fill_null(False).arg_true()
    found = found.scatter(rows.filter(texts.gather(rows).str.contains(ODD)), True)
    return found | texts.str.contains(r"\\[nrt][0-9A-Za-z(+]").fill_null(False)


def fold(texts: pl.Series) -> tuple[pl.Series, dict[int, list[int]]]:
    """The texts folded, and of those that became shorter the place in the original of every character."""
    rows = odd(texts).arg_true().to_list()
    if not rows:
        return texts, {}
    folded, places = [], {}
    for row in rows:
        text = _ESCAPED.sub(" \n", texts[row].translate(_AS_ASCII))
        gone = {match.start() for match in _REMOVED.finditer(text)}
        if gone:
            places[row] = [at for at in range(len(text)) if at not in gone]
            text = _REMOVED.sub("", text)
        folded.append(text)
    return texts.clone().scatter(rows, folded), places
