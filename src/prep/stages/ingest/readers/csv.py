"""CSV and TSV: quoted fields, line breaks inside them, legacy encodings; a row that does not fit is set aside."""

from __future__ import annotations

import csv
import io
import sys
from typing import TYPE_CHECKING

from prep.errors import InputError
from prep.stages.ingest.rows import Rows
from prep.stages.ingest.streams import DAMAGED, find_encoding, open_stream
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.discover import SourceFile
    from prep.stages.ingest.slices import Slice

DELIMITERS = ",;\t|"


@reader(".csv", ".tsv")
def read_csv(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:
    """Read the rows below the header in batches of about `batch_bytes`."""
    rows = Rows(file)
    if not piece.length:
        rows.quarantine_file("empty_file")
        yield rows
        return
    csv.field_size_limit(sys.maxsize)
    with open_stream(file) as stream:
        text = io.TextIOWrapper(stream, find_encoding(file), errors="replace", newline="")
        source = Lines(text)
        try:
            header = _header(file, source)
            names = next(csv.reader([header[0]], delimiter=header[1])) if header else []
        except DAMAGED:
            header, names = None, []
            rows.quarantine_file("truncated_file")
        if header is None or not names:
            yield rows
            return
        _check(file, names)
        found = csv.reader(source, delimiter=header[1], strict=True)
        yield from _rows(file, rows, found, source, names, batch_bytes)


class Lines:
    """The lines of a text, with the number of the line that a row began on and what was read since."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.number = 0
        self.taken: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline()
        if not line:
            raise StopIteration
        self.number += 1
        self.taken.append(line)
        return line


def _rows(
    file: SourceFile, rows: Rows, found: Iterator[list[str]], source: Lines, names: list[str], batch_bytes: int
) -> Iterator[Rows]:
    while True:
        source.taken.clear()
        begins = source.number + 1
        try:
            row = next(found, None)
        except csv.Error as error:
            reason = "unterminated_quote" if "end of data" in str(error) else "invalid_csv"
            rows.quarantine(begins, reason, _bytes(source.taken))
            if reason == "unterminated_quote":
                break
            continue
        except DAMAGED:
            rows.quarantine_file("truncated_file")
            break
        if row is None:
            break
        if not row:
            continue
        taken = source.taken
        if len(row) != len(names):
            rows.quarantine(begins, "ragged_row", _bytes(taken))
        elif any("\0" in line for line in taken):
            rows.quarantine(begins, "nul_byte", _bytes(taken))
        else:
            for name, cell in zip(names, row, strict=True):
                rows.columns.setdefault(name, []).append(cell)
            rows.rows.append(begins)
            rows.json.append(None)
        rows.size += sum(map(len, taken))
        if rows.size >= batch_bytes:
            yield rows
            rows = Rows(file)
    yield rows


def _bytes(lines: list[str]) -> bytes:
    return "".join(lines).encode("utf-8", "surrogatepass")


def _header(file: SourceFile, source: Lines) -> tuple[str, str] | None:
    """The header's text and the delimiter; a quoted name may run over several lines."""
    text = ""
    for line in source:
        text += line
        if text.count('"') % 2 == 0 and text.strip():
            break
    if not text.strip():
        return None
    if file.path.name.lower().removesuffix(".gz").removesuffix(".zst").endswith(".tsv"):
        return text, "\t"
    counts = {mark: len(next(csv.reader([text], delimiter=mark))) for mark in DELIMITERS}
    return text, max(DELIMITERS, key=lambda mark: counts[mark])


def _check(file: SourceFile, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice or "" in [name.strip() for name in names]:
        what = f"the column {twice[0]!r} stands twice" if twice and twice[0].strip() else "a column has no name"
        raise InputError(f"{what} in the header", where=f"{file.relative}:1", hint="give every column its own name")
