"""Phone numbers: found by their shape, decided by the numbering plans of the world's countries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prep.personal.spans import spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phonenumbers import PhoneNumber

REGIONS = ("US", "GB", "DE")
_JOIN = r"[ .()/\u00a0\u2007\u2010\u2011\u2013\u202f-]{0,3}"
_GATE_JOIN = r"[ .()/\x{a0}\x{2007}\x{2010}\x{2011}\x{2013}\x{202f}-]{0,3}"
_INTERNATIONAL = re.compile(rf"(?<![\w+.,-])(?:\+|00)[ ]?[1-9](?:{_JOIN}[0-9]){{6,14}}")
# With separators, as people write them: (212) 555-0123, 020 7946 0958. Bare digits need a word in front.
_FIRST = r"(?:1[ .\u00a0\u2011-](?=[(2-9]))?(?:\([0-9]{2,5}\)|[01][0-9]{1,4}|[2-9][0-9]{2})"
_NATIONAL = re.compile(rf"(?<![\w+.,/$€£#§-]){_FIRST}(?:{_JOIN}[0-9]){{5,9}}")
_NAMES = "tele?phone|phone|tel|mobile|cell|call|fax|ring|dial|sms|text|whatsapp|telefon|handy|mobil"
_NAMED = re.compile(rf"(?i:\b(?:{_NAMES})\b)[^0-9+\n]{{0,20}}$")
_OTHER_NUMBER = re.compile(
    r"(?:\b(?:no|nos|nr|number|case|docket|cause|file|invoice|ref|reference|section|sec|art|article|clause|para|claim|"
    r"patent|isbn|issn|order|policy|account|acct|ticket|bates|reg|id|page|pp|vol|az|aktenzeichen|contract|matter|loan|"
    r"model|part|p/n|s/n|serial|sku|lot|batch|item|permit|tracking)\b\.?|[#§])\s*[:.#]?\s*\(?$",
    re.IGNORECASE,
)
_PHONE_NUMBER = re.compile(rf"\b(?:{_NAMES})\.?\s*(?:number|no|nr|#)\W{{0,4}}$", re.IGNORECASE)
# What every text with a phone number matches.
GATE = (
    rf"(?:\+|00)[ ]?[1-9](?:{_GATE_JOIN}[0-9]){{6}}|\([0-9]{{2,5}}\){_GATE_JOIN}[0-9]"
    rf"|[0-9]{{3}}[ .\x{{a0}}\x{{2010}}\x{{2011}}-][0-9]{{3}}[ .\x{{a0}}\x{{2010}}\x{{2011}}-][0-9]{{4}}"
    rf"|0[0-9]{{1,4}}[ ./\x{{a0}}\x{{2010}}\x{{2011}}-](?:{_GATE_JOIN}[0-9]){{5}}"
    rf"|(?i:phone|tel|mobil|cell|call|fax|dial|handy|sms|text|ring)[^0-9+\n]{{0,20}}[0-9]{{7}}"
)


def find_phones(text: str, regions: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Where phone numbers stand: valid ones, in a form that is written in their country."""
    yield from spans(_INTERNATIONAL, text, _international_end)

    def national_end(text: str, match: re.Match[str]) -> int | None:
        before = text[max(0, match.start() - 28) : match.start()]
        if _OTHER_NUMBER.search(before) and not _PHONE_NUMBER.search(before):
            return None
        return _valid_end(text, match.start(), match.end(), regions, national=_NAMED.search(before) is None)

    yield from spans(_NATIONAL, text, national_end)


def _international_end(text: str, match: re.Match[str]) -> int | None:
    # 00 is how one dials out of Germany, as of most countries.
    return _valid_end(text, match.start(), match.end(), ["DE" if match[0].startswith("0") else None])


def _valid_end(text: str, start: int, end: int, regions: Sequence[str | None], *, national: bool = False) -> int | None:
    """The end of the longest valid number that begins at `start`; of shorter ones those that end between groups."""
    import phonenumbers

    between = [start + match.start() for match in re.finditer(r"(?<=[0-9)])[^0-9)]", text[start:end])]
    for stop in [end, *reversed(between)]:
        if text[stop : stop + 1].isalnum():
            continue
        if text[start] != "+" and re.match(r"[-.,/][0-9]", text[stop : stop + 2]):
            continue
        written = text[start:stop].rstrip("(./ -")
        for region in regions:
            try:
                number = phonenumbers.parse(written, region)
            except phonenumbers.NumberParseException:
                continue
            if phonenumbers.is_valid_number(number) and (not national or _is_written_so(written, number, region)):
                return start + len(written)
    return None


def _is_written_so(written: str, number: PhoneNumber, region: str | None) -> bool:
    """Whether the groups of digits are those in which the country writes this number."""
    import phonenumbers

    groups = re.findall("[0-9]+", written)
    if len(groups) < 2:
        return False
    if region in ("US", "CA"):
        return tuple(map(len, groups)) in ((3, 3, 4), (1, 3, 3, 4))
    told = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    usual = re.findall("[0-9]+", told)
    # The area code stands apart; how the rest is grouped is a matter of taste.
    return written.lstrip("(").startswith("0") and groups[0] == usual[0] and len("".join(groups)) >= 9
