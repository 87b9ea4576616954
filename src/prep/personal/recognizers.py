"""Kinds of personal data that plug-ins find: a function from texts to places, registered under its name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prep.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Recognizer = Callable[[list[str]], Sequence[Sequence[tuple[int, int]]]]

RECOGNIZERS: dict[str, Recognizer] = {}


def recognizer(function: Recognizer) -> Recognizer:
    """Register `function(texts)` as the kind of its name, for `find` of `redact`.

    It gets a list of texts and returns, for each, the places (start, end), in characters, of what it found; PERSON is
    the placeholder of a function `person`.
    """
    from prep.personal.kinds import KINDS

    name = function.__name__
    if name in KINDS:
        raise UsageError(f"`{name}` is a kind of prep's own", hint="give the recognizer another name")
    if not re.fullmatch("[a-z][a-z0-9_]*", name):
        raise UsageError(f"`{name}` names no kind", hint="small letters, digits and `_` only")
    RECOGNIZERS[name] = function
    return function
