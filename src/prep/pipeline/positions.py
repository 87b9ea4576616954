"""Where everything in a pipeline file stands: the place of each key and value by its path, and problems made there."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import NamedTuple

from prep.errors import Problem

# The way to a value: keys of mappings and numbers of list items, from the top of the file.
Where = tuple[str | int, ...]

_LINE_END = re.compile(r"\r\n|\r|\n")


class Place(NamedTuple):
    """Line and column, both from 1; columns count characters."""

    line: int
    column: int


def dotted(path: Where) -> str:
    """`("dedupe", "near", "keep")` as `dedupe.near.keep`, the spelling of `--set`."""
    return ".".join(map(str, path))


def spoken(path: Where) -> str:
    """What a message calls a value: `` `threshold` `` or ``entry 2 of `also` ``."""
    if not path:
        return "the pipeline"
    *above, last = path
    if isinstance(last, str):
        return f"`{last}`"
    name = next((part for part in reversed(above) if isinstance(part, str)), None)
    return f"entry {last + 1} of `{name}`" if name else f"entry {last + 1}"


@dataclass
class Positions:
    """The places of one file. `overrides` holds the `--set` options by the path each has set."""

    file: str
    text: str
    keys: dict[Where, Place] = field(default_factory=dict)
    values: dict[Where, Place] = field(default_factory=dict)
    blocks: dict[Where, int] = field(default_factory=dict)  # first line of the content of a literal block (`|`)
    empty: set[Where] = field(default_factory=set)  # keys and list items with nothing behind them
    broken: set[Where] = field(default_factory=set)  # values that were already reported: nothing more to say of them
    overrides: dict[Where, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        ends = list(_LINE_END.finditer(self.text))
        self._starts = [0, *(end.end() for end in ends)]
        self.lines = [
            self.text[start:end]
            for start, end in zip(self._starts, [*(end.start() for end in ends), len(self.text)], strict=True)
        ]

    def place(self, index: int) -> Place:
        """The place of the character number `index` of the text."""
        index = min(index, len(self.text))
        line = bisect_right(self._starts, index)
        return Place(line, index - self._starts[line - 1] + 1)

    def at(self, place: Place, message: str, hint: str | None = None, path: Where = ()) -> Problem:
        """A problem at a place of the file."""
        source = self.lines[place.line - 1] if 0 < place.line <= len(self.lines) else ""
        return Problem(message, self.file, place.line, place.column, source, hint, dotted(path))

    def problem(self, path: Where, message: str, hint: str | None = None, *, key: bool = False) -> Problem:
        """A problem with the value at `path`, or with its key; what is not in the file: with what should hold it."""
        for length in range(len(path), -1, -1):
            upper = path[:length]
            if upper in self.overrides:
                return Problem(message, source=f"--set {self.overrides[upper]}", hint=hint, path=dotted(path))
            first, second = (self.keys, self.values) if key or length < len(path) else (self.values, self.keys)
            place = first.get(upper) or second.get(upper)
            if place is not None:
                return self.at(place, message, hint, path)
        return self.at(Place(1, 1), message, hint, path)

    def in_block(self, path: Where, line: int, message: str, hint: str | None = None) -> Problem:
        """A problem on a line (from 1) of the text at `path`; exact where the text is a literal block."""
        if path not in self.blocks or any(path[:length] in self.overrides for length in range(len(path) + 1)):
            return self.problem(path, message, hint)
        number = min(self.blocks[path] + line - 1, len(self.lines))
        source = self.lines[number - 1]
        return self.at(Place(number, len(source) - len(source.lstrip()) + 1), message, hint, path)

    def reported(self, path: Where) -> bool:
        """Whether the value at `path`, or one that holds it, is reported already."""
        return any(path[:length] in self.broken for length in range(len(path) + 1))

    def forget(self, path: Where) -> None:
        """Drop what is known of `path` and below: an override takes its place."""
        for known in (self.keys, self.values, self.blocks, self.overrides):
            for below in [entry for entry in known if entry[: len(path)] == path]:
                del known[below]
        for names in (self.empty, self.broken):
            names.difference_update({entry for entry in names if entry[: len(path)] == path})
