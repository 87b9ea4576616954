"""E-mails: the text of a message, its headers as columns."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from prep.stages.ingest.documents import append_document, read_bytes
from prep.stages.ingest.mail import MailError, parse
from prep.stages.ingest.paragraphs import text_blocks
from prep.stages.ingest.rows import Rows
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile


@reader(".eml")
def read_eml(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:  # noqa: ARG001
    """Read the one message of the file."""
    rows = Rows(file)
    data = read_bytes(rows)
    if data is not None:
        try:
            columns, names = parse(data, file.options)
        except MailError as error:
            rows.quarantine_file(error.reason, data)
        else:
            append_document(rows, columns, names)
            rows.blocks = partial(text_blocks, columns["text"] or "")
    yield rows
