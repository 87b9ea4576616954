"""In which encoding text is: what it declares, UTF-8, guessed from its bytes, or that of old Windows."""

from __future__ import annotations

import codecs
import re

OLD_WINDOWS = "cp1252"
_SAMPLE = 64 * 1024
# Bytes beyond ASCII that it takes to believe a guess; a pair of them is a letter in East Asia.
_ENOUGH, _ENOUGH_IN_PAIRS = 12, 8
_PAIRS = ("shift_jis", "cp932", "euc_jp", "euc_kr", "cp949", "gb18030", "gbk", "gb2312", "big5", "iso2022_jp")
# What programs write that say less, as browsers take it.
_WIDER = {
    "iso8859-1": OLD_WINDOWS, "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874",
    "gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "euc_kr": "cp949",
}  # fmt: skip
_WHOLE = 8  # bytes beyond ASCII for each that is no UTF-8: text in UTF-8 with a mistake in it
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
    broken = sample.decode("utf-8", "replace").count("\ufffd")
    if beyond >= _WHOLE * broken:
        return "utf-8"
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


def known(label: str) -> str | None:
    """The codec that `label` stands for, the wider one where programs write more than they say; None: no such one."""
    try:
        name = codecs.lookup(label.strip().lower().removeprefix("x-")).name
        b"".decode(name)
    except (LookupError, ValueError):  # no encoding, or none of text
        return None
    return _WIDER.get(name, name)


def decoded(data: bytes, label: str | None) -> str:
    """Text of `data`: UTF-8 where it is that, else what `label` says where that fits, else what is guessed."""
    name = known(label) if label else None
    for one in (name, "utf-8") if data.isascii() or (name or "").startswith("utf-16") else ("utf-8", name):
        try:
            if one is not None:
                return data.decode(one)
        except ValueError:
            continue
    if name is not None and name != "utf-8":
        broken = data.decode(name, "replace").count("\ufffd")
        if len(_BEYOND.findall(data)) >= _WHOLE * broken:
            return decode(data, name)
    return decode(data, guess(sample_of(data)))


def by_escapes(data: bytes) -> str | None:
    """Text of ASCII with the escape sequences of East Asia; None where `data` has none, or others."""
    if b"\x1b$" not in data:
        return None
    for name in ("iso2022_kr", "iso2022_jp_2"):
        try:
            return data.decode(name)
        except UnicodeDecodeError:
            continue
    return None


def decode(data: bytes, encoding: str) -> str:
    """Text of `data`; bytes that an encoding other than UTF-8 leaves open are kept as control characters."""
    return data.decode(encoding, "replace" if encoding == "utf-8" else "prep-c1")


def _keep_byte(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("prep-c1", _keep_byte)
