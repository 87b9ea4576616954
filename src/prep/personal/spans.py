"""Candidates in a text, one after the other: the search goes on where the last find ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

    from prep.personal.kind import Window


def spans(
    pattern: re.Pattern[str], window: Window, end_of: Callable[[str, re.Match[str]], int | None]
) -> Iterator[tuple[int, int]]:
    """Where candidates stand that `end_of` gives an end to; of one without an end, the search goes on inside it."""
    at = window.start
    while (match := pattern.search(window.text, at, window.end)) is not None:
        end = end_of(window.text, match)
        if end is not None:
            yield match.start(), end
        at = end if end is not None else match.start() + 1
