"""The bytes of a file as a stream: decompressed, UTF-16 as UTF-8; damage is told apart from its end."""

from __future__ import annotations

import codecs
import io
import zlib
from contextlib import contextmanager
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any

import zstandard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from prep.stages.ingest.discover import SourceFile

BLOCK = 1024 * 1024
_COMPRESSED_BLOCK = {"gz": 64 * 1024, "zst": 1024}  # a hostile zst block grows 32,000 times
UTF16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
UTF8_BOM = codecs.BOM_UTF8


class DamagedError(Exception):
    """Compressed data ends too early, or is no such data; what came before was delivered."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Blocks(io.RawIOBase):
    """A raw stream over an iterator of byte blocks, so that an error comes after all blocks before it."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks = blocks
        self._left = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any, /) -> int:
        view = memoryview(target)
        while not self._left:
            block = next(self._blocks, None)
            if block is None:
                return 0
            self._left = memoryview(block)
        count = min(len(view), len(self._left))
        view[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def buffered(blocks: Iterable[bytes]) -> io.BufferedReader:
    """Byte blocks as a stream."""
    return io.BufferedReader(_Blocks(iter(blocks)), BLOCK)


@contextmanager
def open_stream(file: SourceFile) -> Iterator[IO[bytes]]:
    """The decompressed bytes of `file`; UTF-16 with a mark comes as UTF-8. Reading may raise DamagedError."""
    with file.path.open("rb") as raw:
        stream: io.BufferedReader = raw
        if file.compression is not None:
            stream = buffered(_gz(raw) if file.compression == "gz" else _zst(raw))
        try:
            encoding = UTF16.get(stream.peek(2)[:2])
        except DamagedError as damage:
            encoding, stream = None, buffered(_fail(damage))
        yield stream if encoding is None else buffered(_as_utf8(stream, encoding))


def _fail(damage: DamagedError) -> Iterator[bytes]:
    """A stream that is damaged from its first byte on: opening it does not raise, reading does."""
    yield b""
    raise damage


def blocks_of(stream: IO[bytes]) -> Iterator[bytes]:
    """The stream block by block."""
    while block := stream.read(BLOCK):
        yield block


def is_plain(file: SourceFile) -> bool:
    """Whether a place in the stream is the same place in the file. Raises OSError."""
    if file.compression is not None:
        return False
    with file.path.open("rb") as raw:
        return raw.read(2) not in UTF16


def find_encoding(file: SourceFile) -> str:
    """`utf-8`, or `legacy` (cp1252) where the bytes of the stream are no UTF-8; the whole file decides."""
    status = file.path.stat()
    return _find_encoding(file, (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino))


@lru_cache(maxsize=256)
def _find_encoding(file: SourceFile, _identity: tuple[int, ...]) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with open_stream(file) as stream:
            for block in blocks_of(stream):
                if not block.isascii() or decoder.getstate()[0]:
                    decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "legacy"
    except DamagedError:
        return "utf-8"
    return "utf-8"


def decode(data: bytes, encoding: str) -> str:
    """Text of `data`; in the legacy encoding the five bytes that cp1252 leaves open are kept as control characters."""
    if encoding == "legacy":
        return data.decode("cp1252", "prep-c1")
    return data.decode("utf-8", "replace")


def _keep_byte(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("prep-c1", _keep_byte)


def _gz(raw: IO[bytes]) -> Iterator[bytes]:
    return _frames(raw, lambda: zlib.decompressobj(31), _inflate, _COMPRESSED_BLOCK["gz"])


def _zst(raw: IO[bytes]) -> Iterator[bytes]:
    decompressor = zstandard.ZstdDecompressor()
    return _frames(raw, decompressor.decompressobj, _unpack, _COMPRESSED_BLOCK["zst"])


def _frames(
    raw: IO[bytes], start: Callable[[], Any], decompress: Callable[[Any, bytes], Iterator[bytes]], size: int
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
            except (zlib.error, zstandard.ZstdError) as error:
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


def _as_utf8(stream: IO[bytes], encoding: str) -> Iterator[bytes]:
    """UTF-16 as UTF-8. What is no UTF-16 becomes bytes that are no UTF-8, so that its line is found to be broken."""
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass")
    stream.read(2)
    for block in blocks_of(stream):
        yield decoder.decode(block).encode("utf-8", "surrogatepass")
    if decoder.getstate()[0]:
        yield b"\xff"
