"""The step `remove_repeated_lines`."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, PositiveInt

from prep.stages.blocks import PAGE_BREAK
from prep.stages.clean.checks import text_columns
from prep.stages.registry import StepConfig, step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import polars as pl

    from prep.stages.part import Part


class RemoveRepeatedLines(StepConfig):
    """Remove headers and footers: lines that stand at the head or foot of many pages of a document.

    Pages are what form feeds divide (PDF files have them, and text made from PDF), or the records of `chunk: page`. A
    line counts as repeated where it is the same on the pages, case and white space aside, or differs in its numbers
    alone and these run with the pages (`Page 3 of 9`, `- 17 -`). A document is looked at whole, also when it is cut
    into records. Lines in the middle of a page stay.
    """

    on: list[str] | None = Field(None, description="columns to work on; default: every text column")
    lines: PositiveInt = Field(3, description="how many lines at the head and at the foot of a page are looked at")
    min_share: float = Field(0.5, gt=0, le=1, description="share of a document's pages that a line must stand on")
    min_pages: int = Field(2, ge=2, description="fewest pages that a line must stand on")
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {},
            "before": "ACME\nThe term is\nPage 1 of 3\fACME\ntwo years.\nPage 2 of 3\fACME\nEnd.\nPage 3 of 3",
            "after": "The term is\ftwo years.\fEnd.",
        },
    )

    def columns(self) -> list[str]:
        """The columns it is narrowed to."""
        return self.on or []


# Where a line stands: (the text's row, its page in that text, its line there).
_Place = tuple[int, int, int]
_NUMBER = re.compile(r"[0-9]+")
_ONE_PAGE = r"#p[0-9]+(?:/[0-9]+)?$"
_CHUNK = r"#[a-z]?[0-9]+(?:/[0-9]+)?$"


@step
def remove_repeated_lines(part: Part, config: RemoveRepeatedLines) -> Part:
    """The part with the repeated lines gone; the caller notes the records that changed."""
    columns, _ = text_columns(part, config.on)
    for name in columns:
        part = part.with_columns(_without(part.frame, name, config))
    return part


def _without(frame: pl.DataFrame, name: str, config: RemoveRepeatedLines) -> pl.Series:
    import polars as pl

    one_page = pl.col("_id").str.contains(_ONE_PAGE)
    # A page break at the edge of a chunk is not in its text: the page that it begins on tells of it.
    is_chunk = pl.col("_root").is_not_null() & pl.col("_id").str.contains(_CHUNK)
    page = pl.col("page").str.to_integer(strict=False) if "page" in frame.columns else pl.lit(None)
    begins = pl.when(is_chunk).then(page).cast(pl.Int64).fill_null(0)
    paged = pl.col(name).str.contains(PAGE_BREAK, literal=True) | (begins > 1)
    document = pl.coalesce("_root", "_id")
    rows = (
        frame.with_row_index("at")
        .with_columns(document.alias("document"), one_page.alias("one_page"), begins.alias("begins"))
        .filter((paged | one_page).any().over("document") & pl.col(name).is_not_null())
        .select("at", "document", "one_page", "begins", text=name)
    )
    if rows.is_empty():
        return frame[name]
    cells = frame[name].to_list()
    for _, own in rows.group_by("document", maintain_order=True):
        texts = own["text"].to_list()
        pages = _pages(texts, own["one_page"].to_list(), own["begins"].to_list())
        gone = _repeated(pages, config)
        for row, at in enumerate(own["at"].to_list()):
            if any(place[0] == row for place in gone):
                cells[at] = _rebuilt(texts[row], {place[1:] for place in gone if place[0] == row})
    return pl.Series(name, cells, dtype=pl.String)


def _pages(texts: Sequence[str], one_page: Sequence[bool], begins: Sequence[int]) -> list[list[tuple[_Place, str]]]:
    """The lines of each page that say something; a page may begin in one text and end in another. `begins`: the page on
    which a text does, 0 where nothing tells.
    """
    pages: list[list[tuple[_Place, str]]] = [[]]
    for row, text in enumerate(texts):
        if row and one_page[row]:
            pages.append([])
        elif not one_page[row]:
            pages += [[] for _ in range(begins[row] - len(pages))]
        for number, page in enumerate(text.split(PAGE_BREAK)):
            if number:
                pages.append([])
            pages[-1] += [((row, number, at), line) for at, line in enumerate(page.split("\n")) if line.strip()]
    return pages


def _repeated(pages: Sequence[Sequence[tuple[_Place, str]]], config: RemoveRepeatedLines) -> set[_Place]:
    wanted = max(config.min_pages, config.min_share * len(pages))
    gone: set[_Place] = set()
    for edge in (slice(0, config.lines), slice(-config.lines, None)):
        found: dict[str, list[tuple[int, _Place, tuple[int, ...]]]] = defaultdict(list)
        for number, page in enumerate(pages):
            for place, line in page[edge]:
                shape = " ".join(_NUMBER.sub("0", line).casefold().split())
                found[shape].append((number, place, tuple(int(digits[:15]) for digits in _NUMBER.findall(line))))
        for shape, lines in found.items():
            gone.update(_same(shape, lines, wanted))
    return gone


def _same(shape: str, lines: Sequence[tuple[int, _Place, tuple[int, ...]]], wanted: float) -> Iterator[_Place]:
    """The places of lines of one shape that repeat: the same numbers on enough pages, or one that runs with them."""
    groups: dict[tuple[object, ...], list[tuple[int, _Place]]] = defaultdict(list)
    for page, place, numbers in lines:
        groups["same", numbers].append((page, place))
        for at, number in enumerate(numbers):
            groups["runs", at, number - page].append((page, place))
    if not any(letter.isalnum() for letter in shape):
        return  # rules and dots divide sections in the text, too
    for (kind, *_), found in groups.items():
        digits_only = kind == "same" and not any(letter.isalpha() for letter in shape)
        if len({page for page, _ in found}) >= wanted and not digits_only:
            yield from (place for _, place in found)


def _rebuilt(text: str, gone: set[tuple[int, int]]) -> str:
    pages = []
    for number, page in enumerate(text.split(PAGE_BREAK)):
        lines = [line for at, line in enumerate(page.split("\n")) if (number, at) not in gone]
        pages.append("\n".join(lines).strip("\n"))
    return PAGE_BREAK.join(pages)
