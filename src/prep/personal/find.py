"""Where personal data stands in texts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from prep.personal.dictionary import find_entries
from prep.personal.folding import fold
from prep.personal.kind import Window
from prep.personal.kinds import KINDS
from prep.personal.phones import REGIONS
from prep.personal.recognizers import RECOGNIZERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prep.personal.kind import Kind

FOUND = {"row": pl.UInt32, "start": pl.UInt32, "end": pl.UInt32, "kind": pl.String, "value": pl.String}
# What is looked at in front of a gate's match: a number may begin there, and words that tell what it is.
_BEFORE = 80


@dataclass(frozen=True)
class Search:
    """What to look for. `kinds`: names of built-in kinds and of recognisers from plug-ins. `patterns`: own kinds by
    name, regular expressions in Rust's syntax. `dictionaries`: by kind, the words and names to find. `regions`: whose
    phone numbers are found in national form.
    """

    kinds: Sequence[str] = ()
    patterns: Mapping[str, str] = field(default_factory=dict)
    dictionaries: Mapping[str, Sequence[str]] = field(default_factory=dict)
    regions: Sequence[str] = REGIONS

    @property
    def shaped(self) -> list[str]:
        """The built-in kinds."""
        return [name for name in self.kinds if name in KINDS]

    @property
    def recognized(self) -> list[str]:
        """The kinds that plug-ins find."""
        return [name for name in self.kinds if name in RECOGNIZERS]


def find(texts: pl.Series, search: Search) -> pl.DataFrame:
    """One row a find, by text and place: `row` (index into `texts`), `start` and `end` (characters), `kind` (as it
    stands in a placeholder), `value`.

    Where finds overlap the longest counts. A text is looked at closely only around what a native pass for each hint
    finds in it.
    """
    spans: dict[int, list[tuple[int, int, str]]] = {}
    read, origins = fold(texts)
    _shaped(read, search, spans)
    for row in origins.keys() & spans.keys():
        at = origins[row]
        spans[row] = [(at[start], at[end - 1] + 1, kind) for start, end, kind in spans[row]]
    for name, pattern in search.patterns.items():
        rows = texts.str.contains(pattern).fill_null(False).arg_true()
        found = texts.gather(rows).str.extract_all(pattern)
        for row, text, values in zip(rows.to_list(), texts.gather(rows).to_list(), found.to_list(), strict=True):
            spans.setdefault(row, []).extend((*place, name.upper()) for place in _places(text, values))
    for name, entries in search.dictionaries.items():
        for row, start, end in find_entries(texts, entries):
            spans.setdefault(row, []).append((start, end, name.upper()))
    for name in search.recognized:
        known = texts.drop_nulls()
        rows = texts.is_not_null().arg_true()
        for row, places in zip(rows.to_list(), RECOGNIZERS[name](known.to_list()), strict=True):
            for start, end in places:
                spans.setdefault(row, []).append((start, end, name.upper()))
    rows_found = []
    for row in sorted(spans):
        text = texts[row]
        rows_found += [(row, start, end, kind, text[start:end]) for start, end, kind in _without_overlaps(spans[row])]
    return pl.DataFrame(rows_found, schema=FOUND, orient="row")


def hints(search: Search) -> list[str]:
    """Regular expressions (Rust): a text that none of them matches holds neither a built-in kind nor a pattern."""
    own = [hint for name in search.shaped for hint in KINDS[name].hints]
    return list(dict.fromkeys([*own, *search.patterns.values()]))


def _shaped(texts: pl.Series, search: Search, spans: dict[int, list[tuple[int, int, str]]]) -> None:
    kinds = [KINDS[name] for name in search.shaped]
    by_hint: dict[str, list[Kind]] = {}
    for kind in kinds:
        for hint in kind.hints:
            by_hint.setdefault(hint, []).append(kind)
    for hint, wanted in by_hint.items():
        rows = texts.str.contains(hint).fill_null(False).arg_true()
        flagged = texts.gather(rows)
        reach = max(kind.reach for kind in wanted)
        windows = [
            (row, Window(text, start, end, search.regions))
            for row, text, values in zip(
                rows.to_list(), flagged.to_list(), flagged.str.extract_all(hint).to_list(), strict=True
            )
            for start, end in _stretches(text, _places(text, values), reach)
        ]
        shown = pl.Series([window.text[window.start : window.end] for _, window in windows], dtype=pl.String)
        for kind in wanted:
            for at in shown.str.contains(kind.gate).arg_true().to_list():
                row, window = windows[at]
                places = spans.setdefault(row, [])
                places += [(start, end, kind.placeholder) for start, end in kind.find(window)]


def _stretches(text: str, places: Sequence[tuple[int, int]], reach: int) -> list[tuple[int, int]]:
    """The stretches to look at: around each place, to the end of the word that stands there, joined where they meet."""
    found: list[tuple[int, int]] = []
    for start, end in places:
        low, high = max(0, start - _BEFORE), min(len(text), end + reach)
        while high < len(text) and not text[high].isspace() and high < end + 4 * reach:
            high += 1
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found


def _places(text: str, values: Sequence[str]) -> list[tuple[int, int]]:
    found, at = [], 0
    for value in values:
        if value:
            start = text.index(value, at)
            at = start + len(value)
            found.append((start, at))
    return found


def _without_overlaps(spans: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if all(end <= other[0] or start >= other[1] for other in kept):
            kept.append((start, end, kind))
    return sorted(kept)
