"""Plain text and Markdown as blocks: paragraphs between blank lines, headings, pages between form feeds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prep.stages.blocks import PAGE_BREAK, Block
from prep.stages.ingest.headings import find_headings, with_headings

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_ATX = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_SETEXT = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def text_blocks(text: str) -> list[Block]:
    """Paragraphs of a plain text; a line that reads as a heading is one, also right before its paragraph."""
    blocks: list[Block] = []
    for number, page in enumerate(_lines(text).split(PAGE_BREAK)):
        if number:
            blocks.append(Block("page", ""))
        for paragraph in _BLANK.split(page):
            if paragraph.strip():
                blocks += find_headings(_first_line_apart(paragraph.strip("\n")))
    return find_headings(blocks)


def markdown_blocks(text: str) -> list[Block]:
    """Paragraphs of a Markdown text, as they are written; `#` and underlined headings, not those inside code."""
    blocks: list[Block] = []
    paragraph: list[str] = []
    fence = ""

    def flush() -> None:
        if any(line.strip() for line in paragraph):
            blocks.append(Block("text", "\n".join(paragraph).strip("\n")))
        paragraph.clear()

    for line in _lines(text).split("\n"):
        if fence:
            paragraph.append(line)
            fence = "" if line.strip().startswith(fence) and not line.strip(" `~") else fence
            continue
        opened, atx, under = _FENCE.match(line), _ATX.match(line), _SETEXT.match(line)
        if opened:
            fence = opened[1]
            paragraph.append(line)
        elif atx:
            flush()
            blocks.append(Block("heading", (atx[2] or "").strip(), len(atx[1])))
        elif under and len(paragraph) == 1 and paragraph[0].strip():
            blocks.append(Block("heading", paragraph.pop().strip(), 1 if under[1][0] == "=" else 2))
        elif line.strip():
            paragraph.append(line)
        else:
            flush()
    flush()
    return with_headings(blocks)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _first_line_apart(paragraph: str) -> list[Block]:
    """A paragraph whose first line may be its heading, as two blocks where that is so."""
    first, _, rest = paragraph.partition("\n")
    if rest and [one.kind for one in find_headings([Block("text", first)])] == ["heading"]:
        return [Block("text", first), *_inner(rest)]
    return [Block("text", paragraph)]


def _inner(rest: str) -> Iterator[Block]:
    yield from _first_line_apart(rest)
