"""Plain text and Markdown: a file is a record; Markdown's front matter becomes columns."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from prep.stages.ingest.documents import OTHER_KINDS, append_document, read_bytes
from prep.stages.ingest.encodings import by_escapes, decoded
from prep.stages.ingest.front_matter import columns
from prep.stages.ingest.paragraphs import markdown_blocks, text_blocks
from prep.stages.ingest.rows import Rows
from prep.stages.ingest.streams import UTF8_BOM
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile

# A block between two lines `---`, the first of them the file's first line.
_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)(?:(?<=\n)|\A)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


@reader(".txt", ".text")
def read_txt(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:  # noqa: ARG001
    """Read the file whole."""
    rows, text = read_text(file)
    if text is not None:
        append_document(rows, {"text": text}, [])
        rows.blocks = partial(text_blocks, text)
    yield rows


@reader(".md", ".markdown")
def read_md(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:  # noqa: ARG001
    """Read the file whole; what stands between `---` lines at its start are columns."""
    rows, text = read_text(file)
    if text is not None:
        match = _MATTER.match(text)
        found = columns(match[1]) if match else None
        if match and found is not None and "text" not in found[0]:
            text = text[match.end() :]
            append_document(rows, {**found[0], "text": text}, found[1])
        else:
            append_document(rows, {"text": text}, [])
        rows.blocks = partial(markdown_blocks, text)
    yield rows


def read_text(file: SourceFile) -> tuple[Rows, str | None]:
    """The file's text; None where it was set aside."""
    rows = Rows(file)
    data = read_bytes(rows)
    if data is None:
        return rows, None
    if data.startswith(OTHER_KINDS):
        rows.quarantine_file("mislabelled_file", data)
        return rows, None
    if b"\0" in data:
        rows.quarantine_file("nul_byte", data)
        return rows, None
    data = data.removeprefix(UTF8_BOM)
    return rows, by_escapes(data) or decoded(data, None)
