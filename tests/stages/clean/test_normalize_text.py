"""What `normalize_text` repairs, removes and leaves alone."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prep.stages.clean import normalize_text as module
from prep.stages.clean.normalize_text import NormalizeText, normalize_text


def normalized(text: str, **options: Any) -> str:
    frame = pl.DataFrame({"text": [text]})
    result: str = frame.select(normalize_text(pl.col("text"), NormalizeText(**options))).item()
    return result


REAL = [
    "„Die Straße“ – äöüß, Ärger – MÜNCHEN … ‚so‘",
    "« L’âme », dit-il : à la pâtisserie, cœur, ÇA, PÂTÉ…",
    "“AMANHÔ não é IRMÔ; CAMPEÃ™, MAÇÃ – NÃO… SÃO",
    "¿Qué? ¡Año! ESPAÑOL",
    "Привет, мир. «РФ», США… Рівне і Січ, Сјајно",
    "Ελληνικά: «ναι»… 5 € – ΟΔΟΣ",
    "İSTANBUL’DA ığdır çöğüş",
    "Zażółć gęślą jaźń. ŁÓDŹ”",
    "PŘÍLIŠ ŽLUŤOUČKÝ kůň",
    "Việt Nam: Ả, Ấ, XÃ HỘI, ĐƯỜNG",
    "\u3000日本語の段落。「引用」",
    "简体中文，繁體字。",
    "한국어 문장입니다.",
    "हिन्दी क\u094d\u200dष, ক্ষ",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 (\u200fعربي\u200e)",
    "ภาษา\u200bไทย",
    "ខ្មែរ\u200bភាសា",
    "👩\u200d👩\u200d👧 ❤\ufe0f 🏴\U000e0067\U000e0062\U000e007f",
    "├── src\n│ ├── a.py ║ ░▒▓",
    "x = a² ± ½ × 3 °C, £5 © ® ™ § 5",
    "def f():\n    if x:\n\treturn 1",
    "a\tb\t\tc",
    "(ÒωÓ) ｡ﾟ(ﾟ´Д｀ﾟ)ﾟ｡",
    "damaged: \ufffd stays",
]


@pytest.mark.parametrize("text", REAL)
def test_real_text_stays_as_it_is(text: str) -> None:
    """Text of any language, joiners, marks, code, tables, drawings and emoji come out unchanged."""
    assert normalized(text) == text.strip(" \t\n")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("donâ€™t â€“ cafÃ©", "don’t – café"),
        ("SÃ£o Paulo, TÃ¼rkÃ§e, MÃœNCHEN, ESPAÃ‘OL", "São Paulo, Türkçe, MÜNCHEN, ESPAÑOL"),
        ("10Â°C for Â£5 Â§ 2", "10°C for £5 § 2"),
        ("ðŸ˜€", "😀"),
        ("РџСЂРёРІРµС‚", "Привет"),
        ("Î•Î»Î»Î¬Î´Î±", "Ελλάδα"),
        ("\x93quoted\x94 it\x92s", "“quoted” it’s"),
        ("first line is fine: é\nsecond: cafÃ©", "first line is fine: é\nsecond: café"),
        ("twice: cafÃƒÂ©", "twice: café"),
    ],
)
def test_wrongly_decoded_text_is_repaired(text: str, wanted: str) -> None:
    """Mojibake of the common encodings is undone, in the lines that have it."""
    assert normalized(text) == wanted
    assert normalized(text, mojibake=False, invisible="keep") == text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("NapĂ\xadĹˇte\nco\xadop", "NapĂ\xadĹˇte\ncoop"),
        ("voilÃ\xa0 le", "voilà le"),
        ("Straß\xaden, À\xa0vendre", "Straßen, À vendre"),
    ],
)
def test_what_may_be_half_of_a_letter_stays(text: str, wanted: str) -> None:
    """No-break spaces and soft hyphens of mojibake that is not repaired stay, others go as ever."""
    assert normalized(text) == normalized(wanted) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a\r\nb\rc\x0bd\u2028f\u2029g\x85h", "a\nb\nc\nd\nf\n\ng\nh"),
        ("foot \n \n\f\n\nhead\fnext", "foot\fhead\fnext"),
        ("a\u200bb\ufeffc\u2060d\u00ade\x00f\x1b[31mg\x7f", "abcdefg"),
        ("exam\u00ad \n  ple", "example"),
        ("left\u200e to right\u202e", "left to right"),
        ("cafe\u0301", "café"),
        ("a\u00a0b\u2003c", "a b c"),
        ("a  b   c \t\n    indented  twice", "a b c\n    indented twice"),
        ("a\n\n\n\nb\n \n \nc", "a\n\nb\n\nc"),
        ("\n  \n text \n\n", "text"),
        (" \n\t", ""),
    ],
)
def test_what_cannot_be_seen_goes(text: str, wanted: str) -> None:
    """Line ends become one kind, invisible characters and superfluous white space go, paragraphs stay."""
    assert normalized(text) == wanted


def test_each_part_can_be_switched_off() -> None:
    """Settings leave spaces, blank lines, invisible and decomposed characters alone."""
    assert normalized("a  b\u00a0c", spaces="keep") == "a  b\u00a0c"
    assert normalized("a\n\n\n\nb", blank_lines=2) == "a\n\n\nb"
    assert normalized("a\n\nb", blank_lines=0) == "a\nb"
    assert normalized("a\u200bb", invisible="keep") == "a\u200bb"
    assert normalized("e\u0301", unicode="keep") == "e\u0301"


def test_every_character_that_composition_changes_is_looked_for() -> None:
    """No code point that NFC replaces, reorders or joins to the one before it is missed by the cheap test."""
    cheap = re.compile(f"[{module._NOT_COMPOSED.replace(chr(92) + 'p{M}', '')}]")
    for number in range(sys.maxunicode + 1):
        char = chr(number)
        if 0xD800 <= number < 0xE000 or unicodedata.category(char)[0] == "M":
            continue
        if unicodedata.combining(char) or not unicodedata.is_normalized("NFC", char):
            assert cheap.match(char), hex(number)
    for number in (*range(0x1161, 0x1176), *range(0x11A8, 0x11C3)):
        assert cheap.match(chr(number)), hex(number)


PIECES = st.sampled_from(
    [
        *"ab é\n\t\r",
        "  ",
        "\r\n",
        "\u200b",
        "\u00a0",
        "\u0301",
        "donâ€™t",
        "cafÃ©s",
        "NapĂ\xadĹˇte",
        "voilÃ\xa0",
        "Ã\x85",
        "\xad",
        "\u2028",
        "日",
        "ก",
        "\u05d0",
        "\u200f",
        "\x00",
    ]
)


@settings(max_examples=300, deadline=None)
@example("cafÃ©s\u0301é")
@example("NapĂ\xadĹˇte")
@example("cafÃ\u200b©")
@example("voilÃ\xa0é  ")
@given(st.lists(PIECES).map("".join))
def test_twice_is_once_and_a_neighbour_changes_nothing(text: str) -> None:
    """Normalizing what is normal changes nothing, and a record's text does not depend on those beside it."""
    once = normalized(text)
    assert normalized(once) == once
    both = pl.DataFrame({"text": ["plain", text, None, "a  b"]})
    done = both.select(normalize_text(pl.col("text"), NormalizeText())).to_series().to_list()
    assert done == ["plain", once, None, "a b"]


def test_turns_are_normalized_message_by_message(make_part: Callable[..., Any]) -> None:
    """The content of every turn is cleaned; roles and all other bytes of the conversation stay."""
    from prep.stages.clean.apply import apply
    from prep.stages.registry import load_steps

    turns = '[{"role":"user","content":"a  b","n":1.0},{"role":"assistant","content":null}]'
    part = make_part([{"turns": turns, "text": "c  d", "other": "e  f"}], turns=("turns",))
    done, _ = apply(part, [("normalize_text", NormalizeText())], load_steps())
    assert done.frame["turns"][0] == turns.replace("a  b", "a b")
    assert done.frame.select("text", "other").row(0) == ("c d", "e  f")
    done, _ = apply(part, [("normalize_text", NormalizeText(on=["other"]))], load_steps())
    assert done.frame.select("turns", "text", "other").row(0) == (turns, "c  d", "e f")
