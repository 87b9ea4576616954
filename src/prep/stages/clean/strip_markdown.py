"""The step `strip_markdown`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from prep.stages.clean.gate import change_where
from prep.stages.registry import TextStepConfig, step

if TYPE_CHECKING:
    import polars as pl


class StripMarkdown(TextStepConfig):
    """Turn Markdown into plain text: marks out, words and lines as they are.

    Headings, emphasis, links, images (their words stay), quotation marks, rules, fences and the frames of tables lose
    their marks; definitions of links go. Lists keep their marks and numbers, code keeps every character. What is no
    mark stays: `snake_case`, `2 * 3 * 4`, `* * *` for words left out, `[sic]`, a lone `#`. HTML is for
    `strip_html`. About 15 MB/s a core on text that is full of marks.
    """

    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {},
            "before": "## 1. *Term*\n\nThe **tenant** pays `rent_due`, see [section 2](#s2).\n\n> Not 2 * 3 * 4.",
            "after": "1. Term\n\nThe tenant pays rent_due, see section 2.\n\nNot 2 * 3 * 4.",
        },
    )


@step
def strip_markdown(text: pl.Expr, config: StripMarkdown) -> pl.Expr:  # noqa: ARG001
    """Texts without marks; null stays null."""
    import polars as pl

    def strip(column: pl.Series) -> pl.Series:
        return change_where(column, column.str.contains(_HINT), _strip_all)

    return text.map_batches(strip, return_dtype=pl.String, is_elementwise=True)


_HINT = (
    r"[*_~]{2}|[*_][^\s*_]|\]\(|\][:\[]|`|(?m:^ {0,3}(?:#{1,6}[ \t]|>|={2,}[ \t]*$|-{3,}[ \t]*$|~~~))"
    r"|\\[*_#\[\]>|~]|<https?:|\|"
)
_FENCED = re.compile(
    r"^(?P<indent> {0,3})(?P<fence>`{3,}|~{3,})[^`\n]*\n(?P<code>.*?)(?:^ {0,3}(?P=fence)[`~]*[ \t]*(?:\n|\Z)|\Z)",
    re.M | re.S,
)
_CODE = re.compile(r"(?<!`)(?P<ticks>`+)(?!`)(?P<code>[^\n]+?)(?<!`)(?P=ticks)(?!`)")
# Whole lines, in this order.
_QUOTE = re.compile(r"^ {0,3}(?:>[ \t]?)+", re.M)
_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$", re.M)
_UNDERLINE = re.compile(r"(?<=\S)[ \t]*\n {0,3}(?:={2,}|-{3,})[ \t]*$", re.M)
_RULE = re.compile(r"^ {0,3}(?:-{3,}|\*{3,}|_{3,})[ \t]*$", re.M)
_DEFINITION = re.compile(
    r"^ {0,3}\[([^\]\n^]+)\]:[ \t]*<?[^\s>]+>?(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'|\([^)\n]*\)))?[ \t]*(?:\n|\Z)", re.M
)
_FRAME = re.compile(r"^[ \t]*\|?(?:[ \t]*:?-+:?[ \t]*\|)+(?:[ \t]*:?-+:?)?[ \t]*(?:\n|\Z)", re.M)
_ROW = re.compile(r"^[ \t]*\|[ \t]*(.*?)[ \t]*\|[ \t]*$", re.M)
# Inside lines.
_TARGET = r"\((?:<[^>\n]*>|[^()\s]*(?:\([^()\s]*\)[^()\s]*)*)(?:[ \t]+(?:\"[^\"\n]*\"|'[^'\n]*'))?\)"
_IMAGE = re.compile(rf"!\[([^\]\n]*)\]{_TARGET}")
_LINK = re.compile(rf"(?<!\\)\[((?:[^\[\]\n]|\[[^\[\]\n]*\])*)\]{_TARGET}")
_REFERENCE = re.compile(r"!?\[([^\[\]\n]+)\](?:\[([^\[\]\n]*)\])?")
_AUTOLINK = re.compile(r"<((?:https?|mailto):[^\s<>]+)>")
_EMPHASIS = tuple(
    re.compile(
        rf"(?<![\w\\{mark[-1]}]){mark}(?=[^\s{mark[-1]}])((?:[^\n]|\n(?!\n))*?)(?<=[^\s\\{mark[-1]}]){mark}(?![\w{mark[-1]}]|\.\w)"
    )
    for mark in (r"\*\*\*", r"\*\*", r"\*", "___", "__", "_", "~~")
)
_STRONG_INSIDE = re.compile(r"(?<=\w)\*\*(?=\w)([^*\n]+)(?<=\w)\*\*|\*\*(?=\w)([^*\n]+)(?<=\w)\*\*(?=\w)")
_ESCAPE = re.compile(r"\\([*_#\[\]`>|~])")


def _strip_all(column: pl.Series) -> pl.Series:
    import polars as pl

    return pl.Series(column.name, [_strip(text) for text in column.to_list()], dtype=pl.String)


def _strip(text: str) -> str:
    names = {found[1].casefold() for found in _DEFINITION.finditer(text)} if "]:" in text else set()
    pieces: list[str] = []
    at = 0
    for found in _FENCED.finditer(text) if "```" in text or "~~~" in text else ():
        pieces += [_lines(text[at : found.start()], names), found["code"]]
        at = found.end()
    return "".join([*pieces, _lines(text[at:], names)])


def _lines(text: str, names: set[str]) -> str:
    if not text:
        return text
    if ">" in text:
        text = _QUOTE.sub("", text)
    if names:
        text = _DEFINITION.sub("", text)
    if "|" in text and (framed := _FRAME.sub("", text)) != text:
        text = _ROW.sub(r"\1", framed)
    text = _RULE.sub("", _UNDERLINE.sub("", _HEADING.sub(r"\1", text)))
    pieces: list[str] = []
    at = 0
    for found in _CODE.finditer(text) if "`" in text else ():
        # Emphasis may begin before code and end behind it: the code waits behind a sign that no text has.
        pieces += [text[at : found.start()], f"\ufdd0{len(pieces) // 2}\ufdd1"]
        at = found.end()
    codes = [found["code"] for found in _CODE.finditer(text)] if pieces else []
    text = _inside("".join([*pieces, text[at:]]), names)
    for number, code in enumerate(codes):
        inner = code[1:-1] if code[0] == code[-1] == " " and code.strip() else code
        text = text.replace(f"\ufdd0{number}\ufdd1", inner, 1)
    return text


def _words(link: re.Match[str]) -> str:
    """The words of a link; `a[i](j)` is none."""
    joined = link.start() > 0 and (link.string[link.start() - 1].isalnum() or link.string[link.start() - 1] == "_")
    target = link[0][len(link[1]) + 2 :]
    return link[0] if joined and not re.search("[/.#:]", target) else link[1]


def _inside(text: str, names: set[str]) -> str:
    if "](" in text:
        text = _LINK.sub(_words, _IMAGE.sub(r"\1", text))
    if names:
        text = _REFERENCE.sub(lambda found: found[1] if (found[2] or found[1]).casefold() in names else found[0], text)
    if "<" in text:
        text = _AUTOLINK.sub(r"\1", text)
    for mark, pattern in zip("***___~", _EMPHASIS, strict=True):
        if mark in text:
            text = pattern.sub(r"\1", text)
    if "**" in text:
        text = _STRONG_INSIDE.sub(lambda found: found[1] or found[2], text)
    return _ESCAPE.sub(r"\1", text) if "\\" in text else text
