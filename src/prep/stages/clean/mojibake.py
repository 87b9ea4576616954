"""Repair of text that was decoded with the wrong encoding, only where it cannot be meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prep.stages.clean.gate import change_where

if TYPE_CHECKING:
    import polars as pl


def _trail(encoding: str) -> str:
    """The bytes 80 to BF, which follow the first byte of a UTF-8 character, as `encoding` shows them."""
    shown = bytes(range(0x80, 0xC0)).decode(encoding, errors="ignore")
    return "[\\x80-\\xbf" + "".join(sorted(set(shown) - set(map(chr, range(0x80, 0xC0))))) + "]"


_WEST, _CENTRAL, _CYRILLIC = _trail("cp1252"), _trail("cp1250"), _trail("cp1251")
# UTF-8 as Windows-1252 or Latin-1, as Windows-1250, as Windows-1251, as Mac Roman; and control characters that are
# Windows-1252 punctuation read as Latin-1 (not U+0085, a line end).
SUSPECT = "|".join(
    [
        f"[Â-ß]{_WEST}",
        f"[à-ï]{_WEST}{{2}}",
        f"[ð-ô]{_WEST}{{3}}",
        f"[ĂĹÄĆÎĐ]{_CENTRAL}",
        f"(?:[РС]{_CYRILLIC}){{2}}",
        "√[©®†°¢£§•¶ß]|‚Ä[ôúùìîò]",
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
    import polars as pl

    return pl.Series(text.name, [_repair(value) for value in text.to_list()], dtype=pl.String)


def _repair(text: str) -> str:
    from ftfy import TextFixerConfig, fix_encoding
    from ftfy.badness import is_bad

    # Lossy sequences stay: what they stood for is a guess.
    config = TextFixerConfig(unescape_html=False, replace_lossy_sequences=False)
    lines = text.split("\n")
    for number, line in enumerate(lines):
        if _SUSPECT_LINE.search(line) and is_bad(_MEANT.sub("", line)):
            lines[number] = fix_encoding(line, config)
    return "\n".join(lines)
