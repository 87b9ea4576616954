"""JSON Lines: every line an object; values that are not strings keep their source text."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

import xxhash

from prep.stages.ingest.buffers import BLOCK, DamagedError
from prep.stages.ingest.json_structure import WHITE
from prep.stages.ingest.objects import Objects
from prep.stages.ingest.streams import UTF8_BOM, blocks_of, is_plain, open_stream
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prep.stages.ingest.rows import Rows
    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile


@reader(".jsonl", ".ndjson")
def read_jsonl(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:
    """Read the lines of a slice in batches of about `batch_bytes`."""
    batch = Objects(file)
    longest = file.options.longest
    blank = not piece.offset  # of a file that is cut, its first piece says that there is nothing in it
    number, at = piece.first_row - 1, 0
    left = piece.length if is_plain(file) else None
    with open_stream(file) as stream:
        if left is not None:
            at = stream.seek(piece.offset)
        try:
            while (left is None or left > 0) and (line := stream.readline(longest + 1)):
                number += 1
                size = len(line)
                blank = blank and not line.removeprefix(UTF8_BOM).strip(WHITE)
                if size > longest:
                    blank = False  # it is told of
                    size, digest = skip_line(stream, line)
                    batch.rows.quarantine(number, "line_too_long", line[:1024], digest)
                else:
                    batch.add(number, line, at)
                at += size
                left = left - size if left is not None else None
                if batch.rows.size >= batch_bytes:
                    yield batch.taken()
            if blank and not any(block.strip(WHITE) for block in blocks_of(stream)):
                batch.rows.quarantine_file("empty_file")
        except DamagedError as damage:
            batch.rows.quarantine_file(damage.reason)
    yield batch.taken()


def parse_lines(file: SourceFile, lines: Iterable[tuple[int, int, bytes]]) -> Rows:
    """The rows of single lines, each given as (line number, offset, bytes)."""
    batch = Objects(file)
    for number, at, line in lines:
        batch.add(number, line, at)
    return batch.taken()


def skip_line(stream: IO[bytes], start: bytes) -> tuple[int, str]:
    """Length in bytes and hash of a line of which `start` was read; the stream stands behind it."""
    digest = xxhash.xxh3_128(start)
    size = len(start)
    while not start.endswith(b"\n") and (start := stream.readline(BLOCK)):
        digest.update(start)
        size += len(start)
    return size, digest.hexdigest()
