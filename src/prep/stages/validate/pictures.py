"""Embedded images: what the first bytes say of their format and of their colours."""

from __future__ import annotations

import binascii
import re
from typing import NamedTuple

_DATA_URL = re.compile(r"data:(?P<type>[^;,]*)(?P<parameters>(;[^;,]*)*?);base64,", re.IGNORECASE)
_GREY, _PALETTE, _CMYK = "grey", "palette", "CMYK"
_PNG_MODES = {0: _GREY, 2: "RGB", 3: _PALETTE, 4: "grey with alpha", 6: "RGBA"}
_JPEG_MODES = {1: _GREY, 3: "RGB", 4: _CMYK}
# Start of frame, baseline to lossless; C4, C8 and CC are other segments.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


class Picture(NamedTuple):
    """An embedded image: the type its address names, what its bytes are, mode (None: cannot be told), bytes."""

    named: str
    real: str
    mode: str | None
    bytes: int


def picture(url: str) -> Picture | None:
    """What a data URL holds; None where it is not one in base64."""
    head = _DATA_URL.match(url[:200])
    if head is None:
        return None
    start = head.end()
    try:
        data = binascii.a2b_base64(url[start:] + "=" * (-(len(url) - start) % 4), strict_mode=True)
    except (binascii.Error, ValueError):
        return Picture(head["type"], "no base64", None, (len(url) - start) * 3 // 4)
    real, mode = _look(data) if data else ("nothing", None)
    return Picture(head["type"], real, mode, len(data))


def _look(data: bytes) -> tuple[str, str | None]:
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png", _PNG_MODES.get(data[25]) if len(data) > 25 else None
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg", _jpeg_mode(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp", "RGB"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif", None
    if data.startswith(b"BM"):
        return "image/bmp", None
    return "no image of a known kind", None


def _jpeg_mode(data: bytes) -> str | None:
    """From the start-of-frame segment: how many components a pixel has."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        if data[at + 1] in _FRAMES:
            return _JPEG_MODES.get(data[at + 9])
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
