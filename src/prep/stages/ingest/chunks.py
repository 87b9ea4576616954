"""Documents cut into records: by page, by heading, by paragraph; each chunk knows the document it came from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from prep.stages.blocks import Block, join
from prep.stages.ingest.headings import take_apart

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from prep.stages.ingest.rows import Rows

Chunk = Literal["file", "page", "heading", "paragraph"]
# What stands before the number in a chunk's id: lease.pdf#p3 is its third page, lease.pdf#h3 what is under its third
# heading.
LETTERS = {"page": "p", "heading": "h", "paragraph": ""}


class Piece(NamedTuple):
    """A chunk: its text, the headings it stands under (the outermost first), the page it begins on."""

    text: str
    headings: tuple[str, ...]
    page: int


def chunked(rows: Rows, how: Chunk) -> Rows:
    """A document's rows, one a chunk, its other columns repeated; the document itself comes first, without its text.

    The columns `heading` (without its number), `heading_number` and `heading_path` (all headings above it, " > "
    between) are added for headings and paragraphs, `page` where the document has pages.
    """
    if how == "file" or not rows.rows:
        return rows
    blocks = rows.blocks()
    pieces = list(_pieces(blocks, how))
    paged = any(block.kind == "page" for block in blocks) or rows.file.format == "pdf"
    columns: dict[str, list[str | None]] = {}
    if how != "page":
        found = [take_apart(piece.headings[-1]) if piece.headings else None for piece in pieces]
        columns["heading"] = [None, *(one.title if one else None for one in found)]
        columns["heading_number"] = [None, *(one.number if one else None for one in found)]
        columns["heading_path"] = [None, *(" > ".join(piece.headings) or None for piece in pieces)]
    if paged:
        columns["page"] = [None, *(str(piece.page) for piece in pieces)]
    whole = {name: [values[0]] * (len(pieces) + 1) for name, values in rows.columns.items() if name != "text"}
    texts = [None, *(piece.text for piece in pieces)]
    return replace(
        rows,
        columns={**whole, **{name: values for name, values in columns.items() if name not in whole}, "text": texts},
        rows=list(range(len(pieces) + 1)),
        json=[rows.json[0]] * (len(pieces) + 1),
        chunks=[None, *(f"#{LETTERS[how]}{number}" for number in range(1, len(pieces) + 1))],
    )


def _pieces(blocks: Sequence[Block], how: Chunk) -> Iterator[Piece]:
    if how == "page":
        yield from _pages(blocks)
        return
    path: list[Block] = []
    page, begun = 1, 1
    held: list[Block] = []
    for block in blocks:
        if block.kind == "page":
            page += 1
            held.append(block)
        elif block.kind == "heading":
            yield from _piece(held, path, begun)
            held, begun = [], page
            path = [one for one in path if one.level < block.level] + [block]
        else:
            if how == "paragraph" and not block.tight:
                yield from _piece(held, path, begun)
                held = []
            if not any(one.text for one in held):
                begun = page
            held.append(block)
    yield from _piece(held, path, begun)


def _piece(held: Iterable[Block], path: Sequence[Block], page: int) -> Iterator[Piece]:
    text = join(held)
    if text.strip():
        yield Piece(text, tuple(" ".join(one.text.split()) for one in path), page)


def _pages(blocks: Sequence[Block]) -> Iterator[Piece]:
    """Every page that has text; a blank one keeps its number, so that `#p3` is page 3."""
    page: list[Block] = []
    number = 1
    for block in [*blocks, Block("page", "")]:
        if block.kind != "page":
            page.append(block)
            continue
        yield Piece(join(page), (), number)
        page, number = [], number + 1
