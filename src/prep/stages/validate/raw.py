"""What a line is before any rule about examples can be asked: parsed strictly, with the reason where it cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jiter


@dataclass(frozen=True)
class RawLine:
    """One line: `verdict` names the rule it breaks ("" for none), `told` says how, `data` is its object."""

    verdict: str = ""
    told: str = ""
    data: dict[str, Any] | None = None


@dataclass(frozen=True)
class FileFacts:
    """What rules about a whole file look at."""

    bytes: int
    examples: int
    broken: int
    bom: bool
    kinds: frozenset[str]  # what its lines are: chat, preference, completion, other
    least_examples: int
    most_bytes: int


def kind_of_line(data: dict[str, Any]) -> str:
    """What a line is meant to be, by its keys."""
    if "messages" in data:
        return "chat"
    if "preferred_output" in data or "non_preferred_output" in data:
        return "preference"
    return "completion" if "prompt" in data else "other"


def parse(line: bytes) -> RawLine:
    """Parse one line, its line end left out or not, as strictly as the strictest reader does."""
    line = line.strip(b" \t\r\n")
    if not line:
        return RawLine("blank", "the line is blank")
    try:
        data = jiter.from_json(line, catch_duplicate_keys=True, allow_inf_nan=False)
    except ValueError as error:
        return RawLine(_verdict(line, str(error)), str(error))
    if not isinstance(data, dict):
        return RawLine("not_object", f"the line is {'a list' if isinstance(data, list) else 'a single value'}")
    return RawLine(data=data)


def _verdict(line: bytes, message: str) -> str:
    if "duplicate key" in message:
        return "duplicate_key"
    try:
        line.decode()
    except UnicodeDecodeError:
        return "utf8"
    if "hex escape" in message or "surrogate" in message:
        return "surrogate"
    if "recursion" in message:
        return "too_deep"
    at = message.rpartition("column ")[2]
    # The column counts bytes of the line from 1 and points at, or right behind, the first byte of the number.
    if at.isdigit() and line[max(0, int(at) - 2) :].lstrip(b" :,-").startswith((b"NaN", b"Inf")):
        return "nan"
    return "json"
