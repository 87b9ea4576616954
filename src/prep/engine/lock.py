"""One run at a time on one output folder; the lock ends with the process that holds it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import platform
import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from prep.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def lock_file(directory: Path) -> Path:
    """Where the lock on an output folder lies: beside it, so that runs with different caches meet."""
    return directory.parent / f".{directory.name}.prep-lock"


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """Hold the lock on the output folder; UsageError, with the owner and since when, where another run has it.

    The system lets go of the lock when its owner ends, however it ends: a dead owner's is simply taken over.
    """
    made = _missing_parents(directory)
    directory.parent.mkdir(parents=True, exist_ok=True)
    path = lock_file(directory)
    try:
        with _taken(path, directory) as handle:
            handle.truncate(0)
            handle.write(json.dumps({"process": os.getpid(), "host": platform.node(), "since": time.time()}))
            handle.flush()
            try:
                yield
            finally:
                path.unlink(missing_ok=True)
    finally:
        for folder in made:  # deepest first; one that holds something stays
            with contextlib.suppress(OSError):
                folder.rmdir()


def _taken(path: Path, directory: Path) -> IO[str]:
    """The open lock file, locked. The file may be unlinked by its last owner between open and lock: then once more."""
    while True:
        handle = path.open("a+")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.seek(0)
            owner = _owner(handle.read())
            handle.close()
            raise UsageError(
                f"another run ({owner}) is writing to this output folder",
                where=str(directory),
                hint="wait for it, or give this run another `output.directory`",
            ) from error
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle.fileno()), path.stat()):
                return handle
        handle.close()


def _owner(text: str) -> str:
    try:
        owner = json.loads(text)
        age = max(0, round(time.time() - owner["since"]))
        host = f" on {owner['host']}" if owner["host"] != platform.node() else ""
        return f"process {owner['process']}{host}, for {age} s"
    except (ValueError, KeyError, TypeError):
        return "process unknown"


def _missing_parents(directory: Path) -> list[Path]:
    return [folder for folder in directory.parents if not folder.exists()]
