"""Where a Parquet file's row groups lie, from its footer: the few fields of it that cutting the file needs."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

# Fields of parquet.thrift, by number.
_FILE_SCHEMA, _FILE_GROUPS, _FILE_ENCRYPTION = 2, 4, 8
_GROUP_COLUMNS, _GROUP_ROWS = 1, 3
_CHUNK_META = 3
_META_SIZE, _META_DATA_PAGE, _META_DICTIONARY_PAGE = 7, 9, 11
_AS_THEY_ARE: Mapping[int, Callable[[Any], Any]] = {}
_MAGIC, _LOCKED = b"PAR1", b"PARE"  # at both ends of a file; the second where the footer needs a key, too
_BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, struct.error, RecursionError)
_LARGEST_FOOTER = 256 * 1024 * 1024


@dataclass(frozen=True)
class RowGroup:
    """`length` bytes from `offset` hold `rows` rows."""

    offset: int
    length: int
    rows: int


def row_groups(path: Path) -> tuple[bytes, list[RowGroup]] | None:
    """A text that is equal for equal schemas, and the row groups with rows in them; None where the footer is broken
    or says that there is no row. Raises OSError."""
    status = path.stat()
    return _row_groups(path, (status.st_size, status.st_mtime_ns, status.st_ino))


@lru_cache(maxsize=2)  # one file's footer is asked for by each of its slices
def _row_groups(path: Path, _state: tuple[int, ...]) -> tuple[bytes, list[RowGroup]] | None:
    try:
        fields = _Compact(_footer(path)).struct({_FILE_GROUPS: _group})
        groups = [group for group in fields[_FILE_GROUPS] if group.rows]
        return (repr(fields[_FILE_SCHEMA]).encode(), groups) if groups else None
    except _BROKEN:
        return None


def why_unreadable(path: Path) -> str:
    """Why a file that is not empty cannot be read, by its two ends and what its footer says of keys. Raises OSError."""
    with path.open("rb") as handle:
        first = handle.read(4)
        handle.seek(max(0, handle.seek(0, 2) - 4))
        last = handle.read(4)
    if first not in (_MAGIC, _LOCKED):
        return "unreadable_parquet" if last in (_MAGIC, _LOCKED) else "mislabelled_file"
    if last == _LOCKED:
        return "encrypted_file"
    if last != _MAGIC:
        return "truncated_file"
    try:
        return "encrypted_file" if _FILE_ENCRYPTION in _Compact(_footer(path)).struct() else "unreadable_parquet"
    except _BROKEN:
        return "unreadable_parquet"


def _footer(path: Path) -> bytes:
    with path.open("rb") as handle:
        size = handle.seek(0, 2)
        handle.seek(max(0, size - 8))
        length, magic = struct.unpack("<I4s", handle.read(8))
        if magic != _MAGIC or length + 8 > size or length > _LARGEST_FOOTER:
            raise ValueError("no Parquet footer")
        handle.seek(size - 8 - length)
        return handle.read(length)


def _group(fields: dict[int, Any]) -> RowGroup:
    metas = [column[_CHUNK_META] for column in fields[_GROUP_COLUMNS]]
    starts = [min(meta[_META_DATA_PAGE], meta.get(_META_DICTIONARY_PAGE) or meta[_META_DATA_PAGE]) for meta in metas]
    ends = [start + meta[_META_SIZE] for start, meta in zip(starts, metas, strict=True)]
    group = RowGroup(min(starts), max(ends) - min(starts), fields[_GROUP_ROWS])
    if group.offset < 0 or group.length <= 0 or group.rows < 0:
        raise ValueError("no place for a row group")
    return group


class _Compact:
    """Thrift's compact protocol: a struct as a mapping of field number to value."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def struct(self, made: Mapping[int, Callable[[Any], Any]] = _AS_THEY_ARE) -> dict[int, Any]:
        """The fields of the struct that comes next; the elements of a list in `made` become what it makes of each."""
        data, at = self._data, self._at
        fields: dict[int, Any] = {}
        number = 0
        while head := data[at]:
            at += 1
            kind = head & 15
            if head >> 4:
                number += head >> 4
            else:
                self._at = at
                number, at = self._zigzag(), self._at
            if 4 <= kind <= 6 and data[at] < 128:  # most fields are small numbers
                fields[number] = (data[at] >> 1) ^ -(data[at] & 1)
                at += 1
            elif kind <= 2:
                fields[number] = kind == 1
            else:
                self._at = at
                fields[number], at = self._value(kind, made.get(number)), self._at
        self._at = at + 1
        return fields

    def _value(self, kind: int, make: Callable[[Any], Any] | None = None) -> Any:
        match kind:
            case 4 | 5 | 6:
                return self._zigzag()
            case 8:
                return self._take(self._varint())
            case 12:
                return self.struct()
            case 9 | 10:
                head = self._byte()
                count = head >> 4 if head >> 4 < 15 else self._varint()
                if count > len(self._data):
                    raise ValueError("more elements than bytes")
                found = (self._value(head & 15) for _ in range(count))
                return [*found] if make is None else [make(one) for one in found]
            case 1 | 2:
                return self._byte() == 1
            case 3:
                return self._byte()
            case 7:
                return self._take(8)
        raise ValueError(f"unknown type {kind}")

    def _byte(self) -> int:
        self._at += 1
        return self._data[self._at - 1]

    def _take(self, count: int) -> bytes:
        self._at += count
        if self._at > len(self._data):
            raise ValueError("the footer ends too early")
        return self._data[self._at - count : self._at]

    def _varint(self) -> int:
        data, at = self._data, self._at
        value = shift = 0
        while (byte := data[at]) >= 128:
            value |= (byte & 127) << shift
            shift, at = shift + 7, at + 1
        self._at = at + 1
        return value | byte << shift

    def _zigzag(self) -> int:
        value = self._varint()
        return (value >> 1) ^ -(value & 1)
