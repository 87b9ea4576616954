"""Problems as text: the caret stands below what is meant, whatever the line holds."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from prep.errors import Problem
from prep.pipeline.render import render

LINE = "  near: {treshold: 0.8, keep: longest}"


def test_the_form() -> None:
    """Message, place, line, caret, way out."""
    problem = Problem("unknown key `treshold`", "pipelines/legal.yaml", 34, 10, LINE, "did you mean `threshold`?")
    assert render(problem).splitlines() == [
        "error: unknown key `treshold`",
        "  --> pipelines/legal.yaml:34:10",
        "   |",
        "34 |   near: {treshold: 0.8, keep: longest}",
        "   |          ^",
        "   = did you mean `threshold`?",
    ]


def test_terminal_controls_are_not_printed() -> None:
    """What a file holds cannot colour or clear the terminal."""
    text = render(Problem("found \x1b[31m", "a\x07.yaml", 1, 1, "\x1b[2J", "x\ny"))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert text.endswith("x y")


@given(st.text(st.characters(codec="utf-8", exclude_characters="§"), max_size=300), st.integers(0, 300))
def test_the_caret_stands_below_its_character(line: str, place: int) -> None:
    """Wide characters, tabs and long lines move the caret as they move the text."""
    before, after = line[:place], line[place:]
    shown = render(Problem("m", "f", 1, len(before) + 1, f"{before}§{after}")).splitlines()
    text, caret = shown[3], shown[4]
    left = text[: text.index("§")]
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in left)
    flat = sum(unicodedata.combining(character) != 0 for character in left)
    assert caret.index("^") == len(left) + wide - flat
    assert len(text) - sum(unicodedata.combining(character) != 0 for character in text) <= 110


def test_a_long_line_is_cut_on_both_sides() -> None:
    """Of a line of thousands of characters the piece around the caret is shown."""
    shown = render(Problem("m", "f", 1, 5001, "a" * 5000 + "§" + "b" * 5000)).splitlines()
    assert shown[3].startswith("1 | ...aaa")
    assert shown[3].endswith("bbb...")
    assert shown[3].index("§") == shown[4].index("^")
