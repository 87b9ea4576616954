"""The step `strip_html`."""

from __future__ import annotations

import re
from html import unescape
from html.entities import html5
from typing import TYPE_CHECKING, Any, ClassVar

from prep.stages.clean.gate import change_where
from prep.stages.registry import TextStepConfig, step

if TYPE_CHECKING:
    import polars as pl


class StripHtml(TextStepConfig):
    """Turn HTML into plain text: tags out, entities into characters.

    Paragraphs, headings and tables become lines with a blank one between, list items begin with `- ` or their number,
    the cells of a row stand with ` | ` between; scripts, styles and comments go. What is no HTML tag stays:
    `a < b`, `<PARTY NAME>`, `<jane@example.com>`. A text with no tag but `<b>` and its like keeps its line ends.
    """

    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {},
            "before": "<p>The <b>tenant</b>&nbsp;pays:</p><ul><li>rent</li><li>fees &lt; 5 %</li></ul>",
            "after": "The tenant pays:\n\n- rent\n- fees < 5 %",
        },
        {
            "settings": {},
            "before": "if x < y &amp; z > 1, <NAME> pays",
            "after": "if x < y & z > 1, <NAME> pays",
        },
    )


_INLINE = (
    "a abbr acronym b bdi bdo big cite code del dfn em font i ins kbd label mark nobr o:p q s samp small span strike "
    "strong sub sup time tt u var wbr"
).split()
_STRUCTURE = (
    "address article aside blockquote body br button caption center col colgroup dd details div dl dt fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hr html iframe img input legend li link main meta nav "
    "noscript ol option p pre script section select style summary svg table tbody td textarea tfoot th thead title tr "
    "ul"
).split()
_ENTITY = r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
# In `a <b and c> d` nothing is an attribute: one has a value, or is of those that need none.
_BARE = (
    "allowfullscreen async autofocus autoplay border checked class compact controls default defer disabled hidden id "
    "ismap itemscope loop multiple muted nohref noresize noshade novalidate nowrap open readonly required reversed "
    "selected style title"
).split()
_AFTER_NAME = rf"(?:(?:\s+(?:{'|'.join(_BARE)}))*[\s/]*|[\s/][^<>]*=[^<>]*)>"


def _tags(names: list[str]) -> str:
    return rf"</?(?:{'|'.join(names)}){_AFTER_NAME}"


_HINT = rf"(?i){_tags([*_INLINE, *_STRUCTURE])}|<!--|<!doctype|{_ENTITY}"
_ANY_STRUCTURE = re.compile(rf"{_tags(_STRUCTURE)}|<!--|<!doctype", re.IGNORECASE)
_ANY_INLINE = re.compile(_tags(_INLINE), re.IGNORECASE)
_NO_TAG = re.compile(rf"<(?!/?(?:{'|'.join([*_INLINE, *_STRUCTURE])}){_AFTER_NAME}|!--|!doctype)", re.IGNORECASE)
_AMPERSAND = re.compile(rf"{_ENTITY}|&")
_ANY_ENTITY = re.compile(_ENTITY)


@step
def strip_html(text: pl.Expr, config: StripHtml) -> pl.Expr:  # noqa: ARG001
    """Texts without markup; null stays null."""
    import polars as pl

    def strip(column: pl.Series) -> pl.Series:
        return change_where(column, column.str.contains(_HINT), _strip_all)

    return text.map_batches(strip, return_dtype=pl.String, is_elementwise=True)


def _strip_all(column: pl.Series) -> pl.Series:
    import polars as pl

    return pl.Series(column.name, [_strip(text) for text in column.to_list()], dtype=pl.String)


def _strip(text: str) -> str:
    from prep.stages.blocks import join
    from prep.stages.markup import html_blocks

    if _ANY_STRUCTURE.search(text):
        # What only looks like markup is escaped, so that the parser gives it back as it is.
        return join(html_blocks(_NO_TAG.sub("&lt;", _AMPERSAND.sub(_escaped, text))))
    return _ANY_ENTITY.sub(_character, _ANY_INLINE.sub("", text))


def _escaped(found: re.Match[str]) -> str:
    return found[0] if _is_entity(found[0]) else f"&amp;{found[0][1:]}"


def _is_entity(text: str) -> bool:
    return text[1:] in html5 or text[1:2] == "#"


def _character(entity: re.Match[str]) -> str:
    if not _is_entity(entity[0]):
        return entity[0]  # `unescape` would take `&not` out of `&notice;`
    found = unescape(entity[0])
    return " " if found == "\u00a0" else found
