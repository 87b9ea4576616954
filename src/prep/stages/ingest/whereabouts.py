"""Which piece of its input a process is reading and since when, noted where another process sees it after its death."""

from __future__ import annotations

import struct
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mmap import mmap

_NOTE = struct.Struct("=qd")  # the piece's number among those of its task, or -1; seconds of the system's steady clock
BYTES = _NOTE.size
_memory: mmap | None = None  # shared with the process that would look; None: nobody would


def note_in(memory: mmap) -> None:
    """From now on notes go into `memory`, of `BYTES` bytes."""
    global _memory
    _memory = memory
    reading(None)


def reading(number: int | None) -> None:
    """Note that piece `number` is being read from now on; None: something else is done."""
    if _memory is not None:
        _NOTE.pack_into(_memory, 0, -1 if number is None else number, time.monotonic())


def noted(memory: mmap) -> tuple[int, float] | None:
    """(number, seconds since then) of the piece that was being read when it was last noted; None: none was."""
    number, since = _NOTE.unpack_from(memory)
    return (number, time.monotonic() - since) if number >= 0 else None
