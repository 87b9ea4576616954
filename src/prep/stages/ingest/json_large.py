"""Large lists and objects inside an object: kept as their text, which is checked natively; nothing is made of them."""

from __future__ import annotations

import re

import msgspec

from prep.stages.ingest.json_structure import COMMA, WHITE, Structure, fault

LARGE = 1024 * 1024  # bytes of a line that is looked into
_HELD = 64 * 1024  # bytes of a value that is held out
_DEEPEST = 200  # as the parser of all other lines has it
_KEY_AND_COLON = re.compile(rb'[ \t\r\n]*("[^"\\]*+(?:\\.[^"\\]*+)*+")[ \t\r\n]*:', re.DOTALL)
_KEY = msgspec.json.Decoder(str).decode


def without_large(line: bytes) -> tuple[bytes, dict[str, str], str | None]:
    """(the line with `[]` for each large list or object, their texts by key, why one of them cannot be kept).

    A line that is itself a list is `[]`, too; one that is broken elsewhere comes back broken.
    """
    if line[:1] == b"[":
        return (b"[]", {}, _fault(line))
    if line[:1] != b"{":
        return line, {}, None
    held: dict[str, str] = {}
    pieces, at = [b"{"], 1
    for place, mark, depth in Structure().marks(line[1:]):
        end = place + 1
        if depth < 0 or mark == COMMA:
            member = line[at:end]
            reason = None
            if len(member) >= _HELD:
                member, reason = _short(member, held)
            if reason is not None:
                return line, held, reason
            pieces.append(member)
            pieces.append(line[end : end + 1])
            at = end + 1
        if depth < 0:
            break
    rest = line[at:]
    if len(rest) >= _HELD:  # it ends within a value, or goes on behind its end
        return line, held, fault(line) or "invalid_json"
    return b"".join([*pieces, rest]), held, None


def _short(member: bytes, held: dict[str, str]) -> tuple[bytes, str | None]:
    """`"key": value` with `[]` for a value that is a list or an object, whose text goes into `held`; or its fault."""
    key = _KEY_AND_COLON.match(member)
    text = member[key.end() :].strip(WHITE) if key else b""
    if key is None or text[:1] not in (b"[", b"{"):
        return member, None
    reason = _fault(text)
    if reason is not None:
        return member, reason
    try:
        held[_KEY(key[1])] = text.decode()
    except msgspec.DecodeError:
        return member, None
    return key[0] + b"[]", None


def _fault(text: bytes) -> str | None:
    structure = Structure()
    for _ in structure.marks(text):
        pass
    return "nested_too_deep" if structure.deepest > _DEEPEST else fault(text)
