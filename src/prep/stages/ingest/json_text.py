"""A JSON text taken apart value by value, with only a window of it in memory."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING

from prep.stages.ingest.buffers import BLOCK
from prep.stages.ingest.json_structure import COMMA, WHITE, Structure, is_json, is_nearly_json
from prep.stages.ingest.streams import UTF8_BOM

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEAR = 64  # bytes in which a value most likely begins
_FIRST_LOOK = 4096  # bytes in which one beside a list most likely ends
_LARGE = 1024 * 1024  # bytes from which on no value is made to see where it breaks
# Says where a broken text breaks; what a value says is judged later, from its text.
_START = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False).raw_decode


class BrokenError(Exception):
    """From here on the text cannot be taken apart."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class JsonText:
    """Reads forward through `stream`. A value longer than `longest` bytes is a BrokenError."""

    def __init__(self, stream: IO[bytes], longest: int) -> None:
        self._stream, self._longest = stream, longest
        self._data, self._at, self._ended = b"", 0, False
        self._more(BLOCK)
        self._data = self._data.removeprefix(UTF8_BOM)

    def peek(self) -> str:
        """The next character that is no white space; empty at the end. Not consumed."""
        while True:
            near = self._data[self._at : self._at + _NEAR]
            rest = near.lstrip(WHITE)
            self._at += len(near) - len(rest)
            if rest:
                return chr(rest[0])
            if not near and self._ended:
                return ""
            if not near:
                self._more(BLOCK)

    def value(self) -> bytes:
        """The next value's text."""
        first = self.peek()
        if not first:
            raise BrokenError("truncated_file")
        found = self._container() if first in "{[" else self._single()
        self._at += len(found)
        return found

    def _container(self) -> bytes:
        """The list or object that comes next, up to the bracket that closes it."""
        structure, looked, wanted = Structure(), self._at, _FIRST_LOOK
        while True:
            block = self._data[looked : looked + wanted]
            for place, mark, depth in structure.marks(block):
                if depth == 0 and mark != COMMA:
                    return _sound(self._data[self._at : looked + place + 1])
            looked, wanted = looked + len(block), wanted * 2
            if looked < len(self._data):
                continue
            if self._ended:
                return _sound(self._data[self._at :])
            looked -= self._at
            self._refill(looked)

    def _single(self) -> bytes:
        """The string, number or word that comes next."""
        while True:
            text = self._data[self._at :].decode("utf-8", "surrogateescape")
            try:
                end = _START(text)[1]
            except ValueError:
                end = -1
            # A number at the end of the window may go on behind it.
            if end >= 0 and (end < len(text) or self._ended):
                return text[:end].encode("utf-8", "surrogateescape")
            if self._ended:
                raise BrokenError("invalid_json")
            self._refill(len(self._data) - self._at)

    def items(self) -> Iterator[bytes]:
        """The items of the list that comes next."""
        self._take("[")
        if self.peek() == "]":
            self._at += 1
            return
        structure, looked = Structure(), self._at
        while True:
            for place, mark, depth in structure.marks(self._data[looked:]):
                end = looked + place
                if depth < 0 or mark == COMMA:
                    item = self._data[self._at : end].strip(WHITE)
                    if is_json(item):
                        yield item
                    else:
                        yield from self._broken(end)
                    self._at = end
                    if depth < 0:
                        self._take("]")
                        return
                    self._at += 1
            if self._ended:
                if not self.peek():
                    raise BrokenError("truncated_file")
                yield from self._broken(len(self._data))
                raise BrokenError("truncated_file")
            looked = len(self._data) - self._at
            self._refill(looked)

    def _broken(self, end: int) -> Iterator[bytes]:
        """What is to be an item up to `end`; where it ends before, the text breaks."""
        self.peek()
        whole = self._data[self._at : end].strip(WHITE)
        item = _sound(whole)
        yield item
        self._at += len(item)
        self.peek()
        if len(item) < len(whole):
            raise BrokenError("invalid_json")

    def names(self) -> Iterator[str]:
        """The keys of the object that comes next; whoever asks takes each key's value before the next one."""
        self._take("{")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                raise BrokenError("invalid_json")
            key = self.value()
            self._take(":")
            try:
                yield json.loads(key)
            except ValueError:  # no UTF-8, or a control character
                raise BrokenError("invalid_json") from None
            if self._closes("}"):
                return

    def end(self) -> None:
        """Say that nothing comes any more."""
        if self.peek():
            raise BrokenError("invalid_json")

    def rest(self) -> bytes:
        """The start of what is left, for the quarantine."""
        return self._data[self._at : self._at + BLOCK]

    def _closes(self, mark: str) -> bool:
        """Whether `mark` comes next; else it is a comma. Both are taken."""
        found = self.peek()
        if found not in (mark, ",") or not found:
            raise BrokenError("invalid_json" if found else "truncated_file")
        self._at += 1
        return found == mark

    def _take(self, mark: str) -> None:
        if self.peek() != mark:
            raise BrokenError("invalid_json" if self.peek() else "truncated_file")
        self._at += 1

    def _refill(self, held: int) -> None:
        """Read on behind the `held` bytes of a value that goes on: as many again."""
        if held > self._longest:
            raise BrokenError("document_too_long")
        self._more(max(BLOCK, held))

    def _more(self, count: int) -> None:
        data = self._stream.read(count)
        self._ended = not data
        self._data, self._at = self._data[self._at :] + data, 0


def _sound(text: bytes) -> bytes:
    """The value that `text` is or begins with. BrokenError where there is none."""
    try:
        if is_json(text) or (len(text) >= _LARGE and is_nearly_json(text)):
            return text
        if len(text) < _LARGE:
            whole = text.decode("utf-8", "surrogateescape")
            return whole[: _START(whole)[1]].encode("utf-8", "surrogateescape")
        for place, mark, depth in Structure().marks(text):
            if depth == 0 and mark != COMMA and is_nearly_json(text[: place + 1]):
                return text[: place + 1]
            if depth == 0:
                break
    except RecursionError:
        raise BrokenError("nested_too_deep") from None
    except ValueError:
        pass
    raise BrokenError("invalid_json")
