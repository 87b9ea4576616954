"""Values of JSON, called by their names."""

from __future__ import annotations

import json
from typing import Any

# What is not seen, and what `str.isspace` does not count: marks of width zero, soft hyphens, fillers.
_UNSEEN = "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad\u180e\u115f\u1160\u3164\uffa0\u2800"
_NOTHING = frozenset(_UNSEEN + "".join(filter(str.isspace, map(chr, range(0x3001)))))


def says_nothing(text: str) -> bool:
    """Whether a text is white space, or characters that nobody sees, alone; an empty one is neither."""
    return bool(text) and text[0] in _NOTHING and _NOTHING.issuperset(text)


def kind_of(value: Any) -> str:
    """What a value is, in words: a text, a list, an object, a number."""
    kinds = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "an object",
    }
    return kinds.get(type(value), "null")


def shown(value: Any) -> str:
    """A value in a message, as JSON spells it, cut where it is long."""
    text = repr(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:56]} ..."
