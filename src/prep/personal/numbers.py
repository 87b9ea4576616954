"""Numbers with a fixed shape or a checksum: social security, tax, insurance, bank account and card numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prep.personal.checksums import IBAN_LENGTHS, is_card, is_iban, is_uk_nino, is_us_itin, is_us_ssn
from prep.personal.kind import DIGITS, GATE_JOINS, JOINS, Kind
from prep.personal.spans import spans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.personal.kind import Span, Window

_NOT_DIGIT = re.compile("[^0-9]")
_SSN = re.compile(rf"(?<![\w.,-])(?<!\w[/#])[0-9]{{3}}({JOINS}|\.)[0-9]{{2}}\1[0-9]{{4}}(?![\w-]|[.,/][0-9])")
_BARE_SSN = re.compile(
    r"(?i:\bSSN\b|social\s+security(?:\s+(?:no\.?|number|num\.?|#))?)\W{0,4}(?:is\s+|of\s+)?([0-9]{9})(?![0-9])"
)
_BARE_ITIN = re.compile(
    r"(?i:\bITIN\b|taxpayer\s+identification(?:\s+(?:no\.?|number|num\.?|#))?)\W{0,4}(?:is\s+|of\s+)?([0-9]{9})(?![0-9])"
)


def _ssns(window: Window) -> Iterator[Span]:
    for match in _SSN.finditer(window.text, window.start, window.end):
        if is_us_ssn(_NOT_DIGIT.sub("", match[0])):
            yield match.span()
    for match in _BARE_SSN.finditer(window.text, window.start, window.end):
        if is_us_ssn(match[1]):
            yield match.span(1)


def _itins(window: Window) -> Iterator[Span]:
    for match in _SSN.finditer(window.text, window.start, window.end):
        if is_us_itin(_NOT_DIGIT.sub("", match[0])):
            yield match.span()
    for match in _BARE_ITIN.finditer(window.text, window.start, window.end):
        if is_us_itin(match[1]):
            yield match.span(1)


_NINO = re.compile(
    rf"(?<![\w.-])[A-Za-z]{{2}}{JOINS}?[0-9]{{2}}({JOINS}?)[0-9]{{2}}\1[0-9]{{2}}{JOINS}?[A-Da-d](?![\w-])"
)
_NINO_WORD = re.compile(r"(?i)\bnino\b|national\s+insurance|\bNI\s+(?:no|number)")


def _ninos(window: Window) -> Iterator[Span]:
    for match in _NINO.finditer(window.text, window.start, window.end):
        plain = re.sub(JOINS, "", match[0])
        grouped = len(match[0]) == len(plain) + 4
        sure = plain.isupper() or grouped or _NINO_WORD.search(window.before(match.start(), 60)) is not None
        if sure and is_uk_nino(plain.upper()):
            yield match.span()


_IBAN = re.compile(
    rf"(?<![A-Za-z0-9])(?:[A-Z]{{2}}[0-9]{{2}}(?:{JOINS}?[A-Z0-9]){{11,30}}|[a-z]{{2}}[0-9]{{2}}[a-z0-9]{{11,30}})"
)


def _ibans(window: Window) -> Iterator[Span]:
    yield from spans(_IBAN, window, _iban_end)


def _iban_end(text: str, match: re.Match[str]) -> int | None:
    length = IBAN_LENGTHS.get(match[0][:2].upper())
    end = _after(match[0], length) if length is not None else None
    if end is None or text[match.start() + end : match.start() + end + 1].isalnum():
        return None
    return match.start() + end if is_iban(re.sub(JOINS, "", match[0][:end]).upper()) else None


_CARD_JOINS, _CARD_GATE = JOINS.replace("[", "[."), GATE_JOINS.replace("[", "[.")
_CARD = re.compile(rf"(?<![\w.,])(?<![0-9]-)[1-6][0-9]{{3}}(?:{_CARD_JOINS}?[0-9]){{8,15}}")
_GROUPS = (
    (4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 5), (4, 4, 4, 1), (6, 13), (4, 4, 4, 2), (4, 4, 4),
    (4, 4, 4, 3), (4, 5, 6), (8, 8), (6, 10),
)  # fmt: skip


def _cards(window: Window) -> Iterator[Span]:
    yield from spans(_CARD, window, _card_end)


def _card_end(text: str, match: re.Match[str]) -> int | None:
    for length in range(19, 11, -1):
        end = _after(match[0], length)
        if end is None or text[match.start() + end : match.start() + end + 1].isalnum():
            continue
        number = match[0][:end]
        groups = tuple(map(len, re.split(_CARD_JOINS, number)))
        if (len(groups) == 1 or groups in _GROUPS) and is_card(_NOT_DIGIT.sub("", number)):
            return match.start() + end
    return None


def _after(text: str, count: int) -> int | None:
    """Where the first `count` letters and digits of `text` end; None where there are fewer."""
    for at, letter in enumerate(text):
        count -= letter.isalnum()
        if count == 0:
            return at + 1
    return None


# Countries whose account numbers may be letters for the most part.
_FEW_DIGITS = "(?:AZ|CH|GI|GT|JO|KW|KZ|LB|LC|LI|LU|LV|MK|MT|PK|PS|QA|RO|SA)[0-9]{2}"
_THREE_TWO_FOUR = rf"[0-9]{{3}}(?:{GATE_JOINS}|\.)[0-9]{{2}}(?:{GATE_JOINS}|\.)[0-9]{{4}}"
KINDS = (
    Kind(
        "us_ssn",
        "US social security numbers: 123-45-6789, or nine digits after those words; never assigned ones stay",
        (DIGITS,),
        rf"{_THREE_TWO_FOUR}|(?i-u:ssn|social[ \n]+security)",
        _ssns,
    ),
    Kind(
        "us_itin",
        "US taxpayer numbers (ITIN): 9xx-70-xxxx in the groups that are assigned, or nine digits after those words",
        (DIGITS,),
        rf"{_THREE_TWO_FOUR}|(?i-u:itin\b|taxpayer[ \n]+identification)",
        _itins,
    ),
    Kind(
        "uk_nino",
        "UK national insurance numbers with a valid prefix; in small letters in groups, or after those words",
        (DIGITS,),
        rf"[A-Za-z]{{2}}(?:{GATE_JOINS}?[0-9]{{2}}){{3}}{GATE_JOINS}?[A-Da-d]",
        _ninos,
    ),
    Kind(
        "iban",
        "bank account numbers (IBAN) with the country's length and a right checksum",
        (DIGITS, _FEW_DIGITS),
        rf"[A-Z]{{2}}[0-9]{{2}}{GATE_JOINS}?[A-Z0-9]{{2}}|[a-z]{{2}}[0-9]{{2}}[a-z0-9]{{11}}",
        _ibans,
    ),
    Kind(
        "credit_card",
        "card numbers of known issuers with a right checksum, in groups or not",
        (DIGITS,),
        rf"[1-6][0-9]{{3}}{_CARD_GATE}?[0-9]{{4}}{_CARD_GATE}?[0-9]|[1-6][0-9]{{3}}{_CARD_GATE}[0-9]{{5,6}}{_CARD_GATE}[0-9]",
        _cards,
    ),
)
