"""Plain words for what a value is, what a setting takes, and which name was meant."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_LONGEST = 60


def found(value: Any) -> str:
    """What a value is, for the end of "found ..."."""
    if value is None:
        return "nothing (null)"
    if isinstance(value, bool):
        return f"the truth value {str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {shortened(repr(value))}"
    if isinstance(value, str):
        return f"the text '{shortened(value)}'" if value else "an empty text"
    return "a list" if isinstance(value, list) else "a mapping"


def shortened(text: str) -> str:
    """`text` in one line of at most 60 characters."""
    line = " ".join(text.split()) or text
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3] + "..."


def meant(name: object, known: Iterable[str]) -> str | None:
    """`` did you mean `near`? `` where a known name is close to `name`."""
    names = sorted(set(known))
    text = str(name)[:200]
    lower = {entry.lower(): entry for entry in names}
    close = get_close_matches(text.lower().replace("-", "_").strip(), lower, n=1, cutoff=0.6)
    return f"did you mean `{lower[close[0]]}`?" if close else None


def listed(names: Iterable[str], last: str = "or") -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{name}`" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}" if quoted else ""
