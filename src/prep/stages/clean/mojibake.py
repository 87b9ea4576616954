"""Repair of text that was decoded with the wrong encoding, only where it cannot be meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import category

from prep.stages.clean.gate import change_where

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl


def _trail(encoding: str) -> str:
    """The bytes 80 to BF, which follow the first byte of a UTF-8 character, as `encoding` shows them."""
    shown = bytes(range(0x80, 0xC0)).decode(encoding, errors="ignore")
    return "[\\x80-\\xbf" + "".join(sorted(set(shown) - set(map(chr, range(0x80, 0xC0))))) + "]"


_WEST, _CENTRAL, _CYRILLIC = _trail("cp1252"), _trail("cp1250"), _trail("cp1251")
# UTF-8 as Windows-1252 or Latin-1, as Windows-1250, as Windows-1251, as Mac Roman, as DOS code pages; and control
# characters that are Windows-1252 punctuation read as Latin-1 (not U+0085, a line end).
SUSPECT = "|".join(
    [
        f"[Â-ß]{_WEST}",
        f"[à-ï]{_WEST}{{2}}",
        f"[ð-ô]{_WEST}{{3}}",
        f"[ĂĹÄĆÎĐ]{_CENTRAL}",
        f"(?:[РС]{_CYRILLIC}){{2,}}",
        "√[©®†°¢£§•¶ß]|‚Ä[ôúùìîò]",
        "[╨╤├┬][\u00a0-\u25ff]",
        "[\\x80-\\x84\\x86-\\x9f]",
    ]
)
_SUSPECT_LINE = re.compile(SUSPECT)
# Capitals that end a word before punctuation: AMANHÃ” in Portuguese quotation marks is no mojibake.
_MEANT = re.compile("(?<=[A-ZÀ-Þ])[ÃÂ](?=[”’“»–—…™•›®©°ªº\u00a0 ](?![^\\W\\d_]))")


def repair(text: pl.Series) -> pl.Series:
    """`text` with mojibake undone; null stays null. Suspicious lines alone are looked at closely (ftfy: 3 MB/s)."""
    return change_where(text, text.str.contains(SUSPECT), _repair_all)


def _repair_all(text: pl.Series) -> pl.Series:
    return _each(lambda value: _bad_lines(value, _repaired), text)


def unsafe(text: pl.Series) -> pl.Series:
    """Boolean: the text may hold bytes of letters nobody could repair that look like a space or a soft hyphen."""
    return text.str.contains("[\\xa0\\xad\\x85]") & text.str.contains(SUSPECT) & ~text.str.contains(_STAND_IN)


def with_stand_ins(text: pl.Series) -> pl.Series:
    """Such bytes of lines that are wrong without them too, as characters that no step touches: what is left could be
    repaired by nobody, or wrongly.
    """
    return _each(lambda value: _bad_lines(value, _held), text)


def without_stand_ins(text: pl.Series) -> pl.Series:
    """What `with_stand_ins` got, as far as it stands there."""
    return _each(lambda value: value.translate(_BYTES), text)


def _held(line: str) -> str:
    # What is wrong by its soft hyphens alone, behind a Ð for example, has soft hyphens.
    without = line.translate({0xA0: " ", 0xAD: None, 0x85: "\n"})
    return line if _bad_lines(without, lambda _: "") == without else _SUSPECT_LINE.sub(_stand_in, line)


def _stand_in(match: re.Match[str]) -> str:
    return match[0].translate(_STAND_INS)


# Code points that are no characters and never will be.
_STAND_INS = {0xA0: 0xFDD0, 0xAD: 0xFDD1, 0x85: 0xFDD2}
_BYTES = {stand_in: byte for byte, stand_in in _STAND_INS.items()}
_STAND_IN = "[\ufdd0-\ufdd2]"


def _each(change: Callable[[str], str], text: pl.Series) -> pl.Series:
    import polars as pl

    return pl.Series(text.name, [change(value) for value in text.to_list()], dtype=pl.String)


def _bad_lines(text: str, change: Callable[[str], str]) -> str:
    """The text with `change` made to the lines that cannot be meant."""
    from ftfy.badness import is_bad

    lines = _LINE_END.split(text)
    for number, line in enumerate(lines):
        if _SUSPECT_LINE.search(line) and is_bad(_MEANT.sub("", line)):
            lines[number] = change(line)
    return "".join(lines)


_LINE_END = re.compile("([\n\r\x0b\u2028\u2029])")  # not U+0085: it may be half of a letter


def _repaired(line: str) -> str:
    """The line read as it was meant, or as it is where that is not certain.

    Half a repair is worse than none: what is left can then be mended by nobody.
    """
    from ftfy import TextFixerConfig, fix_encoding
    from ftfy.badness import is_bad

    # All these encodings have ASCII in common: the other characters alone tell whether one is right.
    odd = " ".join(_NOT_ASCII.findall(line))
    fitting = [encoding for encoding in reversed(_ENCODINGS) if _as_utf8(odd, encoding) is not None]
    found = [(encoding, _as_utf8(line, encoding)) for encoding in fitting]
    read = {decoded: encoding for encoding, decoded in found if decoded is not None}
    western = [decoded for decoded, encoding in read.items() if encoding in _WESTERN]
    certain = western or list(read)
    if read:
        if len(certain) > 1 or _CONTROL.search(certain[0]):
            return line
        again = certain[0]
        return _repaired(again) if _SUSPECT_LINE.search(again) and is_bad(_MEANT.sub("", again)) else again
    if _CONTROL.search(line):
        plain = "".join(_PUNCTUATION.get(char, char) for char in line)
        if not (_CONTROL.search(plain) or is_bad(_MEANT.sub("", plain)) or _UNLIKELY.search(plain)):
            return plain
    # Lossy sequences stay: what they stood for is a guess.
    fixed = fix_encoding(line, TextFixerConfig(unescape_html=False, replace_lossy_sequences=False))
    left = any(run in line for run in _RUN.findall(fixed))
    if (
        left
        or _CONTROL.search(fixed)
        or is_bad(_MEANT.sub("", fixed))
        or (_CONTROL.search(line) and _UNLIKELY.search(fixed))
    ):
        return line
    return fixed


def _as_utf8(line: str, encoding: str) -> str | None:
    """What the line's bytes in `encoding` say as UTF-8; None where they are none, or another line then."""
    try:
        told = line.encode(encoding).decode()
    except UnicodeError:
        return None
    # Brackets of Chinese without Chinese, or characters that nobody has assigned: chance.
    if _EAST_ASIAN_MARKS.search(told) and not _EAST_ASIAN.search(told):
        return None
    return told if told.isprintable() or not any(category(char) in ("Cn", "Co") for char in told) else None


_NOT_ASCII = re.compile("[^\x00-\x7f]+")
_EAST_ASIAN_MARKS = re.compile("[\u3000-\u303f]")
_EAST_ASIAN = re.compile("[\u1100-\u11ff\u3040-\u318f\u3400-\u9fff\uac00-\ud7af\uff00-\uffef]")
_WESTERN = ("latin_1", "cp1252", "iso8859_15")  # by far the most frequent: what they say counts alone
_ENCODINGS = (
    "latin_1 cp1252 iso8859_15 cp1250 cp1251 cp1253 cp1254 cp1255 cp1256 cp1257 cp1258 iso8859_2 iso8859_3 "
    "iso8859_4 iso8859_5 iso8859_6 iso8859_7 iso8859_8 iso8859_9 iso8859_10 iso8859_11 iso8859_13 iso8859_14 "
    "iso8859_16 cp437 cp720 cp737 cp775 cp850 cp852 cp855 cp857 cp858 cp860 cp861 cp862 cp863 cp865 cp866 cp869 "
    "cp874 cp1125 koi8_r koi8_u kz1048 ptcp154 mac_roman mac_latin2 mac_cyrillic mac_greek mac_iceland "
    "mac_turkish hp_roman8 tis_620 "
).split()
_CONTROL = re.compile("[\x80-\x84\x86-\x9f\ufffd]")
_PUNCTUATION = {
    chr(byte): char for byte in range(0x80, 0xA0) if (char := bytes([byte]).decode("cp1252", errors="ignore"))
}
# Two letters or signs in a row that are not ASCII, one of them Latin: mojibake that is left, or may be.
_RUN = re.compile(
    "[\u00a1-\u024f\u02b0-\u02ff][\u00a1-\u1fff\u20a0-\uffff]|[\u00a1-\u1fff\u20a0-\uffff][\u00a1-\u024f\u02b0-\u02ff]"
)
# Where Windows-1252's signs do not stand: a quotation mark or a sign inside a word, a capital after a small letter are
# letters of another encoding.
_UNLIKELY = re.compile(
    r"(?<=[^\W\d_])[‚„†‡ˆ‰‹“”•˜™›ƒ€¸´¨¯¤¥¦¬¶¼½¾×÷¿¡](?=[^\W\d_])|(?<=[^\W\d_])[‚„](?=\W|$)|(?<=[a-z])–(?=[a-z])"
    r"|(?:^|(?<=\s))[†‡ˆ‰˜](?=[^\W\d_])|(?<=[a-zß-ÿ])[ŠŒŽŸ]|[ŠŒŽŸ](?=[\s.,;:!?ŠŒŽŸ]|$)|›[0-9;]*[A-Za-z]|(?<![\s\d(])€(?![\s\d.,)])"
)
