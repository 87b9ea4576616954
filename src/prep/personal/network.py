"""Addresses of machines: IP and MAC."""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING

from prep.personal.kind import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.personal.kind import Span, Window

_FOUR = r"(?:[0-9]{1,3}\.){3}[0-9]{1,3}"
_IPV4 = re.compile(rf"(?<![\w.])(?<![^0-9]-){_FOUR}(?!\w|\.[0-9]|-(?!{_FOUR}))")
_IPV6 = re.compile(
    r"(?<![\w:.])(?:[0-9A-Fa-f]{1,4}|:)(?::(?!(?:[0-9]{1,3}\.){3})[0-9A-Fa-f]{0,4}){1,7}(?::?(?<=:)(?:[0-9]{1,3}\.){3}[0-9]{1,3})?(?![\w:])"
)
# fe80::1, ff02::1, 2001:db8::; two short groups are a ratio, or names in a program.
_TWO_GROUPS = re.compile(
    r"(?i:fe[89ab][0-9a-f]|ff0[0-9a-f]|f[cd][0-9a-f]{2}|[23][0-9a-f]{3})(?:::[0-9a-f]{1,4}|:[0-9a-f]{1,4}::)"
)
# 10.2.3.4 may be the number of a section, a clause or a version.
_NUMBERED = re.compile(
    r"(?:\b(?:(?:sub-?)?(?:section|sec|sect|clause|cl|article|art|paragraph|para)|item|point|rule|chapter|annex|appendix|"
    r"schedule|exhibit|part|table|figure|fig|ziffer|abschnitt|nr|no|under|version|ver|v|release|build|firmware)s?\.?|§+)"
    r"\s*$",
    re.IGNORECASE,
)
# What stands between the members of a list or a range, which are then of one kind.
_LISTED = re.compile(r"\s*(?:[,;&–-]|(?:,\s*)?(?:and|or|to|through|und|oder|bis))\s*", re.IGNORECASE)
_STARTS_LINE = re.compile(r"(?:^|\n)[ \t(]*$")


def _ips(window: Window) -> Iterator[Span]:
    end, numbered = window.start, False
    for match in _IPV4.finditer(window.text, window.start, window.end):
        listed = numbered and _LISTED.fullmatch(window.text, end, match.start()) is not None
        end, numbered = match.end(), listed or _is_section(window.text, match)
        if _is_ip(match[0]) and not numbered:
            yield match.span()
    for match in _IPV6.finditer(window.text, window.start, window.end):
        groups = [group for group in match[0].split(":") if group]
        told = len(groups) > 2 or "." in match[0] or _TWO_GROUPS.fullmatch(match[0]) is not None
        if told and any(digit.isdigit() for digit in match[0]) and _is_ip(match[0]):
            yield match.span()


def _is_section(text: str, match: re.Match[str]) -> bool:
    """Whether four numbers are those of a section or a version: by the word before, or as they head a title."""
    before, after = text[max(0, match.start() - 16) : match.start()], text[match.end() : match.end() + 4]
    if _NUMBERED.search(before):
        return not re.search(r"\bip\b", text[max(0, match.start() - 40) : match.start()], re.IGNORECASE)
    small = all(int(number) < 30 for number in match[0].split("."))
    heads = re.match(r"[.)]?[ \t]+[A-Z]", after) if small else _STARTS_LINE.search(before)
    return heads is not None and re.match(r"[.)]?[ \t]+[A-Za-z]", after) is not None


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


_MAC = re.compile(
    r"(?<![\w:.-])(?:[0-9A-Fa-f]{2}([:-])(?:[0-9A-Fa-f]{2}\1){4}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})"
    r"(?![\w:-]|\.[0-9A-Fa-f])"
)


def _macs(window: Window) -> Iterator[Span]:
    for match in _MAC.finditer(window.text, window.start, window.end):
        digits = re.sub("[^0-9A-Fa-f]", "", match[0]).upper()
        # Six pairs of digits between hyphens may be a date and time; nobody's card is all zeros or all ones.
        if len(set(digits)) > 1 and not (match[1] in ("-", None) and digits.isdecimal()):
            yield match.span()


_PAIR = "[0-9A-Fa-f]{2}"
KINDS = (
    Kind(
        "ip_address",
        "IPv4 and IPv6 addresses; not numbers of sections and versions",
        (r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]|:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f]",),
        r"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]|[0-9A-Fa-f:]:[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]",
        _ips,
    ),
    Kind(
        "mac_address",
        "hardware addresses: six pairs with : or -, three groups of four with dots",
        (r":[0-9A-Fa-f]{2}:[0-9A-Fa-f]{2}:", rf"-{_PAIR}-{_PAIR}-{_PAIR}-|\.{_PAIR}{_PAIR}\.{_PAIR}{_PAIR}"),
        rf"{_PAIR}[:-]{_PAIR}[:-]{_PAIR}[:-]|{_PAIR}{_PAIR}\.{_PAIR}{_PAIR}\.{_PAIR}",
        _macs,
    ),
)
