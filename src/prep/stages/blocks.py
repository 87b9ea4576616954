"""What a document is made of: headings, paragraphs, list items, table rows and page breaks, in reading order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

PAGE_BREAK = "\f"


class Block(NamedTuple):
    """A piece of a document. `level` is that of a heading, from 1; a `tight` block follows the one before without a
    blank line, as the items of a list do. The `text` of a page break is empty.
    """

    kind: Literal["heading", "text", "page"]
    text: str
    level: int = 0
    tight: bool = False


def join(blocks: Iterable[Block]) -> str:
    """The text of `blocks`: a blank line between paragraphs, a form feed between pages."""
    pieces: list[str] = []
    for block in blocks:
        if block.kind == "page":
            pieces.append(PAGE_BREAK)
        elif block.text:
            if pieces and pieces[-1] != PAGE_BREAK:
                pieces.append("\n" if block.tight else "\n\n")
            pieces.append(block.text)
    return "".join(pieces).strip(f"\n{PAGE_BREAK}")
