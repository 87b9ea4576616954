"""How a file is cut: byte ranges on line ends, row groups, or whole; found in one pass, with a hash of each piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import xxhash

from prep.stages.ingest.footer import row_groups
from prep.stages.ingest.streams import BLOCK, UTF16

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prep.stages.ingest.discover import SourceFile

# JSON lines end where a byte says so; a quoted CSV field or a compressed stream does not tell from the middle.
CUT_BY_LINE = ("jsonl",)
CUT_BY_ROW_GROUP = ("parquet",)


@dataclass(frozen=True)
class Slice:
    """A piece of a file: `length` bytes from `offset`; `first_row` is its first line or row, from 1.

    `rows` is how many rows it has where that is known without reading them (Parquet). `hash` is of its content.
    """

    offset: int
    length: int
    first_row: int
    hash: str
    rows: int | None = None


def scan(file: SourceFile, slice_bytes: int) -> list[Slice]:
    """The slices of `file`, none much longer than `slice_bytes`, found in one pass in bounded memory.

    A file that cannot be read is one slice: reading it will say so.
    """
    try:
        if file.compression is None and file.format in CUT_BY_LINE:
            return list(_lines(file.path, slice_bytes))
        if file.compression is None and file.format in CUT_BY_ROW_GROUP:
            return list(_row_groups(file.path, slice_bytes))
        return [_whole(file.path)]
    except OSError as error:
        return [Slice(0, 1, 1, f"unreadable:{error.errno}")]


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
        start = handle.read(2)
        if start in UTF16:
            yield _whole(path)
            return
        handle.seek(0)
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
