"""In which encoding text is that is no UTF-8: guessed from its bytes, or that of old Windows where they say little."""

from __future__ import annotations

import re

OLD_WINDOWS = "cp1252"
_SAMPLE = 64 * 1024
# Bytes beyond ASCII that it takes to believe a guess; a pair of them is a letter in East Asia.
_ENOUGH, _ENOUGH_IN_PAIRS = 12, 8
_PAIRS = ("shift_jis", "cp932", "euc_jp", "euc_kr", "cp949", "gb18030", "gbk", "gb2312", "big5", "iso2022_jp")
_BEYOND = re.compile(rb"[\x80-\xff]")


def sample_of(block: bytes) -> bytes:
    """The part of `block` to guess from: from its first byte beyond ASCII on."""
    found = _BEYOND.search(block)
    start = found.start() if found else 0
    return block[max(0, start - _SAMPLE // 8) : start + _SAMPLE]


def guess(sample: bytes) -> str:
    """The name of a codec."""
    from resiliparse.parse.encoding import detect_encoding

    beyond = len(_BEYOND.findall(sample))
    if beyond < _ENOUGH_IN_PAIRS:
        return OLD_WINDOWS
    name = (detect_encoding(sample, html5_compatible=False) or OLD_WINDOWS).lower().replace("-", "_")
    if name in ("utf_8", "ascii", "iso8859_1", "latin_1") or (beyond < _ENOUGH and name not in _PAIRS):
        return OLD_WINDOWS
    try:
        b"".decode(name)
    except LookupError:
        return OLD_WINDOWS
    return name
