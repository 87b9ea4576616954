"""What a line is before any rule about examples can be asked: parsed strictly, with the reason where it cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

import jiter

# Duplicate keys, NaN and half characters are refused; every other parser hides one of them.
strict = partial(jiter.from_json, catch_duplicate_keys=True, allow_inf_nan=False)
# A JSON text may hold these bare, but many programs that read lines end one there.
SEPARATORS = {b"\xe2\x80\xa8": "U+2028", b"\xe2\x80\xa9": "U+2029", b"\xc2\x85": "U+0085"}


@dataclass(frozen=True)
class RawLine:
    """One line: `verdict` names the rule it breaks ("" for none), `told` says how, `data` is its object.

    `separator`: the first bare line separator of Unicode in it.
    """

    verdict: str = ""
    told: str = ""
    data: dict[str, Any] | None = None
    separator: str = ""


def reason(error: ValueError) -> str:
    """What the parser says, without the line: it only ever sees one."""
    return str(error).replace(" at line 1 column", " at column")


def kind_of_line(data: dict[str, Any]) -> str:
    """What a line is meant to be, by its keys."""
    if "messages" in data:
        return "chat"
    if not {"input", "preferred_output", "non_preferred_output", "preferred_completion"}.isdisjoint(data):
        return "preference"
    return "completion" if "prompt" in data else "other"


def separator_in(data: bytes) -> str:
    """The name of the first line separator of Unicode that stands bare in `data`; "" for none."""
    return "" if data.isascii() else next((name for mark, name in SEPARATORS.items() if mark in data), "")


def parse(line: bytes, *, cut: bool = False) -> RawLine:
    """Parse one line, its line end left out or not. `cut`: the file ends with it, and without a line end."""
    try:
        data = strict(line)
    except ValueError as error:
        line = line.strip(b" \t\r\n")
        if not line:
            return RawLine("blank", "the line is blank")
        joined = line.startswith(b"\xef\xbb\xbf")
        told = "a byte-order mark begins the line: were files put one behind the other?" if joined else reason(error)
        return RawLine(_verdict(line, str(error), cut), told)
    if not isinstance(data, dict):
        return RawLine("not_object", f"the line is {'a list' if isinstance(data, list) else 'a single value'}")
    return RawLine(data=data)


def _verdict(line: bytes, message: str, cut: bool) -> str:
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
    return "truncated" if cut and "EOF" in message else "json"
