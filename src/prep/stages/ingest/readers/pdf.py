"""PDF documents: the text layer in reading order, a form feed between pages; headings by their size and weight."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from prep.stages.blocks import PAGE_BREAK, Block
from prep.stages.ingest.documents import append_document, read_bytes
from prep.stages.ingest.headings import with_headings
from prep.stages.ingest.layout import Line, page_lines, to_blocks
from prep.stages.ingest.rows import Rows
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile

_OBJECT = re.compile(rb"[0-9]+ obj\b.*\bendobj\b", re.DOTALL)  # of a PDF whose first line is gone
_PASSWORD = 4  # FPDF_ERR_PASSWORD
_SECURITY = 5  # FPDF_ERR_SECURITY


@reader(".pdf")
def read_pdf(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:  # noqa: ARG001
    """Read the document whole; without any text it is set aside as `no_text_layer`."""
    rows = Rows(file)
    data = read_bytes(rows)
    if data is not None:
        pages, reason = _pages(data)
        if reason is not None:
            rows.quarantine_file(reason, data)
        else:
            text = PAGE_BREAK.join("\n".join(_spaced(lines)) for lines in pages).strip(f"\n{PAGE_BREAK}")
            append_document(rows, {"text": text}, [])
            rows.blocks = partial(_blocks, pages)
    yield rows


def _pages(data: bytes) -> tuple[list[list[Line]], str | None]:
    """The lines of each page, or why there are none."""
    import pypdfium2

    if b"%PDF-" not in data[:1024]:
        return [], "corrupt_file" if _OBJECT.search(data) else "mislabelled_file"
    _forget_errors()
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) in (_PASSWORD, _SECURITY) or "assword" in str(error):
            return [], "encrypted_file"
        return [], "truncated_file" if _is_cut(data) else "corrupt_file"
    try:
        if _is_cut(data):  # the library makes up what a missing end would have said
            return [], "truncated_file"
        pages = [_lines_of(document, number) for number in range(len(document))]
    except pypdfium2.PdfiumError:
        return [], "corrupt_file"
    finally:
        document.close()
    return pages, None if any(line.text.strip() for lines in pages for line in lines) else "no_text_layer"


def _forget_errors() -> None:
    """Make pdfium's last error that of no document: of one without pages it would tell what the file before had."""
    import pypdfium2.raw as pdfium

    pdfium.FPDF_LoadMemDocument64(b"", 0, None)


def _is_cut(data: bytes) -> bool:
    end = data.rstrip(b"\0 \t\r\n")[-4096:]  # some disks and servers pad a file
    return b"%%EOF" not in end and b"startxref" not in end


def _lines_of(document: Any, number: int) -> list[Line]:
    page = document[number]
    textpage = page.get_textpage()
    try:
        return page_lines(textpage)
    finally:
        textpage.close()
        page.close()


def _spaced(lines: list[Line]) -> Iterator[str]:
    """The lines of a page, a blank one where a paragraph begins."""
    for number, line in enumerate(lines):
        if number and line.begins:
            yield ""
        yield line.text


def _blocks(pages: list[list[Line]]) -> list[Block]:
    return with_headings(to_blocks(pages))
