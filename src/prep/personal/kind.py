"""What a kind of personal data is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Span = tuple[int, int]
# What stands between the groups of a number: spaces, hyphens, those that do not break included.
JOINS = "[ \u00a0\u2007\u202f\u2010\u2011\u2013-]"
GATE_JOINS = r"[ \x{a0}\x{2007}\x{202f}\x{2010}\x{2011}\x{2013}-]"


# Where to look, found in one quick pass each over whole texts: a search for a few literals, or for digits, is many
# times as fast as one for a shape.
DIGITS = r"[0-9](?:[ .()/\x{a0}\x{2007}\x{202f}\x{2010}\x{2011}\x{2013}-]{0,3}[0-9]){5}"


class Window(NamedTuple):
    """The stretch of a text in which to look; what lies around it is context. `regions`: ISO 3166 codes."""

    text: str
    start: int
    end: int
    regions: Sequence[str] = ()

    def before(self, at: int, length: int) -> str:
        """The `length` characters in front of `at`."""
        return self.text[max(0, at - length) : at]


@dataclass(frozen=True)
class Kind:
    """A kind of personal data. `find` gives the places in a window.

    `hints`: regular expressions (Rust), one of which matches in, or close in front of, every find; they are tried on
    whole texts, so they must be quick. `gate`: what every window with a find matches. `reach`: characters that a find
    may go on behind its hint. `extra`: the optional package it needs.
    """

    name: str
    explanation: str
    hints: tuple[str, ...]
    gate: str
    find: Callable[[Window], Iterator[Span]]
    reach: int = 160
    extra: str | None = None

    @property
    def placeholder(self) -> str:
        """What stands in a placeholder: EMAIL in [EMAIL_1]."""
        return self.name.upper()
