"""The last look: whether anything that was to be redacted stands in the finished lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from prep.personal.find import find, hints
from prep.personal.folding import odd
from prep.personal.replace import json_strings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.personal.find import Search

LEFT = {"row": pl.UInt32, "kind": pl.String}


def rescan(lines: pl.Series, allowed: Sequence[str], search: Search) -> pl.DataFrame:
    """(row, kind) of what is left in JSON lines, each once; never the value.

    What stands word for word in one of the `allowed` texts, the template's own, is meant.
    """
    rows = suspects(lines, search).arg_true().to_list()
    told = [(row, text) for row in rows for _, _, text in json_strings(lines[row])]
    texts = pl.Series("text", [text for _, text in told], dtype=pl.String)
    found = find(texts, search)
    left = [
        (told[at][0], kind)
        for at, kind, value in found.select("row", "kind", "value").iter_rows()
        if not any(value in text for text in allowed)
    ]
    return pl.DataFrame(left, schema=LEFT, orient="row").unique(maintain_order=True)


def suspects(texts: pl.Series, search: Search, *, is_json: bool = True) -> pl.Series:
    """Boolean, one a text: it may hold something; in JSON every text may in which characters are escaped."""
    if search.recognized:
        return texts.is_not_null()
    found = pl.Series([False]).new_from_index(0, len(texts))
    for hint in hints(search):
        found |= texts.str.contains(hint)
    if search.shaped:
        found |= odd(texts)
    for entries in search.dictionaries.values():
        if entries:
            found |= texts.str.contains_any(list(entries), ascii_case_insensitive=True)
    if is_json:
        found |= texts.str.contains(r"\\[u/]")
    return found.fill_null(False)
