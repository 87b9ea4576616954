"""Phone numbers: found by their shape, decided by the numbering plans of the world's countries."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prep.personal.spans import spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from phonenumbers import PhoneNumber

    from prep.personal.kind import Span, Window

REGIONS = ("US", "GB", "DE")
_JOIN = r"[ .()/\u00a0\u2007\u2010\u2011\u2013\u202f-]{0,3}"
_GATE_JOIN = r"[ .()/\x{a0}\x{2007}\x{2010}\x{2011}\x{2013}\x{202f}-]{0,3}"
_INTERNATIONAL = re.compile(rf"(?<![\w+.,-])(?:\+|00)[ ]?[1-9](?:{_JOIN}[0-9]){{6,14}}")
# With separators, as people write them: (212) 555-0123, 020 7946 0958. Bare digits need a word in front.
_FIRST = r"(?:1[ .\u00a0\u2011-](?=[(2-9]))?(?:\([0-9]{2,5}\)|[01][0-9]{1,4}|[2-9][0-9]{2})"
_NATIONAL = re.compile(rf"(?:(?<![\w+.,/$€£#§-])|(?<=[,.])(?=\()){_FIRST}(?:{_JOIN}[0-9]){{5,9}}")
_NAMES = (
    "tele?phone|phone|tel|mobile|cell|call|fax|ring|dial|sms|text|whatsapp|"
    "telefon|handy|mobil|my number|reach me|reach us"
)
_DATE = r"(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{4}\b"
_IS_DATE = re.compile(_DATE)
# Behind such words any digits in groups are a number, wherever it is dialled; dates are not.
_LABEL = (
    r"(?:(?:tele?(?:phone|fon|fono)?|phone|mobile|cell|fax|handy|mobil|whatsapp|t(?:é|e)l(?:é|e)phone|tel(?:é|e)fono?|portable|"
    r"rufnummer|telefax)(?: ?(?:no|number|nr|num|#)\.?)?[\"'*]{0,2} ?[:=]"
    r"|(?:call|reach|phone|ring|text) (?:me|us|him|her|them)(?: back)? (?:at|on) |answering at )"
)
_LABELLED = re.compile(
    rf"(?i:(?<!\w){_LABEL})[ \n\"'*_]{{0,4}}"
    rf"(?!{_DATE})(\+?\(?[0-9](?:{_JOIN}[0-9]){{6,14}})(?![\w-]|[.,/:][0-9])"
)
_NAMED = re.compile(rf"(?i:\b(?:{_NAMES})\b)[^0-9+\n]{{0,20}}$")
_OTHER_NUMBER = re.compile(
    r"(?:\b(?:no|nos|nr|number|case|docket|cause|file|invoice|ref|reference|section|sec|art|article|clause|para|claim|"
    r"patent|isbn|issn|order|policy|account|acct|ticket|bates|reg|id|page|pp|vol|az|aktenzeichen|contract|matter|loan|"
    r"model|part|p/n|s/n|serial|sku|lot|batch|item|permit|tracking)\b\.?|[#§])\s*[:.#]?\s*\(?$",
    re.IGNORECASE,
)
_PHONE_NUMBER = re.compile(rf"\b(?:{_NAMES})\.?\s*(?:number|no|nr|#)\W{{0,4}}$", re.IGNORECASE)
# What every phone number matches.
GATE = (
    rf"(?:\+|00)[ ]?[1-9](?:{_GATE_JOIN}[0-9]){{6}}|\([0-9]{{2,5}}\){_GATE_JOIN}[0-9]"
    rf"|[0-9]{{3}}[ .\x{{a0}}\x{{2010}}\x{{2011}}-][0-9]{{3}}[ .\x{{a0}}\x{{2010}}\x{{2011}}-][0-9]{{4}}"
    rf"|0[0-9]{{1,4}}[ ./\x{{a0}}\x{{2010}}\x{{2011}}-](?:{_GATE_JOIN}[0-9]){{5}}"
    r"|[0-9]{7}"
    rf"|(?i-u:{_LABEL})[^0-9]{{0,6}}[0-9]"
)
_EXTENSION = re.compile(
    r"[ ,;]{0,2}(?:x|ext\.?|extension|Durchwahl|DW|poste)[ .:]{0,2}[0-9]{1,6}(?![0-9\w])", re.IGNORECASE
)
# The plan of North America: no code begins with 0 or 1.
_NANP = re.compile(
    r"(?:\+?1[ .-])?(?:\([2-9][0-9]{2}\)[ ]?|[2-9][0-9]{2}[.\u2010\u2011-])[2-9][0-9]{2}[.\u2010\u2011-][0-9]{4}"
)


def find_phones(window: Window) -> Iterator[Span]:
    """Where phone numbers stand: valid ones, in a form that is written in their country."""
    yield from spans(_INTERNATIONAL, window, _international_end)
    regions = window.regions

    def national_end(text: str, match: re.Match[str]) -> int | None:
        before = text[max(0, match.start() - 28) : match.start()]
        if _IS_DATE.match(text, match.start()):
            return None
        if _OTHER_NUMBER.search(before) and not _PHONE_NUMBER.search(before):
            return None
        named = _NAMED.search(before) is not None
        end = _valid_end(text, match.start(), match.end(), regions, national=not named)
        if end is None and "US" in regions:
            end = _american_end(text, match.start(), named=named)
        return end

    yield from spans(_NATIONAL, window, national_end)
    for match in _LABELLED.finditer(window.text, window.start, window.end):
        yield match.start(1), _with_extension(window.text, match.end(1))


def _american_end(text: str, start: int, *, named: bool) -> int | None:
    """The end of ten digits grouped as only a phone number is, though the area code is given to nobody."""
    shape = _NANP if not named else _TEN
    match = shape.match(text, start)
    if match is None or re.match(r"[\w-]|[.,/][0-9]", text[match.end() : match.end() + 2]):
        return _with_extension(text, match.end()) if match is not None and _EXTENSION.match(text, match.end()) else None
    return _with_extension(text, match.end())


_TEN = re.compile(r"(?:1[ .-])?(?:\([0-9]{3}\)[ ]?|[0-9]{3}[ .\u2010\u2011-])[0-9]{3}[ .\u2010\u2011-][0-9]{4}")


def _with_extension(text: str, end: int) -> int:
    match = _EXTENSION.match(text, end)
    return match.end() if match else end


def _international_end(text: str, match: re.Match[str]) -> int | None:
    # 00 is how one dials out of Germany, as of most countries; 001 is dialled without more from America.
    start, end = match.span()
    found = _valid_end(text, start, end, ["DE" if match[0].startswith("0") else None])
    if found is not None:
        return found
    # A number of no plan, but with the grouping of one, after a word that says what it is.
    named = _NAMED.search(text[max(0, start - 28) : start]) is not None
    grouped = re.match(r"(?:\+|00)1[ .-]?\(?[2-9]", match[0]) is not None
    grouped = grouped or (match[0].startswith("+") and len(re.findall("[0-9]+", match[0])) > 3)
    whole = re.fullmatch(r"\+[1-9][0-9]{10,13}", match[0]) is not None
    if not (named or grouped or whole):
        return None
    return _valid_end(text, start, end, ["DE" if match[0].startswith("0") else None], possible=True)


def _valid_end(
    text: str, start: int, end: int, regions: Sequence[str | None], *, national: bool = False, possible: bool = False
) -> int | None:
    """The end of the longest valid number that begins at `start`; of shorter ones those that end between groups."""
    import phonenumbers

    is_one = phonenumbers.is_possible_number if possible else phonenumbers.is_valid_number
    between = [start + match.start() for match in re.finditer(r"(?<=[0-9)])[^0-9)]", text[start:end])]
    for stop in [end, *reversed(between)]:
        extension = _EXTENSION.match(text, stop)
        if extension is None and text[stop : stop + 1].isalnum():
            continue
        if extension is None and text[start] != "+" and re.match(r"[-.,/][0-9]", text[stop : stop + 2]):
            continue
        written = text[start:stop].rstrip("(./ -")
        for region in regions:
            try:
                number = phonenumbers.parse(written, region)
            except phonenumbers.NumberParseException:
                continue
            if is_one(number) and (not national or _is_written_so(written, number, region)):
                return _with_extension(text, start + len(written))
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
