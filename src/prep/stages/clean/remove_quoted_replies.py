"""The step `remove_quoted_replies`."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from prep.stages.clean.gate import change_where
from prep.stages.registry import TextStepConfig, step

if TYPE_CHECKING:
    import polars as pl


class RemoveQuotedReplies(TextStepConfig):
    """Remove what a message quotes of those before it.

    Lines that begin with `>` go, with the line above that says who wrote them; and everything from such a line on where
    it names a time or an address, from `-----Original Message-----` on, and from a block of `From:`, `Sent:`, `To:`,
    `Subject:` on. English, German, French, Spanish, Italian, Dutch and Portuguese programs are known. A message of
    nothing but a quotation stays as it is: the quotation is what it says.
    """

    signatures: bool = Field(False, description="remove signatures too: from a line `-- ` on, and `Sent from my ...`")
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {},
            "before": "Yes, please.\n\nOn 3 May 2024 at 10:12, Ann <ann@example.com> wrote:\n> A refund?\n> Ann",
            "after": "Yes, please.",
        },
        {
            "settings": {"signatures": True},
            "before": "It works now.\n-- \nJane Roe\nExample Ltd\n\n-----Original Message-----\nFrom: Ann",
            "after": "It works now.",
        },
    )


@step
def remove_quoted_replies(text: pl.Expr, config: RemoveQuotedReplies) -> pl.Expr:
    """Texts without quotations; null stays null."""
    import polars as pl

    hint = _HINT + (f"|{_SIGNATURE_HINT}" if config.signatures else "")

    def remove(column: pl.Series) -> pl.Series:
        return change_where(column, column.str.contains(hint), partial(_remove_all, config))

    return text.map_batches(remove, return_dtype=pl.String, is_elementwise=True)


_WROTE = r"wrote|schrieb|a écrit|escribió|ha scritto|schreef|escreveu"
_INTRO = r"On|Am|Le|El|Il|Op|Em"
_FROM = r"From|Von|De|Da|Van"
_MORE = (
    r"Sent|Date|To|Subject|Cc|Gesendet|Datum|An|Betreff|Envoyé|Objet|À|Enviado(?: el)?|Fecha|Para|Asunto|Inviato|Data|"
    r"A|Oggetto|Verzonden|Aan|Onderwerp|Assunto"
)
_ORIGINAL = (
    r"original message|ursprüngliche nachricht|message d'origine|mensaje original|messaggio originale|"
    r"oorspronkelijk bericht|mensagem original|forwarded message|weitergeleitete nachricht"
)
_HINT = rf"(?m)^[ \t]*>|(?:{_WROTE})[^\n]{{0,120}}:[ \t]*$|(?i:{_ORIGINAL})|^[ \t*]*(?:{_FROM})[ \t]?:"
_SIGNATURE_HINT = r"^-- ?$|^(?:Sent from my|Get Outlook for|Von meinem|Envoyé de mon) "
# One line, or two where the program broke it.
_SAID = re.compile(rf"^[ \t]*(?:{_INTRO})\b[^\n]*(?:\n(?!>)[^\n]+)?\b(?:{_WROTE})\b[^\n:]*:[ \t]*\n?", re.M)
_SAID_FIRST = re.compile(rf"^[^\n>]{{1,120}}\b(?:{_WROTE})\b[^\n:]{{0,40}}:[ \t]*\n?", re.M)
_TOLD = re.compile(r"[0-9]{1,2}[:.h][0-9]{2}|[^\s@]+@[^\s@]+\.[a-z]")
_RULE = re.compile(rf"^[ \t]*[-_]{{2,}}[ \t]*(?:{_ORIGINAL})[ \t]*[-_]{{2,}}[ \t]*$", re.M | re.I)
_HEADER = re.compile(
    rf"^(?:_{{10,}}[ \t]*\n)?[ \t*]*(?:{_FROM})[ \t]?:[^\n]+\n(?:[ \t*]*(?:{_MORE})[ \t]?:[^\n]*\n?){{2,}}", re.M
)
_QUOTED = re.compile(r"^[ \t]*>[^\n]*(?:\n|\Z)", re.M)
_SIGNATURE = re.compile(
    r"^(?:-- ?\n.*|(?:Sent from my|Get Outlook for|Von meinem|Envoyé de mon) [^\n]*\s*)\Z", re.M | re.S
)


def _remove_all(config: RemoveQuotedReplies, column: pl.Series) -> pl.Series:
    import polars as pl

    return pl.Series(
        column.name, [_remove(text, signatures=config.signatures) for text in column.to_list()], dtype=pl.String
    )


def _remove(text: str, *, signatures: bool) -> str:
    own = text[: _end(text)]
    for said in (_SAID, _SAID_FIRST):
        own = said.sub(lambda found, whole=own: _above_quote(found, whole), own)  # type: ignore[misc]
    own = _QUOTED.sub("", own)
    if signatures:
        own = _SIGNATURE.sub("", own)
    if own == text or not own.strip():
        return text
    return re.sub(r"\n{3,}", "\n\n", own).strip("\n")


def _end(text: str) -> int:
    """Where everything that follows is quoted."""
    ends = [found.start() for pattern in (_RULE, _HEADER) if (found := pattern.search(text))]
    for found in _SAID.finditer(text):
        rest = text[found.end() :]
        if _TOLD.search(found[0]) and not _QUOTED.search(rest):
            ends.append(found.start())
            break
    return min(ends, default=len(text))


def _above_quote(found: re.Match[str], whole: str) -> str:
    """Nothing, where a quoted line follows; else what stood there."""
    return "" if re.match(r"[ \t\n]*>", whole[found.end() :]) else found[0]
