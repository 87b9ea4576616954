"""What the declaration knows and this version does not carry out: said by name, never silently ignored."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prep.errors import Problem
    from prep.pipeline.positions import Positions, Where


_REMOTE = re.compile(r"(s3|az|abfss?|gs|https?)://", re.IGNORECASE)


def _remote(value: Any) -> bool:
    return isinstance(value, str) and _REMOTE.match(value) is not None


# Path ("*" is every item of a list), which values come later, and the way on.
_SETTINGS: tuple[tuple[Where, Callable[[Any], bool], str], ...] = (
    (("catalog",), _remote, "copy the file and name the local path"),
    (("count", "tokenizer"), _remote, "copy the file and name the local path"),
)
# Keys that no model knows yet.
_KEYS: tuple[Where, ...] = ()
# Values that are a section: the key alone is named. Of others the value is.
_NAMED_BY_VALUE = ("catalog", "tokenizer")


def later(what: str, path: Where, positions: Positions, hint: str = "remove it", *, key: bool = False) -> Problem:
    """The problem that something is known and not there yet."""
    return positions.problem(path, f"{what} comes with a later version of prep", hint, key=key)


def coming(data: dict[str, Any], positions: Positions) -> Iterator[Problem]:
    """The problems of all settings in `data` that come later; unknown keys among them count as reported."""
    for pattern, comes_later, hint in _SETTINGS:
        for path, value in _matches(data, pattern):
            if comes_later(value):
                name = str(path[-1])
                by_value = name in _NAMED_BY_VALUE
                what = f"`{name}: {value}`" if by_value else f"`{'.'.join(str(piece) for piece in path)}`"
                yield later(what, path, positions, hint, key=not by_value)
    for path in _KEYS:
        for _ in _matches(data, path):
            positions.broken.add(path)
            yield later(f"`{'.'.join(str(piece) for piece in path)}`", path, positions, key=True)


def _matches(data: Any, pattern: Where, path: Where = ()) -> Iterator[tuple[Where, Any]]:
    if not pattern:
        yield path, data
    elif pattern[0] == "*" and isinstance(data, list):
        for number, entry in enumerate(data):
            yield from _matches(entry, pattern[1:], (*path, number))
    elif isinstance(data, dict) and pattern[0] in data:
        yield from _matches(data[str(pattern[0])], pattern[1:], (*path, pattern[0]))
