"""The main text of an HTML page: chosen by what article extractors find, in the structure that the page gives it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from prep.stages.blocks import Block, join
from prep.stages.ingest.articles import article, words
from prep.stages.markup import BULLET, html_blocks

if TYPE_CHECKING:
    from collections.abc import Iterator

BULLET_MARK = "\ue000"  # of private use: the extractor takes no bullet for text
_OPENS = re.compile(r"<(p|h[1-6]|[uo]l|pre)>")
_SHORT = 500  # characters: on a page with less, article extractors take a footer for the article
_LARGE = 4_000_000  # characters: beyond that the slow extractor is not asked
_DEEPEST = 1000  # browsers stop at 512
_SHARE = 0.3  # of the text by rules: an article that is less is none
_OVERLAP = 0.6  # of a block's runs of three words that stand in the article


def is_deep(html: str) -> bool:
    """Whether elements stand in one another deeper than extractors walk in reasonable time."""
    from resiliparse.parse.html import HTMLTree

    if html.count("<") <= _DEEPEST:
        return False
    tree = HTMLTree.parse(html)  # lives as long as its nodes are looked at
    node: Any = tree.body
    depth = 0
    while node is not None:
        below = node.first_child
        if below is not None:
            node, depth = below, depth + 1
            if depth > _DEEPEST:
                return True
            continue
        while node is not None and node.next_sibling is None:
            node, depth = node.parent, depth - 1
        node = node.next_sibling if node is not None else None
    return False


def title_of(html: str) -> str | None:
    """The page's title."""
    from resiliparse.parse.html import HTMLTree

    return " ".join((HTMLTree.parse(html).title or "").split()) or None


def main_text(html: str) -> list[Block]:
    """The blocks of the page's main text, without navigation, banners, comments and footers."""
    by_rules = _by_rules(html)
    length = len(join(by_rules))
    if len(html) > _LARGE:
        return by_rules
    found = article(html, by_rules)
    if len(found.text) < (_SHORT if length < _SHORT else _SHARE * length):
        return by_rules
    chosen = _chosen(html, found.text, by_rules)
    # Where the page's structure is a mere layout (a table for its columns), blocks are too large to choose from.
    count = len(words(found.text))
    fits = 0.85 * count <= sum(len(words(block.text)) for block in chosen) <= 1.15 * count
    return chosen if fits else found.blocks


def _chosen(html: str, text: str, by_rules: list[Block]) -> list[Block]:
    """The page's blocks that the article has: most of their runs of three words, or the whole of a shorter one.

    A heading right before such a block comes with it where the rules take it for main text, too: extractors lose the
    heading of a list.
    """
    known = _runs(words(text))
    lines = {tuple(words(line)) for line in text.split("\n")}
    headings = {block.text for block in by_rules if block.kind == "heading"}

    def is_known(block: Block) -> bool:
        own = words(block.text)
        if len(own) < 4:
            return bool(own) and tuple(own) in lines
        runs = _runs(own)
        return len(runs & known) >= _OVERLAP * len(runs)

    chosen: list[Block] = []
    below = False
    for block in reversed(html_blocks(html)):
        below = is_known(block) or (below and block.kind == "heading" and block.text in headings)
        if below:
            chosen.append(block)
    return chosen[::-1]


def _runs(found: list[str]) -> set[tuple[str, ...]]:
    return {tuple(found[at : at + 3]) for at in range(max(1, len(found) - 2))}


def _by_rules(html: str) -> list[Block]:
    """The main text by resiliparse's rules; the whole page where these leave nothing."""
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(html)
    _keep_lists(tree)
    kept = extract_plain_text(tree, preserve_formatting="minimal_html", main_content=True)
    blocks = [_bulleted(block) for block in html_blocks("\n".join(_marked_up(kept.split("\n"))))]
    return blocks or html_blocks(html)


def _keep_lists(tree: Any) -> None:
    """Unordered lists of text become ordered ones with bullets: the extractor takes every `ul` for navigation."""
    for found in reversed(tree.body.query_selector_all("ul") if tree.body else []):
        text = found.text
        if not text.strip() or 2 * _linked(found) > len(text) or found.parent is None:
            continue
        made = tree.create_element("ol")
        child = found.first_child  # `child_nodes` takes a time that grows with the square of the list
        while child is not None:
            following = child.next
            if child.tag == "li":
                _mark(child)
            made.append_child(child)
            child = following
        found.parent.replace_child(made, found)


def _linked(node: Any) -> int:
    """The characters of the links below `node`. A walk: the library's own search takes four times as long."""
    found, at = 0, node.first_child
    while at is not None:
        following = None if at.tag == "a" else at.first_child
        if at.tag == "a":
            found += len(at.text)
        while following is None and at is not None and at != node:
            following, at = at.next, at.parent
        at = following
    return found


def _mark(item: Any) -> None:
    """Put the mark in front of the item's first text; the extractor does not see text nodes that are added."""
    node = item.first_child
    while node is not None and node.node_name != "#text":
        node = node.first_child or node.next_sibling
    if node is not None:
        node.value = BULLET_MARK + node.value.lstrip()


def _marked_up(lines: list[str]) -> Iterator[str]:
    """The extractor's lines with markup around what it leaves bare: table rows (tabs between cells), quotes."""
    open_tag = ""
    in_table = False
    for line in lines:
        opened = _OPENS.match(line)
        cells = [] if open_tag or opened else [cell.strip() for cell in line.split("\t\t")]
        if in_table and len(cells) < 2:
            yield "</table>"
        if len(cells) > 1:
            yield ("" if in_table else "<table>") + f"<tr><td>{'</td><td>'.join(cells)}</td></tr>"
        elif open_tag or opened:
            open_tag = open_tag or (opened[1] if opened else "")
            yield line
            if f"</{open_tag}>" in line and not line.startswith(" "):
                open_tag = ""
        elif line.strip():
            yield f"<p>{line}</p>"
        in_table = len(cells) > 1


def _bulleted(block: Block) -> Block:
    """`1. one` with a mark, which was an unordered list's, as `- one`."""
    return block._replace(text=re.sub(rf"^( *)[0-9]+\. {BULLET_MARK} *", rf"\1{BULLET}", block.text))
