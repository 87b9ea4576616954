"""The bytes of a file as a stream: decompressed, UTF-16 as UTF-8; damage is told apart from its end."""

from __future__ import annotations

import codecs
import unicodedata
from contextlib import contextmanager
from functools import lru_cache
from typing import IO, TYPE_CHECKING, Any

from prep.stages.ingest.archives import open_member
from prep.stages.ingest.buffers import BLOCK, DamagedError, buffered, damaged
from prep.stages.ingest.compression import MAGIC, expand
from prep.stages.ingest.encodings import guess, sample_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.source_file import SourceFile

UTF8_BOM = codecs.BOM_UTF8
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# Formats whose bytes are text: other encodings arrive as UTF-8.
TEXT = ("jsonl", "json", "csv", "txt", "md", "html")
_PEEKED = 256
_ZEROS = 2


@contextmanager
def open_stream(file: SourceFile) -> Iterator[IO[bytes]]:
    """The decompressed bytes of `file`; UTF-16, UTF-32 and a named encoding come as UTF-8.

    Reading may raise DamagedError.
    """
    with open_raw(file) as raw:
        stream = raw if file.compression is None else buffered(expand(raw, file.compression, file.options))
        try:
            head = stream.peek(_PEEKED)
            encoding = _wide(file, head)
            if file.format in TEXT and head.startswith(MAGIC):
                raise DamagedError("mislabelled_file")
        except DamagedError as damage:
            encoding, stream = None, damaged(damage)
        yield stream if encoding is None else buffered(_as_utf8(stream, encoding))


@contextmanager
def open_raw(file: SourceFile) -> Iterator[Any]:
    """The bytes of `file` as they lie on the disk or in its archive. Reading a member may raise DamagedError."""
    if file.member is None:
        with open(file.place, "rb") as raw:  # noqa: PTH123 (there may be very many)
            yield raw
    else:
        with open_member(file.path, file.member) as raw:
            yield raw


def _wide(file: SourceFile, head: bytes) -> str | None:
    """The encoding that `file` is to be decoded from, by what was asked for or by its first bytes; None: as it is."""
    if file.format not in TEXT:
        return None
    if file.options.encoding is not None:
        named = codecs.lookup(file.options.encoding).name
        return None if named in ("utf-8", "utf-8-sig", "ascii") else named
    for mark, encoding in _MARKS.items():
        if head.startswith(mark):
            return encoding
    # Without a mark, Latin letters in UTF-16 have a zero in every second byte.
    pairs = len(head[:_PEEKED]) // 2
    zeros = [head[start : 2 * pairs : 2].count(0) for start in (0, 1)]
    if pairs < 2 or min(zeros):
        return None
    name = "utf-16-be" if zeros[0] > zeros[1] else "utf-16-le"
    return name if max(zeros) > 0.8 * pairs or (max(zeros) > _ZEROS and _is_text(head[: 2 * pairs], name)) else None


def _is_text(head: bytes, encoding: str) -> bool:
    """Whether these are letters and marks of some script: what binary data, or ASCII with zeros in it, is not."""
    if head.replace(b"\0", b"").isascii():
        return False
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    kinds = [unicodedata.category(letter) for letter in text if letter not in "\t\r\n"]
    return "\ufffd" not in text and not any(kind in ("Cc", "Cn", "Co", "Cs") for kind in kinds)


def blocks_of(stream: IO[bytes]) -> Iterator[bytes]:
    """The stream block by block."""
    while block := stream.read(BLOCK):
        yield block


def is_plain(file: SourceFile) -> bool:
    """Whether a place in the stream is the same place in the file. Raises OSError."""
    if file.compression is not None or file.member is not None:
        return False
    with file.path.open("rb") as raw:
        return _wide(file, raw.read(_PEEKED)) is None


def find_encoding(file: SourceFile) -> str:
    """`utf-8`, or another encoding where the bytes of the stream are none; the whole file decides."""
    status = file.path.stat()
    return _find_encoding(file, (status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino))


@lru_cache(maxsize=256)
def _find_encoding(file: SourceFile, _identity: tuple[int, ...]) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    first = b""
    try:
        with open_stream(file) as stream:
            for block in blocks_of(stream):
                if not block.isascii() or decoder.getstate()[0]:
                    first = first or sample_of(block)
                    decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return guess(first)
    except DamagedError:
        return "utf-8"
    return "utf-8"


def _as_utf8(stream: IO[bytes], encoding: str) -> Iterator[bytes]:
    """Another encoding as UTF-8. What is none becomes bytes that are no UTF-8: its line is found to be broken."""
    wide = encoding.startswith(("utf-16", "utf-32"))
    decoder = codecs.getincrementaldecoder(encoding)("surrogatepass" if wide else "prep-broken")
    for number, block in enumerate(blocks_of(stream)):
        text = decoder.decode(block)
        yield (text.removeprefix("\ufeff") if not number else text).encode("utf-8", "prep-mark")
    yield decoder.decode(b"", final=not wide).encode("utf-8", "prep-mark")
    if wide and decoder.getstate()[0]:
        yield b"\xff"


def _break(error: UnicodeError) -> tuple[str, int]:
    """A byte that the encoding does not know, as a lone surrogate."""
    assert isinstance(error, UnicodeDecodeError)
    return "\udcff", error.end


def _mark(error: UnicodeError) -> tuple[bytes, int]:
    """A lone surrogate, as the bytes that it would have: no UTF-8."""
    assert isinstance(error, UnicodeEncodeError)
    return error.object[error.start : error.end].encode("utf-8", "surrogatepass"), error.end


codecs.register_error("prep-broken", _break)
codecs.register_error("prep-mark", _mark)
