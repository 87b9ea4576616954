"""Letters that gigatoken knows and tiktoken does not: texts with one of them are tiktoken's to count."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

# gigatoken knows a newer Unicode than tiktoken 0.14: letters, digits and marks assigned since are cut differently.
# Found by comparing both on every code point in seven surroundings. Half a character is tiktoken's affair, too.
_HALVES = "\ud800-\udfff"
_NEWER = (
    "\u088f\u0c5c\u0cdc\u1acf-\u1add\u1ae0-\u1aeb\ua7ce\ua7cf\ua7d2\ua7d4\ua7f1"
    "\U00010940-\U00010959\U00010ec5-\U00010ec7\U00010efa\U00010efb\U00011b60-\U00011b67"
    "\U00011db0-\U00011ddb\U00011de0-\U00011de9\U00016ea0-\U00016eb8\U00016ebb-\U00016ed3"
    "\U00016ff2-\U00016ff6\U000187f8-\U000187ff\U00018d09-\U00018d1e\U00018d80-\U00018df2"
    "\U0001e6c0-\U0001e6de\U0001e6e0-\U0001e6f5\U0001e6fe\U0001e6ff\U0002b73a-\U0002b73f"
    "\U0002cea2-\U0002cead\U000323b0-\U00033479"
)
_SEARCH = re.compile(f"[{_HALVES}{_NEWER}]").search
# polars is ten times as fast as Python's `re`; from this many characters on, its import included.
_MANY = 5_000_000


def newer(texts: Sequence[str]) -> set[int]:
    """The places among `texts` of those that hold such a letter, or half a character."""
    rows = [row for row, text in enumerate(texts) if not text.isascii()]
    if "polars" not in sys.modules and sum(len(texts[row]) for row in rows) < _MANY:
        return {row for row in rows if _SEARCH(texts[row])}
    import polars as pl

    try:
        found = pl.Series([texts[row] for row in rows], dtype=pl.String).str.contains(f"[{_NEWER}]")
    except UnicodeEncodeError:  # half a character
        return {row for row in rows if _SEARCH(texts[row])}
    return {rows[at] for at in found.arg_true().to_list()}
