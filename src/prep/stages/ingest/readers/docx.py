"""Word documents: what the accepted document says, tracked insertions in and deletions out."""

from __future__ import annotations

import io
import re
import zipfile
from functools import partial
from typing import TYPE_CHECKING, Any

from prep.stages.blocks import Block, join
from prep.stages.ingest.documents import append_document, read_bytes
from prep.stages.ingest.headings import with_headings
from prep.stages.ingest.office import declares_entities
from prep.stages.ingest.rows import Rows
from prep.stages.ingest.word_parts import readable_parts
from prep.stages.markup import html_blocks
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_DOCUMENT = re.compile(r"(?:.*/)?document[0-9]*\.xml")  # Word on the web numbers it
_STYLES = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => h2:fresh"


@reader(".docx")
def read_docx(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:  # noqa: ARG001
    """Read the document whole: paragraphs, lists, tables, text boxes, foot- and endnotes."""
    rows = Rows(file)
    data = read_bytes(rows)
    if data is not None:
        reason = _refuse(data, file.options.longest)
        blocks: list[Block] = []
        if reason is None:
            blocks, reason = _blocks(data)
        if reason is not None:
            rows.quarantine_file(reason, data)
        else:
            append_document(rows, {"text": join(blocks)}, [])
            rows.blocks = partial(with_headings, blocks)
    yield rows


def _refuse(data: bytes, longest: int) -> str | None:
    """Why these bytes cannot be a Word document; None where they may be one."""
    if data.startswith(_OLE):
        return "encrypted_file" if _ENCRYPTED in data else "mislabelled_file"
    if not data.startswith(_ZIP):
        return "mislabelled_file"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = {entry.filename: entry for entry in archive.infolist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return "truncated_file"
    if not any(_DOCUMENT.fullmatch(name) for name in names):
        return "mislabelled_file"
    if any(entry.flag_bits & 1 for entry in names.values()):
        return "encrypted_file"
    if sum(entry.file_size for name, entry in names.items() if name.endswith((".xml", ".rels"))) > longest:
        return "document_too_long"
    return "corrupt_file" if declares_entities(data) else None


def _blocks(data: bytes) -> tuple[list[Block], str | None]:
    """The document's blocks, or why there are none."""
    import mammoth

    def no_picture(_: Any) -> dict[str, str]:
        return {}

    try:
        found = mammoth.convert_to_html(
            io.BytesIO(readable_parts(data)), style_map=_STYLES, convert_image=mammoth.images.img_element(no_picture)
        )
    except RecursionError:
        return [], "nested_too_deep"
    except Exception:  # whatever a library of parsers raises on bytes that nobody vouches for
        return [], "corrupt_file"
    blocks = html_blocks(found.value)
    return blocks, None if blocks else "no_text"
