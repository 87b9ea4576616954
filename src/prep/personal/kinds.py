"""The kinds of personal data: for each a cheap pattern that says where to look closely, and the close look."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prep.personal.checksums import IBAN_LENGTHS, is_card, is_iban, is_us_ssn
from prep.personal.phones import GATE as PHONE_GATE
from prep.personal.phones import find_phones
from prep.personal.spans import spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

Span = tuple[int, int]
# What stands between the groups of a number: spaces, hyphens, those that do not break included.
_JOINS = "[ \u00a0\u2007\u202f\u2010\u2011\u2013-]"
_NOT_DIGIT = re.compile("[^0-9]")


@dataclass(frozen=True)
class Kind:
    """A kind of personal data. `gate` is a regular expression (Rust) that every text with one of it matches."""

    name: str
    explanation: str
    gate: str
    find: Callable[[str, Sequence[str]], Iterator[Span]]

    @property
    def placeholder(self) -> str:
        """What stands in a placeholder: EMAIL in [EMAIL_1]."""
        return self.name.upper()


# What stands before and after may be quotes and the marks of emphasis: '_jane@example.com_'.
_LOCAL = r"(?<!\w)\w[\w.+%&=~'’-]{0,63}"
_EMAIL = re.compile(rf"{_LOCAL}@(?:[^\W_](?:[\w-]{{0,62}}[^\W_])?\.)+[^\W\d_]{{2,63}}(?![^\W_]|@)")


def _emails(text: str, _: Sequence[str]) -> Iterator[Span]:
    for match in _EMAIL.finditer(text):
        local = match[0].partition("@")[0]
        if ".." not in local and not local.endswith("."):
            yield match.span()


_SSN = re.compile(rf"(?<![\w.,-])[0-9]{{3}}({_JOINS})[0-9]{{2}}\1[0-9]{{4}}(?![\w-]|[.,][0-9])")
_BARE_SSN = re.compile(
    r"(?i:\bSSN\b|social\s+security(?:\s+(?:no\.?|number|num\.?|#))?)\W{0,4}(?:is\s+|of\s+)?([0-9]{9})(?![0-9])"
)


def _ssns(text: str, _: Sequence[str]) -> Iterator[Span]:
    for match in _SSN.finditer(text):
        if is_us_ssn(_NOT_DIGIT.sub("", match[0])):
            yield match.span()
    for match in _BARE_SSN.finditer(text):
        if is_us_ssn(match[1]):
            yield match.span(1)


_IBAN = re.compile(
    rf"(?<![A-Za-z0-9])(?:[A-Z]{{2}}[0-9]{{2}}(?:{_JOINS}?[A-Z0-9]){{11,30}}|[a-z]{{2}}[0-9]{{2}}[a-z0-9]{{11,30}})"
)


def _ibans(text: str, _: Sequence[str]) -> Iterator[Span]:
    yield from spans(_IBAN, text, _iban_end)


def _iban_end(text: str, match: re.Match[str]) -> int | None:
    length = IBAN_LENGTHS.get(match[0][:2].upper())
    end = _after(match[0], length) if length is not None else None
    if end is None or text[match.start() + end : match.start() + end + 1].isalnum():
        return None
    return match.start() + end if is_iban(re.sub(_JOINS, "", match[0][:end]).upper()) else None


_CARD_JOINS = _JOINS.replace("[", "[.")
_CARD = re.compile(rf"(?<![\w.,])(?<![0-9]-)[2-6][0-9]{{3}}(?:{_CARD_JOINS}?[0-9]){{9,15}}")
_GROUPS = ((4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 5), (4, 4, 4, 1), (6, 13), (4, 4, 4, 2))


def _cards(text: str, _: Sequence[str]) -> Iterator[Span]:
    yield from spans(_CARD, text, _card_end)


def _card_end(text: str, match: re.Match[str]) -> int | None:
    for length in range(19, 12, -1):
        end = _after(match[0], length)
        if end is None or text[match.start() + end : match.start() + end + 1].isalnum():
            continue
        number = match[0][:end]
        groups = tuple(map(len, re.split(_CARD_JOINS, number)))
        if (len(groups) == 1 or groups in _GROUPS) and is_card(_NOT_DIGIT.sub("", number)):
            return match.start() + end
    return None


_FOUR = r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}"
_IPV4 = re.compile(rf"(?<![\w.])(?<![^0-9]-){_FOUR}(?!\w|\.[0-9]|-(?!{_FOUR}))")
_IPV6 = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}|:)(?::[0-9A-Fa-f]{0,4}){2,7}(?:(?<=:)(?:[0-9]{1,3}\.){3}[0-9]{1,3})?(?![\w:])"
)
# 10.2.3.4 may be the number of a section, a clause or a version.
_NUMBERED = re.compile(
    r"(?:\b(?:(?:sub-?)?(?:section|sec|sect|clause|cl|article|art|paragraph|para)|item|point|rule|chapter|annex|appendix|"
    r"schedule|exhibit|part|table|figure|fig|ziffer|abschnitt|version|ver|v|release|build|firmware)s?\.?|§+)\s*$",
    re.IGNORECASE,
)
# What stands between the members of a list or a range, which are then of one kind.
_LISTED = re.compile(r"\s*(?:[,;&–-]|(?:,\s*)?(?:and|or|to|through|und|oder|bis))\s*", re.IGNORECASE)
_STARTS_LINE = re.compile(r"(?:^|\n)[ \t(]*$")


def _ips(text: str, _: Sequence[str]) -> Iterator[Span]:
    end, numbered = 0, False
    for match in _IPV4.finditer(text):
        listed = numbered and _LISTED.fullmatch(text, end, match.start()) is not None
        end, numbered = match.end(), listed or _is_section(text, match)
        if _is_ip(match[0]) and not numbered:
            yield match.span()
    for match in _IPV6.finditer(text):
        groups = [group for group in match[0].split(":") if group]
        if len(groups) > 2 and any(digit.isdigit() for digit in match[0]) and _is_ip(match[0]):
            yield match.span()


def _is_section(text: str, match: re.Match[str]) -> bool:
    """Whether four numbers are those of a section or a version: by the word before, or as they head a title."""
    before, after = text[max(0, match.start() - 16) : match.start()], text[match.end() : match.end() + 4]
    if _NUMBERED.search(before):
        return True
    small = all(int(number) < 30 for number in match[0].split("."))
    heads = re.match(r"[.)]?[ \t]+[A-Z]", after) if small else _STARTS_LINE.search(before)
    return heads is not None and re.match(r"[.)]?[ \t]+[A-Za-z]", after) is not None


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _after(text: str, count: int) -> int | None:
    """Where the first `count` letters and digits of `text` end; None where there are fewer."""
    for at, letter in enumerate(text):
        count -= letter.isalnum()
        if count == 0:
            return at + 1
    return None


KINDS = {
    kind.name: kind
    for kind in (
        Kind("email", "e-mail addresses, letters of any script", r"@[^\s@]+\.", _emails),
        Kind(
            "phone",
            "phone numbers: any country's with + or 00 in front, the national ones of `regions`",
            PHONE_GATE,
            find_phones,
        ),
        Kind(
            "us_ssn",
            "US social security numbers: 123-45-6789, or nine digits after those words; never assigned ones stay",
            rf"[0-9]{{3}}{_JOINS}[0-9]{{2}}{_JOINS}[0-9]{{4}}|(?i:ssn|social[\s\x{{a0}}]+security)",
            _ssns,
        ),
        Kind(
            "iban",
            "bank account numbers (IBAN) with the country's length and a right checksum",
            rf"[A-Z]{{2}}[0-9]{{2}}{_JOINS}?[A-Z0-9]{{2}}|[a-z]{{2}}[0-9]{{2}}[a-z0-9]{{11}}",
            _ibans,
        ),
        Kind(
            "credit_card",
            "card numbers of known issuers with a right checksum, in groups or not",
            rf"[2-6][0-9]{{3}}{_CARD_JOINS}?[0-9]{{4}}{_CARD_JOINS}?[0-9]",
            _cards,
        ),
        Kind(
            "ip_address",
            "IPv4 and IPv6 addresses; not numbers of sections and versions",
            r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]|[0-9A-Fa-f:]:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]",
            _ips,
        ),
    )
}
