"""Real text stays as it is, wrongly decoded text is repaired whole or not at all."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import polars as pl
import pytest

from prep.stages.clean.mojibake import _ENCODINGS
from prep.stages.clean.normalize_text import NormalizeText, normalize_text

ROWS = [line.split("\t") for line in (Path(__file__).parent / "languages.tsv").read_text("utf-8").splitlines()]
LANGUAGES = {row[0]: row[1] for row in ROWS}


def normalized(texts: list[str], **settings: object) -> list[str]:
    config = NormalizeText.model_validate(settings)
    return pl.DataFrame({"text": texts}).select(normalize_text(pl.col("text"), config)).to_series().to_list()


@pytest.mark.parametrize("change", [str, str.upper, str.lower, str.title], ids=["plain", "upper", "lower", "title"])
def test_real_text_in_ninety_languages_stays(change: type[str]) -> None:
    """Whatever its case: nothing is taken for mojibake, for an invisible character or for space."""
    texts = [unicodedata.normalize("NFC", change(text)) for text in LANGUAGES.values()]
    assert len(texts) == 90
    assert dict(zip(LANGUAGES, normalized(texts), strict=True)) == dict(zip(LANGUAGES, texts, strict=True))


def test_soft_hyphens_of_real_text_go() -> None:
    """Also behind capitals that are half of a letter in mojibake."""
    texts = [unicodedata.normalize("NFC", text.upper()) for text in LANGUAGES.values()]
    assert normalized(["\xad".join(text) for text in texts]) == texts


def shown(text: str, encoding: str) -> str | None:
    """UTF-8 read as `encoding`."""
    try:
        return text.encode().decode(encoding)
    except UnicodeError:
        return None


@pytest.mark.parametrize("encoding", _ENCODINGS)
def test_utf8_read_as_something_else_comes_out_right_or_as_it_was(encoding: str) -> None:
    """In each of the encodings, for every language that it can show."""
    pairs = [(text, seen) for text in LANGUAGES.values() if (seen := shown(text, encoding)) is not None]
    done = normalized([seen for _, seen in pairs])
    plain = normalized([seen for _, seen in pairs], mojibake=False)
    # Where nothing was repaired, what may be a byte is still there.
    left = normalized(done, mojibake=False)
    rows = list(zip(pairs, done, left, plain, strict=True))
    assert [row for row in rows if row[1] != row[0][0] and row[2] != row[3]] == []
    assert normalized(done) == done
    # Seven of the sentences are ASCII and say nothing about encodings.
    right = sum(fixed == text for (text, _), fixed in zip(pairs, done, strict=True))
    assert right > 7 or encoding in _NEVER_TOLD


# What UTF-8 looks like in these is nothing that the cheap test looks for: it stays as it is.
_NEVER_TOLD = ("cp1253", "cp1255", "cp874", "koi8_r", "koi8_u", "hp_roman8", "cp869", "cp737", "cp866", "cp1125")


@pytest.mark.parametrize("encoding", ["latin_1", "cp1252", "mac_roman", "iso8859_2", "iso8859_15", "cp1250"])
def test_frequent_mistakes_are_repaired(encoding: str) -> None:
    """Most of what these encodings make of UTF-8 is undone."""
    pairs = [(text, seen) for text in LANGUAGES.values() if (seen := shown(text, encoding)) is not None]
    done = normalized([seen for _, seen in pairs])
    assert sum(fixed == text for (text, _), fixed in zip(pairs, done, strict=True)) >= 0.9 * len(pairs)


HOSTILE = [
    "", " ", "\x00", "\x00\x01\x02\x1f", "\ufeff", "\ufeff\ufeffabc", "null", "NULL", "undefined", "NaN", "-1/0", "1e309", "0x0", "\\", "\\\\",
    "';--", "<script>alert(1)</script>", "{{7*7}}", "${jndi:ldap://x}", "%s%n%x", "$(rm -rf /)", "../../../etc/passwd", "\u202eevil\u202c",
    "\u2066\u2067x\u2069\u2069", "a\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308b", "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮", "👨‍👩‍👧‍👦", "🏳️‍🌈", "👍🏿", "🇩🇪🇫🇷", "1️⃣", "☃️", "ﷺ", "﷽", "ﬁ ﬂ ﬃ",
    "Ⅻ ㎏ ½ ²", "ＡＢＣ　１２３", "𝒜𝓑𝒞", "𐍈𐌰", "田中さんにあげて下さい", "パーティーへ行かないか", "사회과학원", "찦차를 타고 온 펲시맨", "الكل في المجمو عة", "בְּרֵאשִׁית", "ًٌٍَُِّ", "ٱلرَّحْمَـٰن",
    "ᚠᛇᚻ᛫ᛒᛦᚦ", "⠓⠑⠇⠇⠕", "Ḽơᶉëᶆ ȋṕšᶙṁ", "Ǆǅǆ", "İIıi", "ſs ß ẞ", "Å Å Å", "ΐ ΰ", "ά ά", "क़ क़", "가 가", "\u200b\u200c\u200d\u2060", "می‌خواهم", "क्‍ष",
    "\u00ad\u00ad", "co\u00adoperate", "tab\tand\x0bvt\x0cff", "a\r\nb\rc\nd\x85e\u2028f\u2029g", "\x1b[31mred\x1b[0m", "\x9b31m", "\x7f", "\ufffd\ufffe\uffff",
    "\U000e0001\U000e0041", "\U0010fffd", "\ue000", "\u180e", "\u3164", "\u115f\u1160", "\u17b4\u17b5", "a\u034fb", "\u061c", "①②③", "™®©", "“”‘’‚„‹›«»", "…‥․", "–—―‐‑", "¿¡",
    "Âge d’or", "ÂME", "Ã", "SÃO", "É", "à", "Ã©", "Ã\u00a0", "â€", "â€™", "Ð Ð¾ÑÑÐ¸Ñ", "РОССИЯ", "РЎ", "ÐÑ", "ÄÖÜ", "Ääö", "ÅÄÖ", "¼½¾", "°C", "µm", "√2 ≈ 1.41", "√©", "‚Äî", "ï»¿", "Ã¯Â»Â¿",
    "x" * 20_000, "\u0301" * 500, "é" * 5_000, "\n" * 5_000, " " * 5_000, "a " * 5_000, "\u200b" * 5_000, "👨‍👩‍👧‍👦" * 500, "([{<" * 1_000,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("around", ["{}", "a {} b", "Größe {} – “end”\n"])
def test_hostile_strings_lose_no_letter(text: str, around: str) -> None:
    """Nothing raises, a second pass changes nothing, and every letter, digit and mark is still there, in its order."""
    whole = around.format(text) if "{" not in text else around.replace("{}", text)
    [once] = normalized([whole])
    assert normalized([once]) == [once]
    [kept] = normalized([whole], mojibake=False)
    escapes = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
    assert letters(kept) == letters(escapes.sub("", whole))
    if once != kept:
        [once] = normalized([once], mojibake=False)
        assert len(once) <= len(kept)  # mojibake has more characters than what was meant


def letters(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFC", text) if unicodedata.category(char)[0] in "LNM")
