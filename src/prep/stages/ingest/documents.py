"""A file that is one document: its bytes read whole or set aside, its one row."""

from __future__ import annotations

from typing import TYPE_CHECKING

import xxhash

from prep.stages.ingest.buffers import DamagedError
from prep.stages.ingest.rows import Rows, json_names
from prep.stages.ingest.streams import blocks_of, open_stream

if TYPE_CHECKING:
    from collections.abc import Mapping

# How files begin that are no text: PDF, ZIP (Word), OLE (old Word), RTF, PNG, JPEG, GIF.
OTHER_KINDS = (b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")


def read_bytes(rows: Rows) -> bytes | None:
    """All bytes of a document; None where it is empty, damaged or beyond the limit, and was set aside."""
    longest = rows.file.options.longest
    try:
        with open_stream(rows.file) as stream:
            data = stream.read(longest + 1)
            if len(data) > longest:
                digest = xxhash.xxh3_128(data)
                for block in blocks_of(stream):
                    digest.update(block)
                rows.quarantine(0, "document_too_long", data[:1024], digest.hexdigest())
                return None
    except DamagedError as damage:
        rows.quarantine_file(damage.reason)
        return None
    if not data:
        rows.quarantine_file("empty_file")
        return None
    return data


def append_document(rows: Rows, values: Mapping[str, str | None], names: list[str]) -> None:
    """Add a document's one row; `names` are the columns whose text is JSON."""
    rows.columns = {name: [value] for name, value in values.items()}
    rows.rows.append(1)
    rows.json.append(json_names(names))
    rows.size += sum(len(value or "") for value in values.values())
