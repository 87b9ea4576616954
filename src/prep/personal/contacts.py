"""How people are reached: e-mail addresses, phone numbers, names and passwords inside URLs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prep.personal.kind import DIGITS, Kind
from prep.personal.phones import GATE as PHONE_GATE
from prep.personal.phones import find_phones

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.personal.kind import Span, Window

# What stands before and after may be quotes and the marks of emphasis: '_jane@example.com_'.
_LOCAL = r"(?<!\w)\w[\w.+%&=~'’-]{0,63}"
_EMAIL = re.compile(rf"{_LOCAL}(?:@|%40)(?:[^\W_](?:[\w-]{{0,62}}[^\W_])?\.)+[^\W\d_][\w-]{{0,60}}[^\W\d_](?![^\W_]|@)")
# A field's name in front: `email=jane@example.com`. Other `=` are the address's (`bounce-jane=example.com@...`).
_FIELD = re.compile(
    r"(?:\w*(?:e[-_]?mail|user|user_?name|login|contact|account)|to|from|cc|bcc|reply_?to|sender|recipient|uid|owner)=(?=[^=]+$)",
    re.IGNORECASE,
)
_IN_URL = re.compile(r"://[^\s/@]*$")


def _emails(window: Window) -> Iterator[Span]:
    for match in _EMAIL.finditer(window.text, window.start, window.end):
        local = _AT.split(match[0])[0]
        field = _FIELD.match(local)
        start = match.start() + (field.end() if field else 0)
        if ".." in local or local.endswith(".") or _IN_URL.search(window.before(match.start(), 200)):
            continue
        # git@github.com:owner/name names a machine's account.
        if local != "git" or window.text[match.end() : match.end() + 1] not in (":", "/"):
            yield start, match.end()


_AT = re.compile("@|%40")
_URL_CREDENTIALS = re.compile(
    r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://([^\s/@:\[\]<>\"'{}]{0,100}:[^\s/@<>\"'{}]{1,200})@(?=[\w\[])"
)


def _credentials(window: Window) -> Iterator[Span]:
    for match in _URL_CREDENTIALS.finditer(window.text, window.start, window.end):
        yield match.span(1)


KINDS = (
    Kind("email", "e-mail addresses, letters of any script", ("@|%40",), "@|%40", _emails),
    Kind(
        "phone",
        "phone numbers: any country's with + or 00 in front, the national ones of `regions`, any in groups behind "
        "a label (`Phone:`, `call me at`); extensions with them",
        (DIGITS,),
        PHONE_GATE,
        find_phones,
    ),
    Kind(
        "url_credentials",
        "name and password in a URL (`https://name:password@host`); the URL stays",
        ("@|%40",),
        r"://[^ \n/@]{0,100}:[^ \n/@]{1,200}@",
        _credentials,
        reach=320,
    ),
)
