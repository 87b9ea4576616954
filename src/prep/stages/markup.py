"""HTML as blocks of text: what a reader of the page would see, one block a paragraph, list item or table row."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from prep.stages.blocks import Block

if TYPE_CHECKING:
    from collections.abc import Iterator

_SKIPPED = frozenset(
    "script style noscript template head title svg math iframe object embed canvas audio video map area select button "
    "textarea input datalist meta link base -comment".split()
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_BLOCKS = (
    frozenset(
        "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure footer "
        "form header hgroup hr html legend li main nav p pre search section summary table tbody tfoot thead tr "
        "caption".split()
    )
    | _LISTS
    | frozenset(_HEADINGS)
)
_WHITE = re.compile(r"[ \t\n\r\f\u00a0]+")
_NOTE_BACK = re.compile(r"#(?:foot|end)note-ref-")
_OPENS_OR_CLOSES = re.compile(r"<(/?)[A-Za-z]")
BULLET = "- "


def is_deeper(html: str, levels: int) -> bool:
    """Whether elements of the page stand in one another more than `levels` deep."""
    if max(itertools.accumulate(-1 if closes else 1 for closes in _OPENS_OR_CLOSES.findall(html)), default=0) <= levels:
        return False  # most pages end here, without being parsed
    from selectolax.lexbor import LexborHTMLParser

    stack = [(LexborHTMLParser(html).root, 1)]
    while stack:
        node, level = stack.pop()
        if level > levels:
            return True
        stack += [(child, level + 1) for child in _below(node)]
    return False


def html_blocks(html: str) -> list[Block]:
    """The blocks of an HTML document or fragment; scripts, styles, forms and comments are none."""
    from selectolax.lexbor import LexborHTMLParser

    root = LexborHTMLParser(html).root
    if root is None:
        return []
    walk = _Walk()
    walk.children(root)
    walk.flush()
    return walk.blocks


@dataclass
class _Walk:
    """A walk through a tree, without recursion into depths that a hostile page may have."""

    blocks: list[Block] = field(default_factory=list)
    _inline: list[str] = field(default_factory=list)
    _lists: list[list[int]] = field(default_factory=list)  # per open list: [is ordered, items so far]
    _heading: int = 0
    _pre: int = 0
    _cells: int = 0  # of the row that is open
    _row_before: bool = False  # the block before is a row of the same table
    _tight: bool = False
    _prefix: str = ""

    def children(self, root: Any) -> None:
        """Walk everything below `root`, in order."""
        stack: list[tuple[Any, bool]] = [(root, False)]
        while stack:
            node, leaving = stack.pop()
            if leaving:
                self._leave(node.tag)
                continue
            tag = node.tag
            if tag == "-text":
                self._text(node)
            elif tag == "br":
                self._inline.append("\n")
            elif tag not in _SKIPPED and not _is_hidden(node):
                self._enter(tag, node)
                stack.append((node, True))
                stack += [(child, False) for child in reversed([*_below(node)])]

    def _text(self, node: Any) -> None:
        text = node.text_content or ""
        self._inline.append(text if self._pre else _WHITE.sub(" ", text))

    def _enter(self, tag: str, node: Any) -> None:
        if tag in ("td", "th"):
            if self._cells:
                self._inline.append(" | ")
            self._cells += 1
            return
        if tag not in _BLOCKS or (self._cells and tag != "table"):
            if tag in _BLOCKS and self._cells:
                self._inline.append(" ")  # paragraphs in a cell stay in its row
            return
        self.flush()
        if tag in _LISTS:
            start = node.attributes.get("start") or ""
            self._lists.append([tag == "ol", int(start) - 1 if start.isdigit() and len(start) < 7 else 0])
        elif tag == "li":
            self._item()
        elif tag == "tr":
            self._cells, self._tight = 0, self._row_before
        elif tag in _HEADINGS:
            self._heading = _HEADINGS[tag]
        elif tag == "pre":
            self._pre += 1
        elif tag == "table":
            self._row_before = False

    def _item(self) -> None:
        if not self._lists:
            self._lists.append([False, 0])
        entry = self._lists[-1]
        entry[1] += 1
        indent = "  " * (len(self._lists) - 1)
        self._prefix = indent + (f"{entry[1]}. " if entry[0] else BULLET)
        self._tight = entry[1] > 1 or len(self._lists) > 1

    def _leave(self, tag: str) -> None:
        if tag not in _BLOCKS or (self._cells and tag not in ("tr", "table")):
            return
        self.flush()
        if tag in _LISTS and self._lists:
            self._lists.pop()
        elif tag == "tr":
            self._cells, self._row_before = 0, True
        elif tag in _HEADINGS:
            self._heading = 0
        elif tag == "pre":
            self._pre = max(0, self._pre - 1)

    def flush(self) -> None:
        """End the block that is open."""
        text = "".join(self._inline)
        self._inline.clear()
        if self._pre:
            text = text.strip("\n")
        else:
            text = "\n".join(filter(None, (line.strip(" ") for line in re.sub(" +", " ", text).split("\n"))))
        if not text.strip(" |"):
            return
        text = self._prefix + text
        self.blocks.append(Block("heading" if self._heading else "text", text, self._heading, self._tight))
        self._prefix, self._tight = "", False


def _below(node: Any) -> Iterator[Any]:
    child = node.child
    while child is not None:
        yield child
        child = child.next


def _is_hidden(node: Any) -> bool:
    attributes = node.attributes
    if not attributes:
        return False
    if node.tag == "a" and _NOTE_BACK.match(attributes.get("href") or ""):
        return True
    style = (attributes.get("style") or "").replace(" ", "").lower()
    return "hidden" in attributes or "display:none" in style
