"""Replies without what they quote: quoted lines, the line that announces them, a forwarded message; signatures."""

from __future__ import annotations

import re

# "On Mon, 3 Feb 2025 at 10:12, Ann Lee <ann@example.org> wrote:" and its like, also broken over two or three lines.
_ANNOUNCED = re.compile(
    r"^[ \t]*(?:On|Am|Le|El|Il|Op|Den|Em)\b[^\n]{0,200}(?:\n[^\n]{0,200}){0,2}?"
    r"\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef|skrev|escreveu)\b[^\n:]{0,80}:[ \t]*$",
    re.MULTILINE,
)
# What mail programs put over a message that is quoted whole.
_BELOW = re.compile(
    r"^(?:-{2,}[ \t]*(?:Original Message|Ursprüngliche Nachricht|Message d'origine|Mensaje original|Forwarded message)"
    r"[ \t]*-{2,}|_{10,})[ \t]*$"
    r"|^From:[^\n]+\n(?:[A-Z][A-Za-z-]+:[^\n]*\n){0,2}(?:Sent|Date):[^\n]+\n(?:[A-Z][A-Za-z-]+:[^\n]*\n){0,4}"
    r"Subject:[^\n]*$",
    re.MULTILINE,
)
_QUOTED = re.compile(r"^[ \t]*>.*(?:\n|\Z)", re.MULTILINE)
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)


def without_quotes(text: str) -> str:
    """`text` without quoted lines, the lines that announce them, and a message quoted whole below it."""
    below = _BELOW.search(text)
    if below is not None:
        text = text[: below.start()]
    kept, at = [], 0
    for match in _ANNOUNCED.finditer(text):
        behind = text[match.end() :].lstrip("\n \t")
        if behind.startswith(">") or not behind:
            kept.append(text[at : match.start()])
            at = match.end()
    text = _QUOTED.sub("", "".join([*kept, text[at:]]))
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n")


def without_signature(text: str) -> str:
    """`text` up to the line `-- ` that mail programs put over a signature; a text that begins with it stays."""
    match = _SIGNATURE.search(text)
    return text[: match.start()].rstrip("\n") if match and text[: match.start()].strip() else text
