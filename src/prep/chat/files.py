"""Chat files on disk: plain, .gz or .zst, as one stream of bytes."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import TYPE_CHECKING

import zstandard

if TYPE_CHECKING:
    from pathlib import Path

# What reading such a file may raise.
UNREADABLE = (OSError, EOFError, zlib.error, zstandard.ZstdError)


def open_chat(path: Path) -> io.BufferedIOBase:
    """The decompressed bytes of `path`; reading may raise one of `UNREADABLE`."""
    if path.suffix == ".gz":
        return gzip.open(path, "rb")
    if path.suffix == ".zst":
        return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(path.open("rb"), read_across_frames=True))
    return path.open("rb")


def why_unreadable(error: BaseException) -> str:
    """What the system, or the decompressor, says is wrong."""
    return getattr(error, "strerror", None) or str(error)
