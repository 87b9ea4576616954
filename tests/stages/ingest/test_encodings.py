"""Text in encodings of many times and places."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from prep.stages.ingest.batches import Batch

Read = Callable[..., Batch]
GERMAN = "Die Kündigung muß schriftlich erfolgen – spätestens bis zum 31. März. Größe über alles, naïve café “zitiert”."
RUSSIAN = "Договор вступает в силу с момента подписания и действует до полного исполнения обязательств."
JAPANESE = "本契約は、両当事者が署名した日に発効し、すべての義務が履行されるまで有効に存続するものとします。"
CHINESE = "本合同自双方签字之日起生效，至双方义务全部履行完毕之日止有效。任何一方不得擅自变更。"
POLISH = "Umowa wchodzi w życie z dniem podpisania i obowiązuje do wykonania zobowiązań. Żółć gęślą jaźń, źdźbło, łąka."
TEXTS = {
    "utf-8": JAPANESE, "utf-8-sig": GERMAN, "utf-16": RUSSIAN, "utf-16-le": GERMAN, "utf-16-be": GERMAN,
    "utf-32": CHINESE, "cp1252": GERMAN, "cp1251": RUSSIAN, "koi8-r": RUSSIAN, "shift_jis": JAPANESE,
    "euc-jp": JAPANESE, "gb18030": CHINESE,
    "euc-kr": "본 계약은 양 당사자가 서명한 날부터 효력이 발생하며 모든 의무가 이행될 때까지 유효합니다.",
    "big5": "本合約自雙方簽字之日起生效，至雙方義務全部履行完畢之日止有效。任何一方不得擅自變更。", "iso8859-2": POLISH,
    "iso8859-7": "Η σύμβαση τίθεται σε ισχύ από την ημερομηνία υπογραφής της και από τα δύο μέρη.",
    "cp1255": "החוזה ייכנס לתוקף ביום חתימתו על ידי שני הצדדים ויישאר בתוקף עד לקיום כל ההתחייבויות.",
}  # fmt: skip


@pytest.mark.parametrize("encoding", TEXTS)
def test_an_encoding_is_found(read_bytes: Read, encoding: str) -> None:
    """In plain text, in a table - however it is cut - and in a page that says nothing."""
    text = TEXTS[encoding]
    assert read_bytes("a.txt", text.encode(encoding)).frame["text"].to_list() == [text]
    table = f'id,text\n1,"{text}"\n2,"{text}"\n'.encode(encoding)
    for slice_bytes in (1, 1 << 20):
        assert read_bytes("a.csv", table, slice_bytes=slice_bytes).frame["text"].to_list() == [text] * 2
    page = f"<html><body><p>{text}</p></body></html>".encode(encoding)
    assert read_bytes("a.html", page).frame["text"].to_list() == [text]


@pytest.mark.parametrize("encoding", ["cp1250", "cp1254", "iso8859-15", "cp437", "mac_roman", "iso2022_jp"])
def test_an_encoding_that_is_named_is_taken(read_bytes: Read, encoding: str) -> None:
    """What bytes alone do not tell."""
    text = JAPANESE if encoding == "iso2022_jp" else "Grüße aus Köln; Öl"
    assert read_bytes("a.txt", text.encode(encoding), encoding=encoding).frame["text"].to_list() == [text]
    frame = read_bytes("a.csv", f"t\n{text}\n".encode(encoding), encoding=encoding).frame
    assert frame["t"].to_list() == [text]


def test_a_few_bytes_are_those_of_old_windows(read_bytes: Read) -> None:
    """A guess needs more than a word."""
    assert read_bytes("a.txt", "Grüße aus Köln".encode("cp1252")).frame["text"].to_list() == ["Grüße aus Köln"]
    assert read_bytes("a.txt", b"50 \x80 \x96 a\x9d").frame["text"].to_list() == ["50 € – a\x9d"]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("iso2022_jp", JAPANESE), ("iso2022_kr", "본 계약은 유효합니다."), ("utf-16-le", "UTF 16 " + JAPANESE)],
)
def test_what_looks_like_ascii_or_binary_is_text(read_bytes: Read, encoding: str, text: str) -> None:
    """The escape sequences of East Asia; UTF-16 without a mark, with few Latin letters in it."""
    assert read_bytes("a.txt", text.encode(encoding)).frame["text"].to_list() == [text]


@pytest.mark.parametrize("name", ["a.txt", "a.html"])
def test_one_wrong_byte_spoils_no_other_letter(read_bytes: Read, name: str) -> None:
    """UTF-8 with a mistake in it is UTF-8, the mistake a replacement character."""
    data = RUSSIAN.encode() + b" \xff " + RUSSIAN.encode()
    assert read_bytes(name, data).frame["text"].to_list() == [f"{RUSSIAN} \ufffd {RUSSIAN}"]


@pytest.mark.parametrize(
    ("declared", "encoding", "text"),
    [
        ('<meta charset="gb2312">', "gb18030", "朱镕基"),  # the second letter is not in GB 2312
        ('<meta charset="x-sjis">', "cp932", "①髙"),
        ('<meta charset="iso-2022-jp">', "iso2022_jp", "契約"),
        ('<?xml version="1.0" encoding="koi8-r"?>', "koi8_r", "Договор"),
        ('<meta charset="us-ascii">', "cp1251", RUSSIAN),
        ('<meta charset="klingon">', "utf-8", "契約"),
    ],
)
def test_what_a_page_declares_is_taken_as_browsers_do(
    read_bytes: Read, declared: str, encoding: str, text: str
) -> None:
    """The wider encoding of those that go by one name; none that does not fit or does not exist."""
    page = f"{declared}<html><body><p>{text}</p></body></html>".encode(encoding)
    assert read_bytes("a.html", page).frame["text"].to_list() == [text]
