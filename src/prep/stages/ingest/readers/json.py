"""JSON: a list of objects, alone or inside an object, read item by item; any other object is one record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.stages.ingest.buffers import DamagedError
from prep.stages.ingest.json_text import BrokenError, JsonText
from prep.stages.ingest.objects import Objects
from prep.stages.ingest.streams import open_stream
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.rows import Rows
    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile


@reader(".json")
def read_json(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:  # noqa: ARG001
    """Read the list's items in batches of about `batch_bytes`; a row's number is its place in the list, from 1.

    What cannot be taken apart any more is set aside up to the end of the file.
    """
    batch = Objects(file)
    number = 0
    with open_stream(file) as stream:
        try:
            text = JsonText(stream, file.options.longest)
            for item in _items(text, file.options.list):
                number += 1
                batch.add(number, item, 0)
                if batch.rows.size >= batch_bytes:
                    batch.rows.places.clear()
                    yield batch.taken()
        except BrokenError as broken:
            batch.rows.quarantine(number + 1 if number else 0, broken.reason, text.rest())
        except DamagedError as damage:
            batch.rows.quarantine_file(damage.reason)
    batch.rows.places.clear()
    yield batch.taken()


def _items(text: JsonText, path: str | None) -> Iterator[bytes]:
    """The text of each record. BrokenError where the file is no JSON, or has no list at `path`."""
    first = text.peek()
    if not first:
        raise BrokenError("empty_file")
    if path is not None:
        yield from _list_at(text, path.split("."))
        text.end()
    elif first == "[":
        yield from text.items()
        text.end()
    else:
        item = text.value()
        # One object a line, in a file called .json.
        if item[:1] == b"{" and text.peek() == "{":
            raise BrokenError("json_lines")
        text.end()
        yield item


def _list_at(text: JsonText, path: list[str]) -> Iterator[bytes]:
    """The items of the list at `path` in the object that comes next; what stands beside it is read over."""
    if text.peek() != "{":
        raise BrokenError("list_missing")
    seen = False
    for key in text.names():
        if key != path[0]:
            text.value()
            continue
        if seen:
            raise BrokenError("duplicate_key")
        seen = True
        if path[1:]:
            yield from _list_at(text, path[1:])
        elif text.peek() == "[":
            yield from text.items()
        else:
            raise BrokenError("list_missing")
    if not seen:
        raise BrokenError("list_missing")
