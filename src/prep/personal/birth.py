"""Dates of birth: a date is one where the words before it say so."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prep.personal.kind import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.personal.kind import Span, Window

_WORDS = (
    r"date[\s_-]+of[\s_-]+birth|birth[\s_-]?date|birthday|d\.?\s?o\.?\s?b\.?|born|geboren|geburtsdatum|geburtstag|geb\.|"
    r"date\s+de\s+naissance|né(?:e|\(e\))?\s+le|fecha\s+de\s+nacimiento|nacid[oa]|data\s+di\s+nascita|nat[oa]\s+il|"
    r"geboortedatum|geboren\s+op|data\s+de\s+nascimento|nascid[oa]|data\s+urodzenia|urodzon[ya]|fødselsdato|född|"
    r"födelsedatum|дата\s+рождения|родился|родилась"
)
_MONTHS = (
    "jan feb mar apr may jun jul aug sep oct nov dec januar februar märz april mai juni juli august september oktober "
    "november dezember jän janvier février fevrier mars avril juin juillet août aout septembre octobre novembre "
    "décembre decembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre gennaio "
    "febbraio aprile maggio giugno luglio settembre ottobre dicembre january february march june july october december "
    "maart mei augustus janeiro fevereiro março maio junho julho setembro outubro dezembro sept"
)
_MONTH = rf"(?:{'|'.join(sorted(_MONTHS.split(), key=len, reverse=True))})\.?"
_DATE = (
    r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}|[0-9]{1,2}\s?[-/.]\s?[0-9]{1,2}\s?[-/.]\s?(?:[0-9]{4}|[0-9]{2})"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th|er|\.|º)?\s+(?:day\s+of\s+|of\s+|de\s+)?{_MONTH},?\s+(?:de\s+|del\s+)?[0-9]{{4}}"
    rf"|{_MONTH}\s+[0-9]{{1,2}}(?:st|nd|rd|th)?,?\s+[0-9]{{4}}"
    rf"|[0-9]{{1,2}}[-/ ]{_MONTH}[-/ ][0-9]{{2,4}}|[0-9]{{4}}\s?[年년]\s?[0-9]{{1,2}}\s?[月월]\s?[0-9]{{1,2}}\s?[日일]"
)
_BIRTH = re.compile(
    rf"(?:(?<!\w)(?:{_WORDS})(?!\w)|生年月日|出生(?:日期|年月日)|생년월일)[^0-9\n]{{0,24}}?(?<![0-9])(?P<date>{_DATE})(?![0-9\w]|[-/.][0-9])",
    re.IGNORECASE,
)
_YEAR = re.compile("[0-9]{4}")


def _dates(window: Window) -> Iterator[Span]:
    for match in _BIRTH.finditer(window.text, window.start, window.end):
        year = _YEAR.search(match["date"])
        if year is None or 1880 <= int(year[0]) < 2100:
            yield match.span("date")


KINDS = (
    Kind(
        "date_of_birth",
        "dates after words like born, date of birth, geboren am; other dates stay",
        (
            r"(?:irth|born|Born|IRTH|BORN|D\.O\.B|d\.o\.b|DOB|dob|D\. O\. B|geb|Geb|GEB|naci|Naci|nasci|Nasci|nato |nata |aissanc"
            r"|urodz|[Nn]é le|[Nn]ée le|[Nn]é\(e|fød|föd|Fød|Föd|рожд|родил|Рожд|生年月日|出生|생년월일)[^0-9\n]{0,40}[0-9]",
        ),
        r"(?i-u:birth|born|d\.?[ ]?o\.?[ ]?b\b|gebor|geburt|geb\.|naissance|nacim|nacid|nascita|nascid|nascim|nat[oa] il"
        r"|geboort|urodz)|[Nn]\x{e9}[e( ]|f[\x{f6}\x{f8}]d|рожд|родил|生年月日|出生|생년월일",
        _dates,
    ),
)
