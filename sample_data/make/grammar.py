"""Phrase banks: text files of sections whose lines hold `{choices|like|these}` and `<names>`, and how they become prose.

A section opens with `[name]`, or `[name 40%]` for one that is used that often; each further line is one alternative.
`[items]` feeds `<list>`, `[brief]` stands in for a whole text now and then.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from random import Random

PHRASES = Path(__file__).parent / "phrases"
APART = ("items", "brief")
HEADER = re.compile(r"^\[(\w+)(?: (\d+)%)?\]$")
CHOICE = re.compile(r"\{([^{}]*)\}")
NAME = re.compile(r"<(\w+)>")


class Say(Protocol):
    """Puts words in place of a name such as `<days>`."""

    def __call__(self, name: str) -> str: ...


@dataclass(frozen=True)
class Section:
    """One position in a text: its name, how often it is used (percent) and its alternatives."""

    name: str
    chance: int
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Bank:
    """The sections of one phrase file, in the order in which they are used."""

    sections: dict[str, Section]

    def line(self, section: str, rng: Random, say: Say) -> str:
        """One finished sentence or fragment of a section."""
        return self.fill(rng.choice(self.sections[section].lines), rng, say)

    def fill(self, line: str, rng: Random, say: Say) -> str:
        """Decide every choice, innermost first, then put the names in."""
        while CHOICE.search(line):
            line = CHOICE.sub(lambda match: rng.choice(match[1].split("|")), line, count=1)
        return NAME.sub(lambda match: self._items(line, rng, say) if match[1] == "list" else say(match[1]), line)

    def sentences(self, rng: Random, say: Say) -> list[str]:
        """A text as its sentences: the first section, then the others as their chance has it, sometimes reordered."""
        if "brief" in self.sections and rng.random() < 0.06:
            return [capital(self.line("brief", rng, say))]
        first, *rest = [name for name in self.sections if name not in APART]
        chosen = [name for name in rest if rng.random() * 100 < self.sections[name].chance]
        if rng.random() < 0.35:
            rng.shuffle(chosen)
        return [capital(self.line(name, rng, say)) for name in [first, *chosen]]

    def compose(self, rng: Random, say: Say) -> str:
        """A whole text; what follows a list on lines of its own begins a new line."""
        text = ""
        for sentence in self.sentences(rng, say):
            text += ("" if not text else "\n" if "\n" in text else " ") + sentence
        return text

    def _items(self, line: str, rng: Random, say: Say) -> str:
        lines = rng.sample(self.sections["items"].lines, rng.choice((2, 3, 3, 4)))
        items = [self.fill(item, rng, say).strip() for item in lines]
        style = rng.choice(("plain", "letters", "lines")) if line.endswith("<list>.") else "plain"
        if style == "plain":
            return ", ".join(items[:-1]) + f", or {items[-1]}"
        items = [f"({letter}) {item}" for letter, item in zip("abcd", items, strict=False)]
        between = ";\n" if style == "lines" else "; "
        return ("\n" if style == "lines" else "") + between.join(items[:-1]) + f"; or{between[1:]}{items[-1]}"


def capital(text: str) -> str:
    """The text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def read_bank(name: str) -> Bank:
    """The bank of a phrase file, named by its path below `phrases/` without the ending."""
    sections: dict[str, list[str]] = {}
    chances: dict[str, int] = {}
    current = ""
    for line in (PHRASES / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        if header := HEADER.match(line):
            current = header[1]
            sections[current], chances[current] = [], int(header[2] or 100)
        elif line.strip():
            sections[current].append(line.strip())
    return Bank({key: Section(key, chances[key], tuple(lines)) for key, lines in sections.items()})
