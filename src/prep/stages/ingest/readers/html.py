"""HTML pages: the main text, without navigation, banners and footers."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from prep.stages.blocks import Block, join
from prep.stages.ingest.documents import OTHER_KINDS, append_document, read_bytes
from prep.stages.ingest.headings import with_headings
from prep.stages.ingest.rows import Rows
from prep.stages.ingest.streams import UTF8_BOM
from prep.stages.markup import BULLET, html_blocks, is_deeper
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.discover import SourceFile
    from prep.stages.ingest.slices import Slice

_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)
BULLET_MARK = "\ue000"  # of private use: the extractor takes no bullet for text
_OPENS = re.compile(r"<(p|h[1-6]|[uo]l|pre)>")
_DEEPEST = 512  # as browsers; the extractor's time grows with the square of the depth


@reader(".html", ".htm", ".xhtml")
def read_html(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:  # noqa: ARG001
    """Read the page whole; its title is the column `title`."""
    rows = Rows(file)
    data = read_bytes(rows)
    if data is not None:
        if data.startswith(OTHER_KINDS) or b"\0" in data[:4096]:
            rows.quarantine_file("mislabelled_file", data)
        else:
            html = _decode(data)
            title, blocks = main_text(html) if not is_deeper(html, _DEEPEST) else (None, None)
            if blocks is None:
                rows.quarantine_file("nested_too_deep", data)
            elif blocks:
                append_document(rows, {"title": title, "text": join(blocks)}, [])
                rows.blocks = partial(with_headings, blocks)
            else:
                rows.quarantine_file("no_text", data)
    yield rows


def main_text(html: str) -> tuple[str | None, list[Block]]:
    """The page's title and the blocks of its main text."""
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.html import HTMLTree

    tree = HTMLTree.parse(html)
    _keep_lists(tree)
    kept = extract_plain_text(tree, preserve_formatting="minimal_html", main_content=True)
    blocks = [_bulleted(block) for block in html_blocks("\n".join(_marked_up(kept.split("\n"))))]
    title = " ".join((tree.title or "").split())
    return title or None, blocks or html_blocks(html)


def _decode(data: bytes) -> str:
    """By the byte-order mark (UTF-16 came as UTF-8), UTF-8 where it is that, else as the page says, else cp1252."""
    data = data.removeprefix(UTF8_BOM)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        declared = _CHARSET.search(data[:4096])
        name = declared[1].decode("ascii").lower() if declared else "cp1252"
    if name in ("utf-8", "utf8", "iso-8859-1", "latin-1", "ascii", "us-ascii"):
        name = "cp1252"  # as browsers do
    try:
        return data.decode(name, "replace")
    except LookupError:
        return data.decode("cp1252", "replace")


def _keep_lists(tree: Any) -> None:
    """Unordered lists of text become ordered ones with bullets: the extractor takes every `ul` for navigation."""
    for found in reversed(tree.body.query_selector_all("ul") if tree.body else []):
        linked = sum(len(link.text) for link in found.query_selector_all("a"))
        if not found.text.strip() or 2 * linked > len(found.text) or found.parent is None:
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
