"""Plain text and Markdown: a file is a record; Markdown's front matter becomes columns."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import xxhash

from prep.stages.ingest.front_matter import columns
from prep.stages.ingest.rows import LONGEST, Rows, json_names
from prep.stages.ingest.streams import UTF8_BOM, DamagedError, blocks_of, decode, find_encoding, open_stream
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prep.stages.ingest.discover import SourceFile
    from prep.stages.ingest.slices import Slice

# A block between two lines `---`, the first of them the file's first line.
_MATTER = re.compile(r"---[ \t]*\r?\n(.*?)(?:(?<=\n)|\A)---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


@reader(".txt", ".text")
def read_txt(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:  # noqa: ARG001
    """Read the file whole."""
    rows, text = _whole(file)
    if text is not None:
        _append(rows, {"text": text}, [])
    yield rows


@reader(".md", ".markdown")
def read_md(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:  # noqa: ARG001
    """Read the file whole; what stands between `---` lines at its start are columns."""
    rows, text = _whole(file)
    if text is not None:
        match = _MATTER.match(text)
        found = columns(match[1]) if match else None
        if match and found is not None and "text" not in found[0]:
            _append(rows, {**found[0], "text": text[match.end() :]}, found[1])
        else:
            _append(rows, {"text": text}, [])
    yield rows


def _whole(file: SourceFile) -> tuple[Rows, str | None]:
    rows = Rows(file)
    try:
        with open_stream(file) as stream:
            data = stream.read(LONGEST + 1)
            if len(data) > LONGEST:
                digest = xxhash.xxh3_128(data)
                for block in blocks_of(stream):
                    digest.update(block)
                rows.quarantine(0, "document_too_long", data[:1024], digest.hexdigest())
                return rows, None
    except DamagedError as damage:
        rows.quarantine_file(damage.reason)
        return rows, None
    reason = "empty_file" if not data else "nul_byte" if b"\0" in data else None
    if reason is not None:
        rows.quarantine_file(reason, data)
        return rows, None
    return rows, decode(data.removeprefix(UTF8_BOM), find_encoding(file))


def _append(rows: Rows, values: Mapping[str, str | None], names: list[str]) -> None:
    rows.columns = {name: [value] for name, value in values.items()}
    rows.rows.append(1)
    rows.json.append(json_names(names))
    rows.size += sum(len(value or "") for value in values.values())
