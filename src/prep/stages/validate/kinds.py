"""Values of JSON, called by their names."""

from __future__ import annotations

import json
from typing import Any


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
