"""Members of a ZIP archive packed by bzip2 or LZMA, a block at a time: `zipfile` unpacks such a chunk at once."""

from __future__ import annotations

import bz2
import lzma
import struct
import zipfile
import zlib
from typing import TYPE_CHECKING, Any

from prep.stages.ingest.buffers import BLOCK, DamagedError

if TYPE_CHECKING:
    from collections.abc import Iterator

METHODS = (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)
_DICTIONARY = 256 * 1024 * 1024  # of LZMA, in bytes; the strongest preset takes 64 MiB
_CHUNK = 64 * 1024


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The member's bytes, at most `BLOCK` of them at a time.

    DamagedError where they are broken or not as many as announced; struct.error and OSError as reading raises them.
    """
    size = checksum = 0
    for block in _blocks(archive, entry):
        size += len(block)
        if size > entry.file_size:
            raise DamagedError("corrupt_archive")
        checksum = zlib.crc32(block, checksum)
        yield block
    if size != entry.file_size or checksum != entry.CRC:
        raise DamagedError("corrupt_archive")


def _blocks(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    assert archive.filename is not None
    with open(archive.filename, "rb") as file:  # noqa: PTH123 (the name is what the archive was opened by)
        file.seek(entry.header_offset)
        header = file.read(30)
        if len(header) < 30 or not header.startswith(b"PK\3\4"):
            raise DamagedError("corrupt_archive")
        file.seek(sum(struct.unpack("<HH", header[26:])), 1)
        left = entry.compress_size
        try:
            if entry.compress_type == zipfile.ZIP_LZMA:
                left -= 9
                decompressor = _lzma(file.read(9))
            else:
                decompressor = bz2.BZ2Decompressor()
            while left > 0 and not decompressor.eof and (data := file.read(min(_CHUNK, left))):
                left -= len(data)
                yield decompressor.decompress(data, BLOCK)
                while not decompressor.needs_input and not decompressor.eof:
                    yield decompressor.decompress(b"", BLOCK)
        except (OSError, EOFError, ValueError, lzma.LZMAError) as error:
            raise DamagedError("corrupt_archive") from error


def _lzma(start: bytes) -> Any:
    """A decompressor by what stands before the data: version, the size of what follows, literal bits, dictionary."""
    if len(start) < 9 or start[2:4] != b"\5\0" or start[4] >= 225:
        raise DamagedError("corrupt_archive")
    bits, dictionary = struct.unpack("<BI", start[4:])
    if dictionary > _DICTIONARY:
        raise DamagedError("expands_too_much")
    settings = {
        "id": lzma.FILTER_LZMA1, "dict_size": dictionary, "lc": bits % 9, "lp": bits // 9 % 5, "pb": bits // 45
    }  # fmt: skip
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[settings])
