"""Words and names from lists, found whole wherever they stand in a text."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prep.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import polars as pl


def load_entries(paths: Sequence[Path]) -> list[str]:
    """The entries of lists, one a line; blank lines and lines that begin with `#` are none."""
    found: dict[str, None] = {}
    for path in paths:
        try:
            lines = path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            reason = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "cannot be read"
            raise InputError(
                f"the list {path.name} {reason}", where=str(path), hint="one entry a line, UTF-8"
            ) from error
        found.update(dict.fromkeys(" ".join(line.split()) for line in lines if line.strip() and line[0] != "#"))
    return list(found)


def find_entries(texts: pl.Series, entries: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """(row, start, end) of every entry that stands in a text as whole words, ASCII case aside; the longest counts."""
    if not entries:
        return
    rows = texts.str.contains_any(list(entries), ascii_case_insensitive=True).fill_null(False).arg_true()
    flagged = texts.gather(rows)
    found = flagged.str.extract_many(list(entries), ascii_case_insensitive=True, overlapping=True).list.unique()
    for row, text, values in zip(rows.to_list(), flagged.to_list(), found.to_list(), strict=True):
        for value in values:
            for match in re.finditer(re.escape(value), text):
                if not _joined(text, match.start() - 1) and not _joined(text, match.end() - 1):
                    yield row, *match.span()


def _joined(text: str, at: int) -> bool:
    """Whether the characters at `at` and behind it are parts of one word."""
    return 0 <= at < len(text) - 1 and text[at].isalnum() and text[at + 1].isalnum()
