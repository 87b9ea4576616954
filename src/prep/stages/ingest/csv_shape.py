"""How a CSV file is written: its delimiter, its line ends, its header."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, TYPE_CHECKING

from prep.stages.ingest.buffers import DamagedError, buffered
from prep.stages.ingest.compression import ENDINGS
from prep.stages.ingest.streams import UTF8_BOM, blocks_of, is_plain, open_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.source_file import SourceFile

HEAD = 64 * 1024


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
    """The one that is named; tab for `.tsv`; else what the header and the first rows agree on best."""
    from prep.stages.tables import sniff  # polars behind it is late: a run with nothing to do loads the readers

    if file.options.delimiter is not None:
        return file.options.delimiter
    endings = [one for one in PurePosixPath(file.relative.lower()).suffixes if one not in ENDINGS]
    if endings[-1:] == [".tsv"]:
        return "\t"
    head = _head(file).removeprefix(UTF8_BOM)
    if _is_macintosh(head):
        head = head.replace(b"\r", b"\n")
    return sniff(head.decode("utf-8", "replace"), whole=len(head) < HEAD - len(UTF8_BOM))


def checked_header(names: list[str]) -> list[str]:
    """The header's names, a blank one called by its place, as `column_3`; none where one stands twice."""
    names = [name if name.strip() else f"column_{number}" for number, name in enumerate(names, 1)]
    return names if len(set(names)) == len(names) else []


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
