"""A problem as text: message, place, the line with a caret below it, and the way out."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prep.errors import Problem

_WIDTH = 100  # columns of a line that are shown
_TAB = "    "


def render(problem: Problem) -> str:
    """The problem as one block of text without a line end.

    Columns are those of a terminal: East Asian characters take two, combining ones none, a tab four.
    """
    out = [f"error: {_plain(problem.message)}"]
    if problem.line:
        gutter = " " * len(str(problem.line))
        out.append(f"{gutter}--> {_plain(problem.file)}:{problem.line}:{problem.column}")
        if problem.source.strip():
            line, caret = _window(problem.source, problem.column)
            out += [f"{gutter} |", f"{problem.line} | {line}".rstrip(), f"{gutter} | {' ' * caret}^"]
    else:
        gutter = "  "
        place = problem.file or problem.source
        out += [f"  --> {_plain(place)}"] if place else []
    out += [f"{gutter} = {_plain(problem.hint)}"] if problem.hint else []
    return "\n".join(out)


def _window(source: str, column: int) -> tuple[str, int]:
    """The shown piece of a line, and the width of what stands before its column."""
    before, after = _plain(source[: column - 1]), _plain(source[column - 1 :])
    if _width(before) + _width(after) <= _WIDTH:
        return before + after, _width(before)
    if _width(before) > _WIDTH * 2 // 3:
        before = "..." + _last(before, _WIDTH // 2)
    room = _WIDTH - _width(before)
    if _width(after) > room:
        after = _last(after[::-1], room - 3)[::-1] + "..."
    return before + after, _width(before)


def _last(text: str, width: int) -> str:
    """The end of `text` that is at most `width` columns wide."""
    start, room = len(text), width
    while start and room >= _width(text[start - 1]):
        start -= 1
        room -= _width(text[start])
    return text[start:]


def _width(text: str) -> int:
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def _plain(text: str) -> str:
    """`text` without characters that a terminal acts on."""
    return "".join(
        character
        if character.isprintable()
        else _TAB
        if character == "\t"
        else " "
        if character in "\n\r"
        else "\N{REPLACEMENT CHARACTER}"
        for character in text
    )
