"""`--set KEY=VALUE`: values from the command line, put into the file's data before it is checked."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from prep.errors import PipelineError, Problem
from prep.pipeline.positions import Positions, Where, dotted, spoken
from prep.pipeline.words import found, listed, meant
from prep.pipeline.yaml import compose, decode, scalar

if TYPE_CHECKING:
    from collections.abc import Sequence

_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")


class _CannotSetError(Exception):
    """A path leads nowhere: message and hint."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def apply(data: dict[str, Any], overrides: Sequence[str], positions: Positions) -> list[Problem]:
    """Put every override into `data` and its place into `positions`; the problems of those that cannot be."""
    problems = []
    for option in overrides:
        key, equals, text = option.partition("=")
        try:
            if not equals or not key.strip() or "" in key.strip().split("."):
                raise _CannotSetError("an override is KEY=VALUE", "for example --set dedupe.near.threshold=0.9")
            _set(data, key.strip().split("."), _value(text.strip()), option, positions)
        except _CannotSetError as error:
            problems.append(Problem(error.message, source=f"--set {option}", hint=error.hint, path=key))
    return problems


def _value(text: str) -> Any:
    """A YAML 1.2 scalar, or a list, mapping or quoted text in YAML's flow style."""
    if not text:
        raise _CannotSetError("the override has no value", "write null, or '' in quotes for an empty text")
    try:
        decoded = decode(text.encode("utf-8", "surrogateescape"), "")
        if text[0] not in "{['\"" or text.startswith("{{"):
            return text if _LEADING_ZERO.fullmatch(text) else scalar(decoded)
        value, problems = compose(Positions("", decoded))
    except PipelineError as error:
        problems = error.problems
    except UnicodeEncodeError:
        raise _CannotSetError("the value is not UTF-8") from None
    if problems:
        raise _CannotSetError(f"the value {found(text)[9:]} cannot be read: {problems[0].message}", problems[0].hint)
    return value


def _set(data: dict[str, Any], pieces: list[str], value: Any, option: str, positions: Positions) -> None:
    node: Any = data
    path: Where = ()
    while pieces:
        piece, *pieces = pieces
        key: int | str = piece
        if isinstance(node, list):
            key = _step(node, piece) if path == ("clean",) else _index(node, piece, path)
        elif not isinstance(node, dict):
            raise _CannotSetError(f"{spoken(path)} is {found(node)}: it has no `{piece}`")
        if path == ("clean",) and not pieces and not piece.isdecimal():
            pieces = [piece]  # `clean.drop_short={...}` are its settings
        path = (*path, key)
        if path[:1] == ("clean",) and len(path) == 2 and pieces:
            # `clean.3.min_words` and `clean.3.drop_short.min_words` are the same.
            name = _open_step(node, int(key))
            if pieces[0] != name:
                pieces.insert(0, name)
        elif piece.isdigit() and path[:1] == ("clean",) and len(path) == 3 and not pieces:
            raise _CannotSetError(f"`{piece}` is not a setting")
        if not pieces:
            positions.forget(path)
            positions.overrides[path] = option
            node[key] = value
        elif isinstance(node, dict) and (node.get(piece) is None or node[piece] is True):
            positions.forget(path)
            positions.overrides[path] = option
            node[piece] = {}
        node = node[key]


def _index(node: list[Any], piece: str, path: Where) -> int:
    if not piece.isdecimal() or int(piece[:9]) >= len(node):
        count = f"{len(node)} {'entry' if len(node) == 1 else 'entries'}"
        hint = f"the first is {dotted(path)}.0" if node else None
        raise _CannotSetError(f"{spoken(path)} has {count} and no `{piece}`", hint)
    return int(piece)


def _step(steps: list[Any], piece: str) -> int:
    """The number of the step that is called `piece`, or has that number."""
    if piece.isdecimal():
        return _index(steps, piece, ("clean",))
    names = [_name(entry) for entry in steps]
    places = [number for number, name in enumerate(names) if name == piece]
    if len(places) == 1:
        return places[0]
    if not places:
        known = [name for name in names if name]
        raise _CannotSetError(
            f"`clean` has no step `{piece}`",
            meant(piece, known) or (f"it has {listed(known, 'and')}" if known else None),
        )
    numbers = listed([f"clean.{number}" for number in places])
    raise _CannotSetError(f"`clean` has the step `{piece}` {len(places)} times", f"say which: {numbers}")


def _name(entry: Any) -> str | None:
    if isinstance(entry, dict) and len(entry) == 1:
        return str(next(iter(entry)))
    return entry if isinstance(entry, str) else None


def _open_step(steps: Any, number: int) -> str:
    """The name of a step, made a mapping that can take settings."""
    name = _name(steps[number])
    if name is None:
        raise _CannotSetError(f"{spoken(('clean', number))} is not a step")
    if isinstance(steps[number], str):
        steps[number] = {name: {}}
    return name
