"""CSV and TSV: quoted fields, line breaks inside them, legacy encodings; a row that does not fit is set aside."""

from __future__ import annotations

import csv
from typing import IO, TYPE_CHECKING

from prep.stages.ingest.buffers import DamagedError
from prep.stages.ingest.csv_shape import checked_header, find_delimiter, is_seekable, open_lines
from prep.stages.ingest.encodings import decode
from prep.stages.ingest.readers.jsonl import skip_line
from prep.stages.ingest.rows import LEAST_ROW, MOST_COLUMNS, Rows
from prep.stages.ingest.streams import UTF8_BOM, find_encoding
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile


# No header of a table is longer; one that is costs more memory than the file has bytes.
_LONGEST_HEADER = 1024 * 1024


class _TooLongError(Exception):
    def __init__(self, size: int, digest: str) -> None:
        self.size, self.digest = size, digest


@reader(".csv", ".tsv")
def read_csv(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:
    """Read the rows of a slice in batches of about `batch_bytes`; a row's number is its first line's."""
    encoding, delimiter = find_encoding(file), find_delimiter(file)
    longest = file.options.longest
    csv.field_size_limit(longest)
    rows = Rows(file)
    names: list[str] = _header(file, encoding, delimiter) if piece.offset else []
    if piece.offset and not names:
        return  # the file's first slice says what is wrong with the header
    cells: list[list[str]] = []
    begins, at = piece.first_row, piece.offset
    with open_lines(file) as stream:
        left = None
        if is_seekable(file):
            stream.seek(piece.offset)
            left = piece.length
        lines = _Lines(stream, encoding, longest if names else min(longest, _LONGEST_HEADER), left)
        taken = lines.taken
        parser = csv.reader(lines, delimiter=delimiter, strict=True)
        while True:
            taken.clear()
            reason = digest = None
            row: list[str] = []
            try:
                row = next(parser)
            except StopIteration:
                break
            except csv.Error as error:
                reason = _reason(str(error))
            except _TooLongError as error:
                reason, digest = "line_too_long", error.digest
                at += error.size - len(taken[-1])
            except DamagedError as damage:
                rows.quarantine_file(damage.reason)
                break
            raw = taken[0] if len(taken) == 1 else b"".join(taken)
            size = len(raw)
            if reason is None and row:
                if not names and (len(row) > MOST_COLUMNS or b"\0" in raw):
                    rows.quarantine_file("invalid_header", raw)
                    break
                if not names:
                    names, row, lines.longest = checked_header(row), [], longest
                    if not names:
                        rows.quarantine_file("duplicate_column", raw)
                        break
                elif len(row) != len(names):
                    reason = "ragged_row"
                elif b"\0" in raw:
                    reason = "nul_byte"
            elif reason is not None and not names:
                rows.quarantine_file("invalid_header", raw)
                break
            if reason is not None:
                rows.quarantine(begins, reason, raw, digest)
            elif row:
                cells.append(row)
                rows.rows.append(begins)
                rows.places.append((at, size))
                rows.size += size if size > LEAST_ROW else LEAST_ROW
            begins, at = begins + len(taken), at + size
            if rows.size >= batch_bytes:
                yield _filled(rows, names, cells)
                rows, cells = Rows(file), []
    if not names and not rows.broken:
        rows.quarantine_file("empty_file")
    yield _filled(rows, names, cells)


def parse_rows(file: SourceFile, found: Iterable[tuple[int, int, bytes]]) -> Rows:
    """The rows at known places, each given as (line number, offset, bytes)."""
    encoding, delimiter = find_encoding(file), find_delimiter(file)
    csv.field_size_limit(file.options.longest)
    rows = Rows(file)
    names = _header(file, encoding, delimiter)
    cells = []
    for number, at, data in found:
        lines = decode(data, encoding).split("\n")
        text = [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
        cells.append(next(csv.reader(text, delimiter=delimiter, strict=True)))
        rows.rows.append(number)
        rows.places.append((at, len(data)))
        rows.size += len(data)
    return _filled(rows, names, cells)


def _header(file: SourceFile, encoding: str, delimiter: str) -> list[str]:
    """The names in the file's header; none where it is broken."""
    with open_lines(file) as stream:
        try:
            lines = _Lines(stream, encoding, min(file.options.longest, _LONGEST_HEADER))
            row = next((row for row in csv.reader(lines, delimiter=delimiter, strict=True) if row), [])
        except (csv.Error, _TooLongError, DamagedError):
            return []
    return checked_header(row) if len(row) <= MOST_COLUMNS else []


class _Lines:
    """Line by line as text, to the end of the stream or for `left` bytes; the bytes of each go into `taken`."""

    def __init__(self, stream: IO[bytes], encoding: str, longest: int, left: int | None = None) -> None:
        self.taken: list[bytes] = []
        self._stream, self._readline = stream, stream.readline
        self._encoding, self._utf8 = encoding, encoding == "utf-8"
        self.longest, self._left = longest, left
        self._first = not stream.tell() if stream.seekable() else True

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if self._left is not None and self._left <= 0:
            raise StopIteration
        line = self._readline(self.longest + 1)
        if not line:
            raise StopIteration
        size = len(line)
        self.taken.append(line)
        if size > self.longest:
            self.taken[-1] = line[:1024]
            size, digest = skip_line(self._stream, line)
        if self._left is not None:
            self._left -= size
        if size > self.longest:
            raise _TooLongError(size, digest)
        if self._first:
            line, self._first = line.removeprefix(UTF8_BOM), False
        return line.decode("utf-8", "replace") if self._utf8 else decode(line, self._encoding)


def _reason(message: str) -> str:
    if "end of data" in message:
        return "unterminated_quote"
    return "field_too_long" if "field limit" in message else "invalid_csv"


def _filled(rows: Rows, names: list[str], cells: list[list[str]]) -> Rows:
    rows.columns = dict(zip(names, zip(*cells, strict=True), strict=True)) if cells else {name: [] for name in names}
    rows.json = [None] * len(cells)
    return rows
