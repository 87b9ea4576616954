"""One run at a time on one output folder; the lock ends with the process that holds it."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from prep.engine.files import private_folder
from prep.engine.keys import key
from prep.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.engine.context import Context


@contextmanager
def locked(context: Context) -> Iterator[None]:
    """Hold the lock on the output folder; UsageError when another run has it."""
    folder = private_folder(context.cache.root / "locks")
    path = folder / f"{key(directory=str(context.directory))}.lock"
    with path.open("a+") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.seek(0)
            owner = handle.read().strip() or "unknown"
            raise UsageError(
                f"another run (process {owner}) is writing to this output folder",
                where=str(context.directory),
                hint="wait for it, or give this run another `output.directory`",
            ) from error
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield
