"""JSON Lines: every line an object; values that are not strings keep their source text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jiter
import msgspec

from prep.stages.ingest.rows import Rows
from prep.stages.ingest.streams import DAMAGED, open_stream
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.discover import SourceFile
    from prep.stages.ingest.slices import Slice

LONGEST_LINE = 64 * 1024 * 1024
_RAW = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_ENCODE = msgspec.json.Encoder().encode
# What the parser's messages say, as reasons; the first that fits.
_REASONS = (("duplicate key", "duplicate_key"), ("unicode code point", "invalid_utf8"))


@reader(".jsonl", ".ndjson")
def read_jsonl(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:
    """Read the lines of a slice in batches of about `batch_bytes`."""
    rows = Rows(file)
    number = piece.first_row - 1
    left = piece.length if file.compression is None else None
    with open_stream(file, piece.offset) as stream:
        if not piece.length:
            rows.quarantine_file("empty_file")
        try:
            while left is None or left > 0:
                line = stream.readline(LONGEST_LINE + 1)
                if not line:
                    break
                number += 1
                read = len(line)
                if read > LONGEST_LINE and not line.endswith(b"\n"):
                    while (more := stream.readline(LONGEST_LINE)) and (read := read + len(more)):
                        if more.endswith(b"\n"):
                            break
                    rows.quarantine(number, "line_too_long", line[:1024])
                else:
                    if number == 1 and line.startswith((b"\xff\xfe", b"\xfe\xff")):
                        rows.quarantine_file("unsupported_encoding", line)
                        break
                    _line(rows, number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line)
                left = left - read if left is not None else None
                if rows.size >= batch_bytes:
                    yield rows
                    rows = Rows(file)
        except DAMAGED:
            rows.quarantine_file("truncated_file")
    yield rows


def _line(rows: Rows, number: int, line: bytes) -> None:
    line = line.strip(b" \t\r\n")
    if not line:
        return
    try:
        values = jiter.from_json(line, catch_duplicate_keys=True, allow_inf_nan=False, float_mode="lossless-float")
    except ValueError as error:
        rows.quarantine(number, _reason(line, str(error)), line)
        return
    if not isinstance(values, dict):
        rows.quarantine(number, "not_an_object", line)
        return
    json: list[str] = []
    if any(not isinstance(value, str) for value in values.values()):
        values, json = _with_source_text(line, values)
    _append(rows, values)
    rows.rows.append(number)
    rows.json.append(_ENCODE(json).decode() if json else None)
    rows.size += len(line)


def _with_source_text(line: bytes, values: dict[str, Any]) -> tuple[dict[str, str | None], list[str]]:
    """Strings as they are, null as None, every other value as the text it has in the line."""
    raw = _RAW(line)
    found: dict[str, str | None] = {}
    json = []
    for name, value in values.items():
        if value is None or isinstance(value, str):
            found[name] = value
        else:
            found[name] = bytes(raw[name]).decode()
            json.append(name)
    return found, json


def _append(rows: Rows, values: dict[str, str | None]) -> None:
    count = len(rows.rows)
    columns = rows.columns
    for name, value in values.items():
        cells = columns.get(name)
        if cells is None:
            cells = columns[name] = [None] * count
        elif len(cells) < count:
            cells.extend([None] * (count - len(cells)))
        cells.append(value)


def _reason(line: bytes, message: str) -> str:
    for words, reason in _REASONS:
        if words in message:
            return reason
    try:
        line.decode()
    except UnicodeDecodeError:
        return "invalid_utf8"
    if "hex escape" in message or "surrogate" in message:
        return "lone_surrogate"
    if "recursion" in message:
        return "nested_too_deep"
    at = message.rpartition("column ")[2]
    if at.isdigit() and line[max(0, int(at) - 2) :].lstrip(b" :-").startswith((b"NaN", b"Inf")):
        return "not_a_number"
    return "invalid_json"
