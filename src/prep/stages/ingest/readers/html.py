"""HTML pages: the main text, without navigation, banners and footers."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from prep.stages.blocks import join
from prep.stages.ingest.documents import OTHER_KINDS, append_document, read_bytes
from prep.stages.ingest.encodings import by_escapes, decoded
from prep.stages.ingest.headings import with_headings
from prep.stages.ingest.main_text import is_deep, main_text, title_of
from prep.stages.ingest.rows import Rows
from prep.stages.ingest.streams import UTF8_BOM
from prep.stages.markup import html_blocks
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile

_CHARSET = re.compile(
    rb"<(?:meta[^>]{0,200}charset\s*=\s*[\"']?\s*([\w:.-]{1,40})|\?xml[^>]{0,200}encoding\s*=\s*[\"']([\w:.-]{1,40}))",
    re.IGNORECASE,
)


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
            deep = is_deep(html)
            blocks = [] if deep else html_blocks(html) if file.options.mode == "whole" else main_text(html)
            if blocks:
                append_document(rows, {"title": title_of(html), "text": join(blocks)}, [])
                rows.blocks = partial(with_headings, blocks)
            else:
                rows.quarantine_file("nested_too_deep" if deep else "no_text", data)
    yield rows


def _decode(data: bytes) -> str:
    """By the byte-order mark (UTF-16 came as UTF-8), UTF-8 where it is that, else as the page says, else guessed."""
    data = data.removeprefix(UTF8_BOM)
    declared = _CHARSET.search(data[:4096])
    if declared is None:
        return by_escapes(data) or decoded(data, None)
    return decoded(data, next(name for name in declared.groups() if name).decode("ascii"))
