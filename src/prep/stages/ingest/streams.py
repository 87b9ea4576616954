"""The bytes of a file as a stream: a slice of it, decompressed; damage is told apart from its end."""

from __future__ import annotations

import gzip
import io
import zlib
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import zstandard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.discover import SourceFile

# What the decompressors raise on damaged input.
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile, zstandard.ZstdError)


@contextmanager
def open_stream(file: SourceFile, offset: int = 0) -> Iterator[IO[bytes]]:
    """The decompressed bytes of `file` from `offset` (plain files only). Reading may raise one of `DAMAGED`."""
    with file.path.open("rb") as raw:
        if file.compression == "gz":
            with gzip.GzipFile(fileobj=raw) as stream:
                yield io.BufferedReader(stream, 1024 * 1024)
        elif file.compression == "zst":
            with zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True) as stream:
                yield io.BufferedReader(stream, 1024 * 1024)
        else:
            raw.seek(offset)
            yield raw


def find_encoding(file: SourceFile) -> str:
    """`utf-8-sig`, `utf-16`, or `cp1252` where the file's bytes are no UTF-8; the whole file decides."""
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")()
    with open_stream(file) as stream:
        block = stream.read(1024 * 1024)
        if block[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        try:
            while block:
                decoder.decode(block)
                block = stream.read(1024 * 1024)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
        except DAMAGED:
            return "utf-8-sig"
    return "utf-8-sig"
