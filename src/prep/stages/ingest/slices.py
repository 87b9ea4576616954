"""How a file is cut: byte ranges on line ends, row groups, or whole; found in one pass, with a hash of each piece."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import xxhash

from prep.stages.ingest.buffers import BLOCK, DamagedError
from prep.stages.ingest.footer import row_groups
from prep.stages.ingest.source_file import NEVER_OPENED
from prep.stages.ingest.streams import blocks_of, find_encoding, is_plain, open_raw

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prep.stages.ingest.source_file import SourceFile

# JSON lines end where a byte says so, CSV rows where that byte is not quoted; a compressed stream does not tell.
CUT_BY_LINE = ("jsonl",)
CUT_BY_ROW = ("csv",)
CUT_BY_ROW_GROUP = ("parquet",)


@dataclass(frozen=True)
class Slice:
    """A piece of a file: `length` bytes from `offset`; `first_row` is its first line or row, from 1.

    `rows` is how many rows it has where that is known without reading them (Parquet). `hash` is of its content,
    `stamp` says which state of the file that was.
    """

    offset: int
    length: int
    first_row: int
    hash: str
    rows: int | None = None
    stamp: str = ""


def stamp(place: str) -> str:
    """What changes when a file is written to."""
    status = os.stat(place)  # noqa: PTH116 (there may be very many)
    return f"{status.st_size}:{status.st_mtime_ns}:{status.st_ino}"


def scan(file: SourceFile, slice_bytes: int) -> list[Slice]:
    """The slices of `file`, none much longer than `slice_bytes`, found in one pass in bounded memory.

    A file that cannot be read is one slice: reading it will say so.
    """
    if file.refused in NEVER_OPENED:
        return [Slice(0, 1, 1, f"refused:{file.refused}")]
    try:
        before = stamp(file.place)
        return [replace(piece, stamp=before) for piece in _pieces(file, slice_bytes)]
    except OSError as error:
        return [Slice(0, 1, 1, f"unreadable:{error.errno}")]


def _pieces(file: SourceFile, slice_bytes: int) -> Iterator[Slice]:
    if file.member is not None:
        yield _member(file)
    elif file.refused is not None or file.compression is not None or not is_plain(file):
        yield _whole(file.path)
    elif file.format in CUT_BY_LINE:
        yield from _lines(file.path, slice_bytes)
    elif file.format in CUT_BY_ROW:
        yield from _rows(file, slice_bytes)
    elif file.format in CUT_BY_ROW_GROUP:
        yield from _row_groups(file.path, slice_bytes)
    else:
        yield _whole(file.path)


def _member(file: SourceFile) -> Slice:
    """A member of an archive; of one that is not read, its name says enough."""
    size, digest = 0, xxhash.xxh3_128()
    if file.refused is not None:
        return Slice(0, 1, 1, f"refused:{file.refused}")
    try:
        with open_raw(file) as stream:
            for block in blocks_of(stream):
                size += len(block)
                digest.update(block)
    except DamagedError as damage:
        digest.update(damage.reason.encode())
    return Slice(0, size, 1, digest.hexdigest())


def _whole(path: Path) -> Slice:
    size, digest = 0, xxhash.xxh3_128()
    with path.open("rb") as handle:
        while block := handle.read(BLOCK):
            size += len(block)
            digest.update(block)
    return Slice(0, size, 1, digest.hexdigest())


def _lines(path: Path, slice_bytes: int) -> Iterator[Slice]:
    offset = length = lines = 0
    first = 1
    digest = xxhash.xxh3_128()
    with path.open("rb") as handle:
        while block := handle.read(min(BLOCK, slice_bytes)):
            if length + len(block) >= slice_bytes and (end := block.find(b"\n")) >= 0:
                head, block = block[: end + 1], block[end + 1 :]
                digest.update(head)
                length += len(head)
                lines += 1
                yield Slice(offset, length, first, digest.hexdigest())
                offset, length, first, lines = offset + length, 0, first + lines, 0
                digest = xxhash.xxh3_128()
            digest.update(block)
            length += len(block)
            lines += block.count(b"\n")
    if length or offset == 0:
        yield Slice(offset, length, first, digest.hexdigest())


def _rows(file: SourceFile, slice_bytes: int) -> Iterator[Slice]:
    from prep.stages.ingest.csv_cuts import cuts
    from prep.stages.ingest.csv_shape import find_delimiter, is_seekable

    found = None
    if is_seekable(file):
        encoding = partial(find_encoding, file)
        found = cuts(file.path, find_delimiter(file), slice_bytes, file.options.longest, encoding)
    if found is None:
        yield _whole(file.path)
    else:
        yield from (Slice(*cut) for cut in found)


def _row_groups(path: Path, slice_bytes: int) -> Iterator[Slice]:
    """Whole row groups, together about `slice_bytes`; each hash covers the file's schema, too."""
    found = row_groups(path)
    if found is None:
        yield _whole(path)
        return
    schema, groups = found
    with path.open("rb") as handle:
        first, at = 1, 0
        while at < len(groups):
            digest = xxhash.xxh3_128(schema)
            offset, length, rows = groups[at].offset, 0, 0
            while at < len(groups) and (not length or length + groups[at].length <= slice_bytes):
                group = groups[at]
                handle.seek(group.offset)
                left = group.length
                while left and (block := handle.read(min(BLOCK, left))):
                    digest.update(block)
                    left -= len(block)
                length, rows, at = length + group.length, rows + group.rows, at + 1
            yield Slice(offset, length, first, digest.hexdigest(), rows)
            first += rows
