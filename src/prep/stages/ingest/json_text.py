"""A JSON text taken apart value by value, with only a window of it in memory."""

from __future__ import annotations

import codecs
import json
from typing import IO, TYPE_CHECKING

from prep.stages.ingest.buffers import BLOCK

if TYPE_CHECKING:
    from collections.abc import Iterator

_WHITE = " \t\r\n"
# Finds the end of a value natively; what the value says is judged later, from its text.
_END = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False).raw_decode


class BrokenError(Exception):
    """From here on the text cannot be taken apart."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class JsonText:
    """Reads forward through `stream`. A value longer than `longest` bytes is a BrokenError."""

    def __init__(self, stream: IO[bytes], longest: int) -> None:
        self._stream, self._longest = stream, longest
        # Bytes that are no UTF-8 travel as lone surrogates and come out again as they were.
        self._decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
        self._text, self._at, self._ended = "", 0, False
        self._more(BLOCK)
        self._text = self._text.removeprefix("\ufeff")

    def peek(self) -> str:
        """The next character that is no white space; empty at the end. Not consumed."""
        while True:
            while self._at < len(self._text):
                if self._text[self._at] not in _WHITE:
                    return self._text[self._at]
                self._at += 1
            if self._ended:
                return ""
            self._more(BLOCK)

    def value(self) -> bytes:
        """The next value's text."""
        if not self.peek():
            raise BrokenError("truncated_file")
        wanted = BLOCK
        while True:
            try:
                _, end = _END(self._text, self._at)
            except RecursionError:
                raise BrokenError("nested_too_deep") from None
            except ValueError:
                end = -1
            # A number at the end of the window may go on behind it.
            if end >= 0 and (end < len(self._text) or self._ended):
                found = self._text[self._at : end]
                self._at = end
                return found.encode("utf-8", "surrogateescape")
            if self._ended:
                raise BrokenError("invalid_json")
            if len(self._text) - self._at > self._longest:
                raise BrokenError("document_too_long")
            self._more(wanted)
            wanted *= 2

    def items(self) -> Iterator[bytes]:
        """The items of the list that comes next."""
        self._take("[")
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            yield self.value()
            if self._closes("]"):
                return

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
        return self._text[self._at : self._at + BLOCK].encode("utf-8", "surrogateescape")

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

    def _more(self, count: int) -> None:
        data = self._stream.read(count)
        self._ended = not data
        self._text = self._text[self._at :] + self._decoder.decode(data, self._ended)
        self._at = 0
