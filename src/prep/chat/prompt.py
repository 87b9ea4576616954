"""The system prompt in front of a chat, and its short form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

FRONT = ("system", "developer")
# A sentence ends with its mark and what begins a new one, or with its line. Shorter is a greeting or an abbreviation.
_END = re.compile(r"(?<=[^A-Z][.!?])(?=\s+[\"'(\[*#-]*[^\W\d_a-z])|(?=\n)")
_FEWEST_WORDS = 3


def front(messages: Sequence[Any]) -> str | None:
    """The text of the system (or developer) message that a chat begins with; None where it begins otherwise."""
    first = messages[0] if messages else None
    if not isinstance(first, dict) or first.get("role") not in FRONT:
        return None
    content = first.get("content")
    return content if isinstance(content, str) and content else None


def first_sentence(text: str, *, whole: Sequence[tuple[int, int]] = ()) -> str:
    """The first sentence of a prompt, of three words at least; the prompt itself where it is one sentence.

    `whole`: spans (start, end) that are not to be cut, a template's tags for example.
    """
    start = len(text) - len(text.lstrip())
    for found in _END.finditer(text, start):
        at = found.start()
        if any(low < at < high for low, high in whole):
            continue
        if len(text[start:at].split()) >= _FEWEST_WORDS:
            return text[start:at].rstrip()
    return text.strip()
