"""JSON Lines: every line an object; values that are not strings keep their source text."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING, Any, NoReturn

import jiter
import msgspec
import xxhash

from prep.stages.ingest.rows import LONGEST, Rows, json_names
from prep.stages.ingest.streams import BLOCK, UTF8_BOM, DamagedError, is_plain, open_stream
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from prep.stages.ingest.discover import SourceFile
    from prep.stages.ingest.slices import Slice

_RAW = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_TEXT = {frozenset[type](kinds) for kinds in ((), (str,), (type(None),), (str, type(None)))}


@reader(".jsonl", ".ndjson")
def read_jsonl(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:
    """Read the lines of a slice in batches of about `batch_bytes`."""
    batch = _Batch(file)
    number, at = piece.first_row - 1, 0
    left = piece.length if is_plain(file) else None
    with open_stream(file) as stream:
        if left is not None:
            at = stream.seek(piece.offset)
        try:
            while (left is None or left > 0) and (line := stream.readline(LONGEST + 1)):
                number += 1
                size = len(line)
                if size > LONGEST:
                    size, digest = skip_line(stream, line)
                    batch.rows.quarantine(number, "line_too_long", line[:1024], digest)
                else:
                    batch.add(number, line, at)
                at += size
                left = left - size if left is not None else None
                if batch.rows.size >= batch_bytes:
                    yield batch.taken()
            if not at:
                batch.rows.quarantine_file("empty_file")
        except DamagedError as damage:
            batch.rows.quarantine_file(damage.reason)
    yield batch.taken()


def parse_lines(file: SourceFile, lines: Iterable[tuple[int, int, bytes]]) -> Rows:
    """The rows of single lines, each given as (line number, offset, bytes)."""
    batch = _Batch(file)
    for number, at, line in lines:
        batch.add(number, line, at)
    return batch.taken()


def skip_line(stream: IO[bytes], start: bytes) -> tuple[int, str]:
    """Length in bytes and hash of a line of which `start` was read; the stream stands behind it."""
    digest = xxhash.xxh3_128(start)
    size = len(start)
    while not start.endswith(b"\n") and (start := stream.readline(BLOCK)):
        digest.update(start)
        size += len(start)
    return size, digest.hexdigest()


class _Batch:
    """Lines on their way to `Rows`."""

    def __init__(self, file: SourceFile) -> None:
        self.rows = Rows(file)
        self._values: list[dict[str, str | None]] = []

    def taken(self) -> Rows:
        """The rows so far; what comes next goes into new ones."""
        rows = self.rows
        rows.set_columns(self._values)
        self.rows, self._values = Rows(rows.file), []
        return rows

    def add(self, number: int, line: bytes, at: int) -> None:
        """One line: a row, a broken entry, or nothing."""
        size = len(line)
        if number == 1:
            line = line.removeprefix(UTF8_BOM)
        line = line.strip(b" \t\r\n")
        if not line:
            return
        rows = self.rows
        try:
            values = jiter.from_json(line, catch_duplicate_keys=True, allow_inf_nan=False, float_mode="lossless-float")
        except ValueError as error:
            reason = _reason(line, str(error))
            if reason is not None:
                rows.quarantine(number, reason, line)
                return
            values = dict.fromkeys(_RAW(line), 0)  # a number of thousands of digits; its text is taken below
        if type(values) is not dict:
            rows.quarantine(number, "not_an_object", line)
            return
        names: list[str] = []
        if frozenset(map(type, values.values())) not in _TEXT:
            names = _to_text(line, values)
        self._values.append(values)
        rows.rows.append(number)
        rows.places.append((at, size))
        rows.json.append(json_names(names) if names else None)
        rows.size += size


def _to_text(line: bytes, values: dict[str, Any]) -> list[str]:
    """Replace every value that is no string by the text it has in the line; the names of the columns replaced."""
    names = []
    raw = None
    for name, value in values.items():
        kind = type(value)
        if kind is str or value is None:
            continue
        if kind is bool:
            text: str | None = "true" if value else "false"
        elif kind is jiter.LosslessFloat or (kind is int and value):
            text = str(value)
        else:
            raw = raw or _RAW(line)
            text = bytes(raw[name]).decode()
            if text[0] == '"' or text == "null":
                values[name] = msgspec.json.decode(text)
                continue
        values[name] = text
        names.append(name)
    return names


class _NotANumberError(ValueError):
    """The parser met NaN or Infinity."""


def _refuse(_: str) -> NoReturn:
    raise _NotANumberError


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise KeyError
    return dict(pairs)


def _reason(line: bytes, message: str) -> str | None:
    """Why a line that the fast parser refused is broken; None where a number is merely too long for that parser."""
    if "recursion" in message:
        return "nested_too_deep"
    if b"\0" in line:
        return "nul_byte"
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return "invalid_utf8"
    try:
        found = json.loads(text, parse_constant=_refuse, parse_int=str, parse_float=str, object_pairs_hook=_pairs)
        json.dumps(found, ensure_ascii=False).encode()
    except _NotANumberError:
        return "not_a_number"
    except KeyError:
        return "duplicate_key"
    except UnicodeEncodeError:
        return "lone_surrogate"
    except RecursionError:
        return "nested_too_deep"
    except ValueError:
        return "invalid_json"
    return None if "out of range" in message and isinstance(found, dict) else "invalid_json"
