"""Where a CSV file can be cut: on line ends outside quotes, as its reader sees them."""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING, NamedTuple

import xxhash

from prep.stages.ingest.buffers import BLOCK
from prep.stages.ingest.streams import UTF8_BOM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np


class Cut(NamedTuple):
    """A piece of the file: `length` bytes from `offset`, its first line (from 1), a hash of all that its rows say."""

    offset: int
    length: int
    first_row: int
    hash: str


class _IrregularError(Exception):
    """What rows there are depends on where reading begins."""


def cuts(path: Path, delimiter: str, slice_bytes: int, longest: int, encoding: Callable[[], str]) -> list[Cut] | None:
    """The pieces, each of whole rows and about `slice_bytes`; None where the file has to be read from its start.

    That is so where a line ends in CR alone, or a row is longer than `longest`. Each hash covers the header, too, and
    how the bytes are read: `encoding` tells it of a file that is no UTF-8. Raises OSError.
    """
    scan = _Scan(delimiter, slice_bytes, longest)
    try:
        with path.open("rb") as handle:
            while block := handle.read(BLOCK):
                scan.add(block)
        return scan.done(encoding)
    except _IrregularError:
        return None


class _Scan:
    """The state of one pass over the bytes."""

    def __init__(self, delimiter: str, slice_bytes: int, longest: int) -> None:
        self._rows = _Rows(delimiter.encode())
        self._slice_bytes, self._longest = slice_bytes, longest
        self._carry = b""
        self._at = self._start = self._row = 0  # offsets: of the next byte, of the piece, of the row
        self._line = self._first = 1
        self._digest = xxhash.xxh3_128()
        self._header: bytes | None = None
        self._head = b""
        self._found: list[tuple[int, int, int, str]] = []
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._utf8 = True
        self._returns = 0  # CR seen less CR LF seen

    def add(self, block: bytes) -> None:
        self._decode(block)
        data = self._carry + block
        end = data.rfind(b"\n") + 1
        self._carry = data[end:]
        if len(self._carry) > self._longest:
            raise _IrregularError
        if end:
            self._lines(data[:end])

    def done(self, encoding: Callable[[], str]) -> list[Cut]:
        self._decode(b"", final=True)
        if self._carry:
            self._lines(self._carry)
        if self._at > self._start or not self._found:
            self._close(self._at)
        read_as = "utf-8" if self._utf8 else encoding()
        told = b"%s\0%s\0%s" % (self._header or self._head, self._rows.delimiter, read_as.encode())
        return [
            Cut(offset, length, line, xxhash.xxh3_128_hexdigest(digest.encode() + told))
            for offset, length, line, digest in self._found
        ]

    def _decode(self, block: bytes, *, final: bool = False) -> None:
        if self._utf8 and (final or not block.isascii() or self._decoder.getstate()[0]):
            try:
                self._decoder.decode(block, final)
            except UnicodeDecodeError:
                self._utf8 = False

    def _lines(self, data: bytes) -> None:
        """Take whole lines; the last of the file may lack its end."""
        if data.count(b"\r") != data.count(b"\r\n"):
            raise _IrregularError
        base = done = self._at
        ends = self._rows.ends(data) + base + 1
        if len(ends):
            import numpy as np

            if int(np.diff(ends, prepend=self._row).max()) > self._longest:
                raise _IrregularError
            self._row = int(ends[-1])
        if base + len(data) - self._row > self._longest:
            raise _IrregularError
        if self._header is None:
            ends = self._find_header(data, ends)
        while len(ends):
            place = int(ends.searchsorted(self._start + self._slice_bytes))
            if place >= len(ends):
                break
            end = int(ends[place])
            self._take(data[done - base : end - base])
            self._close(end)
            done, ends = end, ends[place + 1 :]
        self._take(data[done - base :])

    def _find_header(self, data: bytes, ends: np.ndarray) -> np.ndarray:
        """The row ends behind the header, which is the first row that is not blank."""
        at = self._at
        for number, end in enumerate(ends):
            self._head += data[at - self._at : int(end) - self._at]
            at = int(end)
            if self._head.removeprefix(UTF8_BOM).strip(b"\r\n"):
                self._header = self._head
                return ends[number + 1 :]
        self._head += data[at - self._at :]
        return ends[:0]

    def _take(self, data: bytes) -> None:
        self._digest.update(data)
        self._line += data.count(b"\n")
        self._at += len(data)

    def _close(self, end: int) -> None:
        self._found.append((self._start, end - self._start, self._first, self._digest.hexdigest()))
        self._start, self._first = end, self._line
        self._digest = xxhash.xxh3_128()


class _Rows:
    """Finds the line ends that end a row, in one run of whole lines after the other."""

    def __init__(self, delimiter: bytes) -> None:
        self.delimiter = delimiter
        self._quoted = False
        self._opens = re.compile(rb'(?:\A|(?<=[\n%s]))"' % re.escape(delimiter))
        self._closes = re.compile(rb'[^"]*+(?:""[^"]*+)*+"')

    def ends(self, data: bytes) -> np.ndarray:
        """The offsets of the line ends in `data` that end a row."""
        import numpy as np

        if b'"' not in data:
            ends = np.flatnonzero(np.frombuffer(data, np.uint8) == 10)
            return ends[:0] if self._quoted else ends
        return self._by_parity(data) if self._is_regular(data) else self._one_by_one(data)

    def _is_regular(self, data: bytes) -> bool:
        """Whether every quote opens a field at its start, ends one, or is one of two inside a field."""
        import numpy as np

        found = np.frombuffer(data, np.uint8)
        quotes = np.flatnonzero(found == 34)
        opening, closing = quotes[int(self._quoted) :: 2], quotes[1 - int(self._quoted) :: 2]
        opening = opening[opening > 0]
        closing = closing[closing < len(data) - 1]
        mark = self.delimiter[0]
        before, after = found[opening - 1], found[closing + 1]
        return bool(
            ((before == mark) | (before == 10) | (before == 34)).all()
            and ((after == mark) | (after == 10) | (after == 13) | (after == 34)).all()
        )

    def _by_parity(self, data: bytes) -> np.ndarray:
        import numpy as np

        found = np.frombuffer(data, np.uint8)
        quotes, lines = np.flatnonzero(found == 34), np.flatnonzero(found == 10)
        outside = (np.searchsorted(quotes, lines) + int(self._quoted)) % 2 == 0
        self._quoted = bool((len(quotes) + int(self._quoted)) % 2)
        ends: np.ndarray = lines[outside]
        return ends

    def _one_by_one(self, data: bytes) -> np.ndarray:
        """For lines with a quote in an odd place: inside a bare field it is a letter, behind a closed one the row is
        broken up to its line's end."""
        import numpy as np

        return np.fromiter(self._walk(data), np.int64)

    def _walk(self, data: bytes) -> Iterator[int]:
        at = 0
        while at < len(data):
            if not self._quoted:
                opened = self._opens.search(data, at)
                stop = opened.end() if opened else len(data)
                while (end := data.find(b"\n", at, stop)) >= 0:
                    yield end
                    at = end + 1
                at, self._quoted = stop, opened is not None
            else:
                closed = self._closes.match(data, at)
                if closed is None:
                    return
                at, self._quoted = closed.end(), False
                if data[at : at + 1] not in (self.delimiter, b"\n", b"\r", b""):
                    at = data.find(b"\n", at)
                    if at < 0:
                        return
