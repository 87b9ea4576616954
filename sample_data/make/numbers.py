"""Numbers as contracts write them: `30`, `thirty`, `thirty (30)`."""

from __future__ import annotations

ONES = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
STYLES = ("figures", "words", "both")


def in_words(number: int) -> str:
    """A number from 0 to 99 in English words."""
    if number < len(ONES):
        return ONES[number]
    tens, ones = divmod(number, 10)
    return TENS[tens - 2] + (f"-{ONES[ones]}" if ones else "")


def in_style(number: int, style: str) -> str:
    """A number from 0 to 99 in one of the styles above."""
    if style == "figures":
        return str(number)
    return in_words(number) if style == "words" else f"{in_words(number)} ({number})"


def counted(number: int, unit: str, style: str) -> str:
    """A number with its unit, in the plural where it is due."""
    return f"{in_style(number, style)} {unit}{'' if number == 1 else 's'}"
