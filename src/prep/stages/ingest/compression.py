"""Compressed data as blocks of bytes: gzip, zstandard, xz, bzip2; damage is told apart from the end."""

from __future__ import annotations

import bz2
import lzma
import zlib
from typing import IO, TYPE_CHECKING, Any

import zstandard

from prep.stages.ingest.buffers import BLOCK, DamagedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prep.stages.ingest.options import Options

ENDINGS = {".gz": "gz", ".zst": "zst", ".xz": "xz", ".bz2": "bz2"}
# How the data of each begins, and that of an archive.
MAGIC = (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\0", b"BZh91AY&SY", b"PK\x03\x04")
_XZ_MEMORY = 256 * 1024 * 1024  # of a dictionary; the strongest preset takes 65 MiB


class _Counted:
    """A stream that knows how much was read from it."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self.size = 0

    def read(self, size: int) -> bytes:
        data = self._raw.read(size)
        self.size += len(data)
        return data


def expand(raw: IO[bytes], compression: str, options: Options) -> Iterator[bytes]:
    """The data behind `raw`, a block at a time. DamagedError where it is broken, or grows beyond the limits."""
    size = 0
    packed = _Counted(raw)
    for block in _FORMATS[compression](packed):
        yield block
        size += len(block)
        if size > options.expanded and size > options.ratio * packed.size:
            raise DamagedError("expands_too_much")


def _gz(raw: _Counted) -> Iterator[bytes]:
    return _frames(raw, lambda: zlib.decompressobj(31), _inflate, 64 * 1024)


def _zst(raw: _Counted) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor()
    return _frames(raw, decompressor.decompressobj, _unpack, 1024)  # a hostile block grows 32,000 times


def _xz(raw: _Counted) -> Iterator[bytes]:
    return _frames(raw, lambda: lzma.LZMADecompressor(memlimit=_XZ_MEMORY), _draw, 64 * 1024)


def _bz2(raw: _Counted) -> Iterator[bytes]:
    return _frames(raw, bz2.BZ2Decompressor, _draw, 64 * 1024)


_FORMATS = {"gz": _gz, "zst": _zst, "xz": _xz, "bz2": _bz2}


def _frames(
    raw: _Counted, start: Callable[[], Any], decompress: Callable[[Any, bytes], Iterator[bytes]], size: int
) -> Iterator[bytes]:
    """Decompressed blocks of one frame after the other. Zero bytes after a frame are padding."""
    frame, begun, first = start(), False, True
    while data := raw.read(size):
        while data:
            if not begun and not first:
                data = data.lstrip(b"\0")
                if not data:
                    break
            begun = True
            try:
                yield from decompress(frame, data)
            except (zlib.error, zstandard.ZstdError, lzma.LZMAError, OSError, EOFError) as error:
                raise DamagedError("corrupt_compression") from error
            data = frame.unused_data if frame.eof else b""
            if frame.eof:
                frame, begun, first = start(), False, False
    if begun:
        raise DamagedError("truncated_file")


def _unpack(frame: Any, data: bytes) -> Iterator[bytes]:
    yield frame.decompress(data)


def _inflate(frame: Any, data: bytes) -> Iterator[bytes]:
    """A block of gzip, at most `BLOCK` bytes of output at a time."""
    while data:
        yield frame.decompress(data, BLOCK)
        data = frame.unconsumed_tail


def _draw(frame: Any, data: bytes) -> Iterator[bytes]:
    """A block of xz or bzip2, at most `BLOCK` bytes of output at a time."""
    yield frame.decompress(data, BLOCK)
    while not frame.needs_input and not frame.eof:
        yield frame.decompress(b"", BLOCK)
