"""JSON objects as rows: values that are not strings keep their source text; a broken object is set aside."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

import jiter
import msgspec

from prep.stages.ingest.json_large import LARGE, without_large
from prep.stages.ingest.json_structure import WHITE
from prep.stages.ingest.rows import LEAST_ROW, MOST_COLUMNS, Rows, json_names
from prep.stages.ingest.streams import UTF8_BOM

if TYPE_CHECKING:
    from prep.stages.ingest.source_file import SourceFile

_RAW = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_TEXT = {frozenset[type](kinds) for kinds in ((), (str,), (type(None),), (str, type(None)))}


class Objects:
    """Objects on their way to `Rows`."""

    def __init__(self, file: SourceFile) -> None:
        self.rows = Rows(file)
        self._values: list[dict[str, str | None]] = []
        self._names: set[str] = set()  # of the rows so far

    def taken(self) -> Rows:
        """The rows so far; what comes next goes into new ones."""
        rows = self.rows
        rows.set_columns(self._values)
        self.rows, self._values, self._names = Rows(rows.file), [], set()
        return rows

    def add(self, number: int, line: bytes, at: int) -> None:
        """One object's text: a row, a broken entry, or nothing."""
        size = len(line)
        if number == 1:
            line = line.removeprefix(UTF8_BOM)
        line = line.strip(WHITE)
        if not line:
            return
        rows = self.rows
        whole = line
        held: dict[str, str] = {}
        if size >= LARGE:
            line, held, reason = without_large(line)
            if reason is not None:
                rows.quarantine(number, reason, whole)
                return
        try:
            values = jiter.from_json(line, catch_duplicate_keys=True, allow_inf_nan=False, float_mode="lossless-float")
        except ValueError as error:
            reason = _reason(line, str(error))
            if reason is not None:
                rows.quarantine(number, reason, whole)
                return
            values = dict.fromkeys(_RAW(line), 0)  # the texts are taken below
        if type(values) is not dict:
            rows.quarantine(number, "not_an_object", whole)
            return
        if not self._names >= values.keys():
            # Keys that are values make a table that is all columns: each row takes a cell in every one of them.
            if len(self._names | values.keys()) > MOST_COLUMNS:
                rows.quarantine(number, "too_many_columns", whole)
                return
            self._names |= values.keys()
        names: list[str] = []
        if frozenset(map(type, values.values())) not in _TEXT:
            names = _to_text(line, values)
            values.update(held)
        self._values.append(values)
        rows.rows.append(number)
        rows.places.append((at, size))
        rows.json.append(json_names(names) if names else None)
        rows.size += size if size > LEAST_ROW else LEAST_ROW


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


class _Pairs:
    """Takes objects as pairs, the innermost first: `twice` says whether the last one had a key twice."""

    twice = False

    def __call__(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        self.twice = len(found) != len(pairs)
        return found


def _reason(line: bytes, message: str) -> str | None:
    """Why a line that the fast parser refused is broken.

    None where a number is merely too long for that parser, or a key stands twice inside a value: a value is carried as
    its text, and nothing of it is lost. A column has one value.
    """
    if "recursion" in message:
        return "nested_too_deep"
    if b"\0" in line:
        return "nul_byte"
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return "invalid_utf8"
    pairs = _Pairs()
    try:
        found = json.loads(text, parse_constant=_refuse, parse_int=str, parse_float=str, object_pairs_hook=pairs)
        json.dumps(found, ensure_ascii=False).encode()
    except _NotANumberError:
        return "not_a_number"
    except UnicodeEncodeError:
        return "lone_surrogate"
    except RecursionError:
        return "nested_too_deep"
    except ValueError:
        return "invalid_json"
    if not isinstance(found, dict):
        return "not_an_object"
    if pairs.twice:
        return "duplicate_key"
    return None if "out of range" in message or "uplicate" in message else "invalid_json"
