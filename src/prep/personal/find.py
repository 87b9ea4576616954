"""Where personal data stands in texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from prep.personal.kinds import KINDS
from prep.personal.phones import REGIONS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOUND = {"row": pl.UInt32, "start": pl.UInt32, "end": pl.UInt32, "kind": pl.String, "value": pl.String}


def find(
    texts: pl.Series,
    kinds: Sequence[str],
    patterns: Mapping[str, str] | None = None,
    regions: Sequence[str] = REGIONS,
) -> pl.DataFrame:
    """One row a find, by text and place: `row` (index into `texts`), `start` and `end` (characters), `kind` (as it
    stands in a placeholder), `value`.

    `patterns`: own kinds by name, regular expressions in Rust's syntax. Where finds overlap the longest counts. A text
    is looked at closely only where a kind's gate, one pass of a native expression, lets it through.
    """
    spans: dict[int, list[tuple[int, int, str]]] = {}
    for name in kinds:
        kind = KINDS[name]
        for row, text in _flagged(texts, kind.gate):
            spans.setdefault(row, []).extend((start, end, kind.placeholder) for start, end in kind.find(text, regions))
    for name, pattern in (patterns or {}).items():
        rows = texts.str.contains(pattern).fill_null(False).arg_true()
        found = texts.gather(rows).str.extract_all(pattern)
        for row, text, values in zip(rows.to_list(), texts.gather(rows).to_list(), found.to_list(), strict=True):
            spans.setdefault(row, []).extend(_places(text, values, name.upper()))
    rows_found = [
        (row, start, end, kind, texts[row][start:end])
        for row in sorted(spans)
        for start, end, kind in _without_overlaps(spans[row])
    ]
    return pl.DataFrame(rows_found, schema=FOUND, orient="row")


def gate(kinds: Sequence[str], patterns: Mapping[str, str] | None = None) -> str:
    """One regular expression (Rust) that every text with something to find matches."""
    return "|".join(f"(?:{one})" for one in [*(KINDS[name].gate for name in kinds), *(patterns or {}).values()])


def _flagged(texts: pl.Series, pattern: str) -> list[tuple[int, str]]:
    rows = texts.str.contains(pattern).fill_null(False).arg_true()
    return list(zip(rows.to_list(), texts.gather(rows).to_list(), strict=True))


def _places(text: str, values: Sequence[str], kind: str) -> list[tuple[int, int, str]]:
    found, at = [], 0
    for value in values:
        if value:
            start = text.index(value, at)
            at = start + len(value)
            found.append((start, at, kind))
    return found


def _without_overlaps(spans: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    kept: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(spans, key=lambda span: (span[0] - span[1], span[0])):
        if all(end <= other[0] or start >= other[1] for other in kept):
            kept.append((start, end, kind))
    return sorted(kept)
