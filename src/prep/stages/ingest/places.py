"""Reading single rows again, by the place where they were found."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING

from prep.stages.ingest import csv_shape
from prep.stages.ingest.read import grouped
from prep.stages.ingest.readers import csv, jsonl
from prep.stages.ingest.streams import is_plain, open_stream

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prep.stages.ingest.rows import Rows
    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile

# (row, offset in the stream, length), in the order of offsets.
Place = tuple[int, int, int]


def read_places(
    pieces: Sequence[tuple[SourceFile, Slice]], places: dict[str, list[Place]], batch_bytes: int
) -> Iterator[list[Rows]]:
    """The rows at `places` (by file name). A file is read from place to place; one without offsets is read whole."""
    for name, wanted in places.items():
        own = [(file, piece) for file, piece in pieces if file.name == name or name.startswith(f"{file.name}/")]
        file = own[0][0]
        if file.format == "jsonl":
            with open_stream(file) as stream:
                yield [jsonl.parse_lines(file, _bytes(stream, wanted, seek=is_plain(file)))]
        elif file.format == "csv":
            with csv_shape.open_lines(file) as stream:
                yield [csv.parse_rows(file, _bytes(stream, wanted, seek=csv_shape.is_seekable(file)))]
        else:
            yield from grouped(own, batch_bytes)


def _bytes(stream: IO[bytes], places: Iterable[Place], *, seek: bool) -> Iterator[tuple[int, int, bytes]]:
    at = 0
    for row, offset, length in places:
        if seek:
            stream.seek(offset)
        else:
            while at < offset and (skipped := stream.read(min(offset - at, 1024 * 1024))):
                at += len(skipped)
        data = stream.read(length)
        at += len(data)
        yield row, offset, data
