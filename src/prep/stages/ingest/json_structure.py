"""Brackets, commas and strings of a JSON text, found over whole blocks of bytes; no value is made."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from prep.stages.ingest.buffers import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

WHITE = b" \t\r\n"
COMMA, _QUOTE = b',"'
_RAW = msgspec.json.Decoder(msgspec.Raw).decode
# What Python's parser lets pass in strings, beside bytes that are no UTF-8: control characters and lone surrogates.
_PASSED = bytes(32 if byte in WHITE else ord("a") if byte < 32 or byte >= 128 else byte for byte in range(256))
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_NO_NUMBER = re.compile(rb"-?Infinity|(?<!-)NaN")


@cache
def _tables() -> tuple[Any, Any]:
    """Whether a byte has a meaning outside of strings, or begins and ends one; by how much it changes the depth."""
    import numpy as np

    wanted, step = np.zeros(256, dtype=bool), np.zeros(256, dtype=np.int8)
    wanted[list(b'"[]{},')] = True
    step[list(b"[{")], step[list(b"]}")] = 1, -1
    return wanted, step


class Structure:
    """Follows a text from outside of any string, block by block; the depth is counted from there."""

    def __init__(self) -> None:
        self.depth = self.deepest = 0
        self._inside = self._escaped = False

    def marks(self, data: bytes) -> Iterator[tuple[int, int, int]]:
        """(place in `data`, byte, depth behind it) of every comma and closing bracket at depth 0 or below."""
        for begin in range(0, len(data), BLOCK):
            for place, mark, depth in self._marks(data[begin : begin + BLOCK]):
                yield begin + place, mark, depth

    def _marks(self, data: bytes) -> Iterator[tuple[int, int, int]]:
        import numpy as np

        wanted, step = _tables()
        found = np.frombuffer(self._without_escapes(data), dtype=np.uint8)
        places = np.flatnonzero(wanted[found])
        kinds = found[places]
        quotes = kinds == _QUOTE
        inside = np.logical_xor.accumulate(quotes) ^ self._inside
        self._inside = bool(inside[-1]) if len(inside) else self._inside
        outside = ~(quotes | inside)
        places, kinds = places[outside], kinds[outside]
        steps = step[kinds]
        depths = np.cumsum(steps, dtype=np.int64) + self.depth
        if len(depths):
            self.depth, self.deepest = int(depths[-1]), max(self.deepest, int(depths.max()))
        shown = np.flatnonzero((depths <= 0) & (steps <= 0))
        return zip(places[shown].tolist(), kinds[shown].tolist(), depths[shown].tolist(), strict=True)

    def _without_escapes(self, data: bytes) -> bytes:
        """The same bytes with something else where a backslash, or what stands behind it, stood."""
        if self._escaped:
            data = b"_" + data[1:]
            self._escaped = False
        if b"\\" in data:
            data = data.replace(b"\\\\", b"__").replace(b'\\"', b"__")
            self._escaped = data.endswith(b"\\")
        return data


def is_json(text: bytes) -> bool:
    """Whether `text` is one JSON value; bytes that are no UTF-8 pass."""
    try:
        _RAW(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    return True


def is_nearly_json(text: bytes) -> bool:
    """`is_json` that lets pass what Python's parser does: NaN, control characters and lone surrogates in strings.

    RecursionError where `text` is nested too deep.
    """
    return _parses(_NO_NUMBER.sub(b"null", _SURROGATE.sub(rb"\\u00", text.translate(_PASSED))))


def fault(text: bytes) -> str | None:
    """Why a value cannot be kept as its text: the first of several reasons that is true; None: it can."""
    try:
        if _parses(text) and _is_utf8(text):
            return None
        if b"\0" in text:
            return "nul_byte"
        if not _is_utf8(text):
            return "invalid_utf8"
        if _parses(_NO_NUMBER.sub(b"null", text)):
            return "not_a_number"
        return "lone_surrogate" if _parses(_SURROGATE.sub(rb"\\u00", text)) else "invalid_json"
    except RecursionError:
        return "nested_too_deep"


def _parses(text: bytes) -> bool:
    try:
        _RAW(text)
    except msgspec.DecodeError:
        return False
    return True


def _is_utf8(text: bytes) -> bool:
    try:
        return text.isascii() or bool(text.decode())
    except UnicodeDecodeError:
        return False
