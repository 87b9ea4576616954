"""The article on an HTML page: what several extractors find, and of that what they agree on most."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from prep.stages.blocks import Block, join
from prep.stages.markup import html_blocks

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORD = re.compile(r"\w+")
_LONG = 50_000  # characters: the other ways take a time that grows with the square of it
_AGREED = 0.9  # of their words: two that agree need no others


class Article(NamedTuple):
    """What one extractor took for the main text: its text line by line, and its blocks as it left them."""

    text: str
    blocks: list[Block]


def words(text: str) -> list[str]:
    """The words of `text`, without case."""
    return _WORD.findall(text.lower())


def article(html: str, by_rules: list[Block]) -> Article:
    """trafilatura's reading where Readability's agrees, else the one of four that is nearest to the others.

    One extractor alone is far off on one page in ten, each on others: it takes a teaser for the article, or the
    comments with it. Where they differ, the one in the middle is near the best of them.
    """
    text = join(by_rules)
    if len(text) > _LONG:
        return _by_structure(html, recall=True)
    scored, structured = _by_score(html), _by_structure(html, recall=False)
    if _shared(*(Counter(words(one.text)) for one in (scored, structured))) >= _AGREED:
        return structured
    return _middle([Article(text, by_rules), scored, structured, _by_structure(html, recall=True)])


def _middle(found: Sequence[Article]) -> Article:
    """The one whose words are shared most with the others; the first of equals."""
    bags = [Counter(words(one.text)) for one in found]
    return found[max(range(len(found)), key=lambda at: (sum(_shared(bags[at], other) for other in bags), -at))]


def _shared(one: Counter[str], other: Counter[str]) -> float:
    """Twice the words in common over the words of both."""
    return 2 * (one & other).total() / max(1, one.total() + other.total())


def _by_structure(html: str, *, recall: bool) -> Article:
    """trafilatura's; empty where it finds none."""
    import logging

    from trafilatura.core import bare_extraction
    from trafilatura.htmlprocessing import build_html_output
    from trafilatura.settings import Document

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)  # what it cannot read, others read
    try:
        # Not `extract`: it takes a fifth of the time for a hash of the text.
        found = bare_extraction(html, include_comments=False, favor_recall=recall, output_format="html", as_dict=False)
        made = build_html_output(found) if isinstance(found, Document) else ""
    except Exception:  # it fails on elements that pages do not have, such as those of TEI
        return Article("", [])
    return _of(unicodedata.normalize("NFC", made))


def _by_score(html: str) -> Article:
    """Readability's scores of elements by their text and class names, in the form that trafilatura has of it."""
    from trafilatura.readability_lxml import Document
    from trafilatura.utils import load_html

    try:
        tree = load_html(html)
        made = "" if tree is None else str(Document(tree).summary())
    except Exception:  # whatever it raises on a page that nobody vouches for
        return Article("", [])
    return _of(made)


def _of(html: str) -> Article:
    blocks = html_blocks(html)
    return Article(join(blocks), blocks)
