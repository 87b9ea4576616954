"""Plain text and Markdown: a file is a record; Markdown's front matter becomes columns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from prep.stages.ingest.rows import Rows
from prep.stages.ingest.streams import DAMAGED, find_encoding, open_stream
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.discover import SourceFile
    from prep.stages.ingest.slices import Slice

_ENCODE = msgspec.json.Encoder().encode


@reader(".txt", ".text")
def read_txt(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:  # noqa: ARG001
    """Read the file whole."""
    rows, text = _whole(file)
    if text is not None:
        _append(rows, {"text": text})
    yield rows


@reader(".md", ".markdown")
def read_md(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:  # noqa: ARG001
    """Read the file whole; what stands between `---` lines at its start are columns."""
    rows, text = _whole(file)
    if text is not None:
        matter, text = front_matter(text)
        _append(rows, {**matter, "text": text})
    yield rows


def _whole(file: SourceFile) -> tuple[Rows, str | None]:
    rows = Rows(file)
    data = b""
    try:
        with open_stream(file) as stream:
            data = stream.read()
    except DAMAGED:
        rows.quarantine_file("truncated_file")
        return rows, None
    if not data:
        rows.quarantine_file("empty_file")
        return rows, None
    if b"\0" in data and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        rows.quarantine_file("not_text", data)
        return rows, None
    return rows, data.decode(find_encoding(file), errors="replace")


def _append(rows: Rows, values: dict[str, Any]) -> None:
    names = [name for name, value in values.items() if value is not None and not isinstance(value, str)]
    for name, value in values.items():
        rows.columns[name] = [_ENCODE(value).decode() if name in names else value]
    rows.rows.append(1)
    rows.json.append(_ENCODE(names).decode() if names else None)
    rows.size = sum(len(cells[0] or "") for cells in rows.columns.values())


def front_matter(text: str) -> tuple[dict[str, Any], str]:
    """The columns of the front matter and the text after it; no columns, and the whole text, where there is none."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    if not text.startswith(("---\n", "---\r\n")):
        return {}, text
    head, mark, body = text[4:].replace("\r\n", "\n").partition("\n---\n")
    if not mark:
        return {}, text
    try:
        found = YAML(typ="safe", pure=True).load(head)
    except (YAMLError, ValueError):
        return {}, text
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found):
        return {}, text
    return {name: value for name, value in found.items() if name != "text"}, body
