"""How a file is cut: byte ranges on line ends, row groups, or whole; found in one pass, with a hash of each piece."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import xxhash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prep.stages.ingest.discover import SourceFile

# JSON lines end where a byte says so; a quoted CSV field or a compressed stream does not tell from the middle.
CUT_BY_LINE = ("jsonl",)
_BLOCK = 1024 * 1024


@dataclass(frozen=True)
class Slice:
    """A piece of a file: bytes from `offset` (Parquet: row groups from that number), `first_row` counts from 1."""

    offset: int
    length: int
    first_row: int
    hash: str
    rows: int | None = None


def scan(file: SourceFile, slice_bytes: int) -> list[Slice]:
    """The slices of `file`, none longer than about `slice_bytes`, read once in bounded memory. Raises OSError."""
    if file.compression is None and file.format in CUT_BY_LINE:
        return list(_lines(file.path, slice_bytes))
    size, digest = 0, xxhash.xxh3_128()
    with file.path.open("rb") as handle:
        while block := handle.read(_BLOCK):
            size += len(block)
            digest.update(block)
    return [Slice(0, size, 1, digest.hexdigest())]


def _lines(path: Path, slice_bytes: int) -> Iterator[Slice]:
    offset = length = lines = 0
    first = 1
    digest = xxhash.xxh3_128()
    with path.open("rb") as handle:
        while block := handle.read(min(_BLOCK, slice_bytes)):
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
