"""Placeholders in the place of personal data: typed, and numbered within a record."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from prep.personal.pseudonyms import pseudonym

_STRING = msgspec.json.Decoder(str).decode
_ENCODE = msgspec.json.Encoder().encode
# The strings and numbers of a JSON text; all that stands between them is structure.
JSON_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*')
_SHOWN = re.compile(r"[^\W_]")
_PLACEHOLDER = re.compile(r"\[([A-Z][A-Z0-9_]*)_([0-9]{1,6})\]")


@dataclass
class Numbering:
    """The placeholders of one record: the same value has the same number wherever it stands in it."""

    mode: Literal["placeholder", "mask", "drop", "pseudonym"] = "placeholder"
    key: bytes | None = None  # of pseudonyms
    _last: dict[str, int] = field(default_factory=dict)
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def reserve(self, text: str) -> None:
        """Numbers of placeholders that stand in a text already are not given again."""
        for kind, number in _PLACEHOLDER.findall(text):
            self._last[kind] = max(self._last.get(kind, 0), int(number))

    def stand_in(self, kind: str, value: str) -> str:
        """What stands in the place of a value; case and separators make no other value of it."""
        plain = value.casefold() if kind == "EMAIL" else re.sub(r"[^\w:]|_", "", value.casefold())
        if (kind, plain) not in self._known:
            self._last[kind] = self._last.get(kind, 0) + 1
            if self.key is not None:
                self._known[kind, plain] = f"[{kind}_{pseudonym(self.key, kind, plain)}]"
            else:
                self._known[kind, plain] = f"[{kind}_{self._last[kind]}]"
        return _SHOWN.sub("*", value) if self.mode == "mask" else self._known[kind, plain]

    def counts(self) -> str:
        """How many different values of each kind there were: `EMAIL 2, IBAN 1`."""
        found: dict[str, int] = {}
        for kind, _ in self._known:
            found[kind] = found.get(kind, 0) + 1
        return ", ".join(f"{kind} {count}" for kind, count in sorted(found.items()))


def substitute(text: str, spans: list[tuple[int, int, str, str]], numbering: Numbering) -> str:
    """`text` with placeholders at `spans`: (start, end, kind, value), in order."""
    pieces, at = [], 0
    for start, end, kind, value in spans:
        pieces += [text[at:start], numbering.stand_in(kind, value)]
        at = end
    return "".join([*pieces, text[at:]])


def json_strings(text: str) -> list[tuple[int, int, str]]:
    """(start, end, what it says) of every string and long number in a JSON text; what is no JSON is one string."""
    found = []
    for match in JSON_TOKENS.finditer(text):
        token = match[0]
        if token[0] == '"':
            try:
                found.append((match.start(), match.end(), _STRING(token.encode("utf-8", "surrogatepass"))))
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue
        elif len(token) > 8:
            found.append((match.start(), match.end(), token))
    return found


def as_json(text: str) -> str:
    """A string as JSON source."""
    return _ENCODE(text).decode()
