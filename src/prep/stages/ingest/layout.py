"""The lines of a PDF page with their size, weight and distance; the paragraphs and headings these make."""

from __future__ import annotations

import ctypes
import itertools
import re
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from prep.stages.blocks import Block
from prep.stages.ingest.headings import take_apart

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LINE_END_HYPHEN = "\ufffe"  # what pdfium gives for a hyphen that ends a line; the line's end itself it leaves out
_LINE = re.compile(rf"[^\r\n{LINE_END_HYPHEN}]*(?:{LINE_END_HYPHEN}(?:\r\n)?[^\s{LINE_END_HYPHEN}]*[ ]?)?")
_WIDER = 1.35  # a distance so much larger than the usual one begins a paragraph
_LARGER = 1.15  # a size so much larger than the usual one makes a heading
_BOLD = 600
_LONGEST_HEADING = 120


class Line(NamedTuple):
    """A line of text: its font's size and weight, and whether a paragraph begins with it."""

    text: str
    size: float
    weight: int
    begins: bool


def page_lines(textpage: Any) -> list[Line]:
    """The lines of a page in reading order; a word cut at a line end is whole again in the line it begins in."""
    count = textpage.count_chars()
    whole = textpage.get_text_range(0, count) if count > 0 else ""
    found: list[tuple[str, float, int, float]] = []
    for match in _LINE.finditer(whole):
        text = match[0].strip()
        if text:
            first = match.start() + len(match[0]) - len(match[0].lstrip())
            found.append((text.replace(LINE_END_HYPHEN, ""), *_font(textpage, first)))
    return _paragraphs(found)


def _font(textpage: Any, index: int) -> tuple[float, int, float]:
    """(size, weight, height on the page) of a character, in points; 0 where pdfium cannot tell."""
    import pypdfium2.raw as pdfium

    size = float(pdfium.FPDFText_GetFontSize(textpage.raw, index))
    weight = int(pdfium.FPDFText_GetFontWeight(textpage.raw, index))
    if weight < _BOLD and _is_bold_by_name(textpage, index):
        weight = 700
    x, y = ctypes.c_double(), ctypes.c_double()
    known = pdfium.FPDFText_GetCharOrigin(textpage.raw, index, x, y)
    return size, weight, y.value if known else 0.0


def _is_bold_by_name(textpage: Any, index: int) -> bool:
    import pypdfium2.raw as pdfium

    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    length = pdfium.FPDFText_GetFontInfo(textpage.raw, index, name, 128, flags)
    return 0 < length <= 128 and b"bold" in name.value.lower()


def _paragraphs(lines: list[tuple[str, float, int, float]]) -> list[Line]:
    falls = [above[3] - below[3] for above, below in itertools.pairwise(lines)]
    down = [fall for fall in falls if fall > 0]
    usual = median(down) if down else 0.0
    found = []
    for number, (text, size, weight, _) in enumerate(lines):
        fall = falls[number - 1] if number else 0.0
        other_font = number > 0 and (
            abs(size - lines[number - 1][1]) > 0.5 or (weight >= _BOLD) != (lines[number - 1][2] >= _BOLD)
        )
        begins = number > 0 and (fall > usual * _WIDER or fall < -usual or (other_font and fall > 0))
        found.append(Line(text, size, weight, begins))
    return found


def to_blocks(pages: Sequence[Sequence[Line]]) -> list[Block]:
    """Paragraphs, headings and page breaks. A heading is larger or bolder than most of the text, short, and alone."""
    usual, is_bold = _usual(pages)
    sizes = sorted(
        {round(line.size, 1) for lines in pages for line in lines if line.size > usual * _LARGER}, reverse=True
    )
    blocks: list[Block] = []
    for number, lines in enumerate(pages):
        if number:
            blocks.append(Block("page", ""))
        for paragraph in _grouped(lines):
            text = "\n".join(line.text for line in paragraph)
            first = paragraph[0]
            larger = first.size > usual * _LARGER
            bolder = first.weight >= _BOLD and not is_bold and all(line.weight >= _BOLD for line in paragraph)
            if (larger or bolder) and len(text) <= _LONGEST_HEADING and any(letter.isalpha() for letter in text):
                level = sizes.index(round(first.size, 1)) + 1 if larger else len(sizes) + 1
                depth = (take_apart(text).number or "").count(".")
                blocks.append(Block("heading", text.replace("\n", " "), level + depth))
            else:
                blocks.append(Block("text", text))
    return blocks


def _grouped(lines: Sequence[Line]) -> Iterator[list[Line]]:
    held: list[Line] = []
    for line in lines:
        if line.begins and held:
            yield held
            held = []
        held.append(line)
    if held:
        yield held


def _usual(pages: Sequence[Sequence[Line]]) -> tuple[float, bool]:
    """The size of most characters, and whether most are bold."""
    by_size: dict[float, int] = {}
    bold = total = 0
    for lines in pages:
        for line in lines:
            by_size[round(line.size, 1)] = by_size.get(round(line.size, 1), 0) + len(line.text)
            bold += len(line.text) if line.weight >= _BOLD else 0
            total += len(line.text)
    return (max(by_size, key=lambda size: by_size[size]) if by_size else 0.0), 2 * bold > total
