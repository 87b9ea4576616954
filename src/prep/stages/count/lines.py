"""One line of a chat file, parsed for counting."""

from __future__ import annotations

from typing import Any

import msgspec

_OBJECT = msgspec.json.Decoder(dict[str, Any]).decode


def parsed(line: str | bytes) -> dict[str, Any] | None:
    """The example on a line; None where it is no JSON object with a list of objects as its messages."""
    try:
        example = _OBJECT(line)
    except (ValueError, RecursionError):  # broken JSON, bytes that are not UTF-8, nested beyond measure
        return None
    messages = example.get("messages")
    return example if isinstance(messages, list) and all(isinstance(message, dict) for message in messages) else None
