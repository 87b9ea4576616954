"""What the input files hold: scanned once and remembered, so that a run with nothing to do reads nothing."""

from __future__ import annotations

import hashlib
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.engine.files import write_atomic
from prep.errors import InputError
from prep.stages.ingest.slices import Slice, scan
from prep.stages.ingest.source_file import BROKEN_LINK

if TYPE_CHECKING:
    from prep.stages.ingest.source_file import SourceFile

# A file changed this recently may change again without a new time stamp.
_UNSETTLED_NS = 2_000_000_000


class Inputs:
    """Slices and hashes of input files, kept in `<cache>/inputs.json` under each file's size, times and inode."""

    def __init__(self, path: Path, slice_bytes: int) -> None:
        self._path = path
        self._slice_bytes = slice_bytes
        self._known: dict[str, Any] = {}
        self._unsettled: set[str] = set()
        self._dirty = False
        try:
            self._known = json.loads(path.read_bytes())
        except (OSError, ValueError):
            self._known = {}

    def slices(self, file: SourceFile) -> list[Slice]:
        """The slices of `file`, from memory where its identity is unchanged."""
        name = f"{self._slice_bytes}:{file.way}"
        if file.refused == BROKEN_LINK:
            return scan(file, self._slice_bytes)  # there is nothing whose state could be remembered
        found = self._remembered(file.path, name, lambda: [asdict(piece) for piece in scan(file, self._slice_bytes)])
        return [Slice(**piece) for piece in found]

    def sha256(self, path: Path) -> str:
        """SHA-256 of the file's bytes, as hex."""

        def digest() -> str:
            with path.open("rb") as handle:
                return hashlib.file_digest(handle, "sha256").hexdigest()

        return str(self._remembered(path, "sha256", digest))

    def _remembered(self, path: Path, name: str, compute: Any) -> Any:
        try:
            status = path.stat()
        except OSError as error:
            raise InputError(f"cannot read {path.name}: {error.strerror}", where=str(path)) from error
        identity = [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]
        entry = self._known.get(str(path))
        if entry is None or entry["identity"] != identity:
            entry = {"identity": identity, "facts": {}}
        if name not in entry["facts"]:
            entry["facts"][name] = compute()
            self._known[str(path)] = entry
            self._dirty = True
            if time.time_ns() - max(status.st_mtime_ns, status.st_ctime_ns) < _UNSETTLED_NS:
                self._unsettled.add(str(path))
        return entry["facts"][name]

    def save(self) -> None:
        """Keep what was learnt for the next run."""
        if self._dirty and self._path.parent.is_dir():
            settled = {name: entry for name, entry in self._known.items() if name not in self._unsettled}
            write_atomic(self._path, json.dumps(settled).encode("utf-8", "surrogatepass"))
            self._dirty = False
