"""CSV and TSV: quoted fields, line breaks inside them, legacy encodings; a row that does not fit is set aside."""

from __future__ import annotations

import csv
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from prep.errors import InputError
from prep.stages.ingest.readers.jsonl import skip_line
from prep.stages.ingest.rows import LONGEST, Rows
from prep.stages.ingest.streams import (
    UTF8_BOM,
    DamagedError,
    blocks_of,
    buffered,
    decode,
    find_encoding,
    is_plain,
    open_stream,
)
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prep.stages.ingest.discover import SourceFile
    from prep.stages.ingest.slices import Slice

HEAD = 64 * 1024


class _TooLongError(Exception):
    def __init__(self, size: int, digest: str) -> None:
        self.size, self.digest = size, digest


@reader(".csv", ".tsv")
def read_csv(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:  # noqa: ARG001
    """Read the rows below the header in batches of about `batch_bytes`; a row's number is its first line's."""
    encoding, delimiter = find_encoding(file), find_delimiter(file)
    csv.field_size_limit(LONGEST)
    rows = Rows(file)
    names: list[str] = []
    cells: list[list[str]] = []
    begins, at = 1, 0
    taken: list[bytes] = []
    with open_lines(file) as stream:
        parser = csv.reader(_lines(stream, encoding, taken), delimiter=delimiter, strict=True)
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
                parser = csv.reader(_lines(stream, encoding, taken), delimiter=delimiter, strict=True)
                at += error.size - len(taken[-1])
            except DamagedError as damage:
                rows.quarantine_file(damage.reason)
                break
            raw = taken[0] if len(taken) == 1 else b"".join(taken)
            size = len(raw)
            if reason is None and row:
                if not names:
                    names, row = _header(file, row), []
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
                rows.size += size
            begins, at = begins + len(taken), at + size
            if rows.size >= batch_bytes:
                yield _filled(rows, names, cells)
                rows, cells = Rows(file), []
    if not at and not rows.broken:
        rows.quarantine_file("empty_file")
    yield _filled(rows, names, cells)


def parse_rows(file: SourceFile, found: Iterable[tuple[int, int, bytes]]) -> Rows:
    """The rows at known places, each given as (line number, offset, bytes)."""
    encoding, delimiter = find_encoding(file), find_delimiter(file)
    rows = Rows(file)
    with open_lines(file) as stream:
        parser = csv.reader(_lines(stream, encoding, []), delimiter=delimiter, strict=True)
        names = _header(file, next(row for row in parser if row))
    cells = []
    for number, at, data in found:
        lines = decode(data, encoding).split("\n")
        text = [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
        cells.append(next(csv.reader(text, delimiter=delimiter, strict=True)))
        rows.rows.append(number)
        rows.places.append((at, len(data)))
        rows.size += len(data)
    return _filled(rows, names, cells)


@contextmanager
def open_lines(file: SourceFile) -> Iterator[IO[bytes]]:
    """The bytes of `file`, with line ends of the old Macintosh kind (CR alone) as LF."""
    head = _head(file)
    with open_stream(file) as stream:
        if _is_macintosh(head):
            yield buffered(block.replace(b"\r", b"\n") for block in blocks_of(stream))
        else:
            yield stream


def is_seekable(file: SourceFile) -> bool:
    """Whether a row's place is its place in the file itself."""
    return is_plain(file) and not _is_macintosh(_head(file))


def find_delimiter(file: SourceFile) -> str:
    """Tab for `.tsv`, else what the header and the first rows agree on best."""
    from prep.stages.tables import sniff  # polars behind it is late: a run with nothing to do loads the readers

    if file.path.name.lower().removesuffix(".gz").removesuffix(".zst").endswith(".tsv"):
        return "\t"
    head = _head(file).removeprefix(UTF8_BOM)
    if _is_macintosh(head):
        head = head.replace(b"\r", b"\n")
    return sniff(head.decode("utf-8", "replace"), whole=len(head) < HEAD - len(UTF8_BOM))


def _is_macintosh(head: bytes) -> bool:
    return b"\r" in head[:-1] and b"\n" not in head


def _head(file: SourceFile) -> bytes:
    head = b""
    with open_stream(file) as stream:
        try:
            while len(head) < HEAD and (block := stream.read1(HEAD - len(head))):  # type: ignore[attr-defined]
                head += block
        except DamagedError:
            pass  # reading the rows will say so
    return head


def _lines(stream: IO[bytes], encoding: str, taken: list[bytes]) -> Iterator[str]:
    """Line by line as text; the bytes of each go into `taken`."""
    readline = stream.readline
    utf8 = encoding == "utf-8"
    first = not stream.tell() if stream.seekable() else True
    while line := readline(LONGEST + 1):
        taken.append(line)
        if len(line) > LONGEST:
            taken[-1] = line[:1024]
            raise _TooLongError(*skip_line(stream, line))
        if first:
            line, first = line.removeprefix(UTF8_BOM), False
        yield line.decode("utf-8", "replace") if utf8 else decode(line, encoding)


def _reason(message: str) -> str:
    if "end of data" in message:
        return "unterminated_quote"
    return "field_too_long" if "field limit" in message else "invalid_csv"


def _header(file: SourceFile, names: list[str]) -> list[str]:
    """The header's names; one that is blank is called by its place, as `column_3`."""
    names = [name if name.strip() else f"column_{number}" for number, name in enumerate(names, 1)]
    twice = [name for number, name in enumerate(names) if name in names[:number]]
    if twice:
        raise InputError(
            f"the column {twice[0]!r} stands twice in the header",
            where=file.name,
            hint="give every column its own name",
        )
    return names


def _filled(rows: Rows, names: list[str], cells: list[list[str]]) -> Rows:
    rows.columns = dict(zip(names, zip(*cells, strict=True), strict=True)) if cells else {name: [] for name in names}
    rows.json = [None] * len(cells)
    return rows
