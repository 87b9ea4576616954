"""What the input files hold: scanned once and remembered, so that a run with nothing to do reads nothing."""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar

import msgspec

from prep.engine.files import write_atomic
from prep.errors import InputError
from prep.stages.ingest.slices import Slice, scan
from prep.stages.ingest.source_file import NEVER_OPENED

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from prep.stages.ingest.source_file import SourceFile

# A file changed this recently may change again without a new time stamp.
UNSETTLED_NS = 2_000_000_000
T = TypeVar("T")
_ENCODE = msgspec.json.encode
_SLICES = msgspec.json.Decoder(list[Slice])
_TEXT = msgspec.json.Decoder(str)


def _text(name: str) -> str:
    """A path as text that can be stored: bytes of it that are no UTF-8 as escapes."""
    return name if name.isascii() else name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


class _Known(msgspec.Struct):
    """A file's identity when it was looked into, and what was found then, each fact as JSON until it is asked for."""

    identity: str
    facts: dict[str, msgspec.Raw] = msgspec.field(default_factory=dict)


class Inputs:
    """Slices and hashes of input files, kept in `<cache>/inputs.json` under each file's size, times and inode."""

    def __init__(self, path: Path, slice_bytes: int) -> None:
        self._path = path
        self._slice_bytes = slice_bytes
        self._known: dict[str, _Known] = {}
        self._unsettled: set[str] = set()
        self._dirty = False
        with suppress(OSError, msgspec.MsgspecError):
            self._known = msgspec.json.decode(path.read_bytes(), type=dict[str, _Known])

    def slices(self, file: SourceFile) -> list[Slice]:
        """The slices of `file`, from memory where its identity is unchanged."""
        if file.refused in NEVER_OPENED:
            return scan(file, self._slice_bytes)  # there is nothing whose state could be remembered
        name = f"{self._slice_bytes}:{file.way}"
        return self._remembered(file.place, name, _SLICES, lambda: scan(file, self._slice_bytes))

    def sha256(self, path: Path) -> str:
        """SHA-256 of the file's bytes, as hex."""

        def digest() -> str:
            with path.open("rb") as handle:
                return hashlib.file_digest(handle, "sha256").hexdigest()

        return self._remembered(str(path), "sha256", _TEXT, digest)

    def _remembered(self, path: str, name: str, kind: msgspec.json.Decoder[T], compute: Callable[[], T]) -> T:
        place, name = _text(path), _text(name)
        try:
            status = os.stat(path)  # noqa: PTH116 (this is asked of every file of a run, twice)
        except OSError as error:
            raise InputError(f"cannot read {path.rpartition('/')[2]}: {error.strerror}", where=path) from error
        identity = f"{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}:{status.st_ino}"
        entry = self._known.get(place)
        if entry is not None and entry.identity == identity and name in entry.facts:
            return kind.decode(entry.facts[name])
        found = compute()
        if entry is None or entry.identity != identity:
            entry = self._known[place] = _Known(identity)
        entry.facts[name] = msgspec.Raw(_ENCODE(found))
        self._dirty = True
        if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) < UNSETTLED_NS:
            self._unsettled.add(place)
        return found

    def save(self) -> None:
        """Keep what was learnt for the next run."""
        if self._dirty and self._path.parent.is_dir():
            settled = {name: entry for name, entry in self._known.items() if name not in self._unsettled}
            write_atomic(self._path, _ENCODE(settled))
            self._dirty = False
