"""Width and height of an image, read from the first bytes of its file; no pixel is decoded."""

from __future__ import annotations

import binascii
import re
import struct
from typing import NamedTuple

_DATA_URL = re.compile(r"\s*data:image/[\w.+-]+(?:;[\w=.+-]+)*;base64,", re.IGNORECASE)
# Base64 characters to begin with: all formats but JPEG tell their size in the first 30 bytes.
_FIRST = 64
# Marks of a JPEG frame, which hold its size: SOF0 to SOF15 without DHT, JPG and DAC.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_BARE = frozenset({0x01, *range(0xD0, 0xD9)})  # marks without a length


class Size(NamedTuple):
    """Pixels."""

    width: int
    height: int


def size_of(url: str) -> Size | None:
    """The size of the image in a base64 data URL (PNG, JPEG, WEBP, GIF); None for any other URL or format."""
    found = _DATA_URL.match(url)
    if found is None:
        return None
    start = found.end()
    head = _decoded(url[start : start + _FIRST])
    if not head.startswith(b"\xff\xd8"):
        return _checked(_small(head))
    # A JPEG may hold a preview and a colour profile in front of its size.
    for length in (16 * 1024, 256 * 1024, len(url)):
        size = _checked(_jpeg(_decoded(url[start : start + length])))
        if size is not None or start + length >= len(url):
            return size
    return None


def _decoded(text: str) -> bytes:
    try:
        return binascii.a2b_base64(text[: len(text) // 4 * 4])
    except ValueError:  # characters that are not ASCII
        return b""


def _checked(size: Size | None) -> Size | None:
    return size if size is not None and size.width > 0 and size.height > 0 else None


def _small(head: bytes) -> Size | None:
    """PNG, GIF and the three kinds of WEBP."""
    if head.startswith(b"\x89PNG\r\n\x1a\n") and head[12:16] == b"IHDR" and len(head) >= 24:
        return Size(*struct.unpack(">II", head[16:24]))
    if head.startswith((b"GIF87a", b"GIF89a")) and len(head) >= 10:
        return Size(*struct.unpack("<HH", head[6:10]))
    if not (head.startswith(b"RIFF") and head[8:12] == b"WEBP" and len(head) >= 30):
        return None
    kind = head[12:16]
    if kind == b"VP8X":  # 24 bits each, less one
        return Size(int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1)
    if kind == b"VP8L" and head[20] == 0x2F:  # 14 bits each, less one
        bits = int.from_bytes(head[21:25], "little")
        return Size((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if kind == b"VP8 " and head[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[26:30])
        return Size(width & 0x3FFF, height & 0x3FFF)
    return None


def _jpeg(data: bytes) -> Size | None:
    """From segment to segment until the one that begins the frame."""
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        mark = data[at + 1]
        if mark == 0xFF:  # padding
            at += 1
        elif mark in _FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return Size(width, height)
        elif mark in _BARE:
            at += 2
        else:
            at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
