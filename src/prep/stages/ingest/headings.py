"""Headings in text that does not mark them: numbered, in capitals, or run in before the sentence they head."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from prep.stages.blocks import Block

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = (
    "article|section|clause|chapter|part|schedule|annex|annexure|appendix|exhibit|title|rule|artikel|abschnitt|anlage"
)
# "7.", "7.2", "(7)", "§ 7", "Article VII -", "Section 7.2:", "IV.", "B."
_NUMBER = re.compile(
    rf"(?P<number>(?:(?:{_WORD})\s+|§+\s*)(?:[0-9]+(?:\.[0-9]+)*[a-z]?|[IVXLC]+|[A-Z])\b"
    r"|\(?[0-9]{1,3}(?:\.[0-9]{1,3})*\)|[0-9]{1,3}(?:\.[0-9]{1,3})*(?=\.?\s)|[IVXLC]{1,7}(?=[.)])|[A-Z](?=[.)]))"
    r"[.):]?\s*(?:[-–—:]\s*)?(?P<title>\S.*)?",
    re.IGNORECASE,
)
_LONGEST, _MOST_WORDS = 100, 12
# "7. Governing Law. This Agreement is governed by ..."
_RUN_IN = re.compile(r"^(?P<head>[^.\n]{3,60})\.\s+(?P<body>[\"“(]?[A-Z].{20,})", re.DOTALL)
_SMALL = frozenset(
    "a an and as at by for from in into nor of on or the to under upon via with und der die das von".split()
)


class Heading(NamedTuple):
    """A heading taken apart: "Article VII - Governing Law" has the number "Article VII"."""

    number: str | None
    title: str


def take_apart(text: str) -> Heading:
    """The number and the title of a heading's text; a title alone has no number, and the other way round."""
    text = " ".join(text.split()).strip("*_ ")
    match = _NUMBER.fullmatch(text)
    if match is None or not _is_number(match["number"]):
        return Heading(None, _bare(text))
    title = _bare(match["title"] or "")
    return Heading(match["number"].strip("()"), title or match["number"].strip("()"))


def find_headings(blocks: Sequence[Block]) -> list[Block]:
    """`blocks` with those that read as headings made headings, and headings that are run in cut off their paragraphs.

    A heading stands alone in its line, is short, and is in capitals, or numbered and written like a title. Items of
    a list, one numbered line after the other, are none.
    """
    found: list[Block] = []
    for block in blocks:
        if block.kind != "text":
            found.append(block)
            continue
        cut = _run_in(block.text)
        if cut is not None:
            head, body = cut
            found += [Block("heading", head, _level(head)), Block("text", body)]
        elif _is_heading(block.text):
            found.append(Block("heading", block.text, _level(block.text)))
        else:
            found.append(block)
    return _without_lists(found)


def with_headings(blocks: list[Block]) -> list[Block]:
    """`blocks` as they are where some are marked as headings; else with those that read as headings."""
    return blocks if any(block.kind == "heading" for block in blocks) else find_headings(blocks)


def _is_number(number: str) -> bool:
    """Not the article in "A Party shall": letters and Roman numbers are numbers in capitals only."""
    last = number.split()[-1].lstrip("§(")
    return last[:1].isdigit() or last.isupper()


def _bare(title: str) -> str:
    return title.strip().rstrip(".:").strip("*_ ") or title.strip()


def _is_heading(text: str) -> bool:
    if "\n" in text or len(text) > _LONGEST or len(text.split()) > _MOST_WORDS:
        return False
    heading = take_apart(text)
    title = heading.title
    if not any(letter.isalpha() for letter in title) or title[-1:] in ",;":
        return False
    if title.isupper():
        return sum(letter.isalpha() for letter in title) > 2 and (heading.number is not None or text[-1:] not in ".!?")
    if heading.number is None:
        return False
    return _is_title(title) and (text[-1:] not in "!?;,")


def _is_title(title: str) -> bool:
    """Every word that carries meaning begins with a capital: Limitation of Liability."""
    words = [word.strip("(\"'“‘[&/-") for word in title.split()]
    telling = [word for word in words if word and word[0].isalpha() and word.lower() not in _SMALL]
    return bool(telling) and all(word[0].isupper() for word in telling)


def _run_in(text: str) -> tuple[str, str] | None:
    number = _NUMBER.match(text)
    if number is None or number["title"] is None or not _is_number(number["number"]):
        return None
    start = number.start("title")
    match = _RUN_IN.match(text[start:])
    if match is None or not _is_title(match["head"]) or len(match["head"].split()) > _MOST_WORDS // 2:
        return None
    return text[: start + match.end("head")], match["body"]


def _level(text: str) -> int:
    number = take_apart(text).number
    return 1 if number is None else 1 + number.count(".") + (0 if number[:1].isalpha() else 1)


def _without_lists(blocks: list[Block]) -> list[Block]:
    """Three numbered lines or more with nothing between them are a list, or a table of contents.

    The last of them may head what follows.
    """
    found = list(blocks)
    at = 0
    while at < len(found):
        end = at
        while end < len(found) and _is_item(found[end]):
            end += 1
        if end - at > 2:
            last = end if found[end - 1].kind == "text" else end - 1
            for place in range(at, last):
                found[place] = found[place]._replace(kind="text", level=0)
        at = max(end, at + 1)
    return found


def _is_item(block: Block) -> bool:
    if block.kind == "heading":
        return block.level > 1
    short = block.kind == "text" and "\n" not in block.text and len(block.text.split()) <= _MOST_WORDS
    return short and block.text[:1].isdigit() and take_apart(block.text).number is not None
