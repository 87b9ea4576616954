"""A worker process: reads tasks as JSON lines, answers each with a line; ends with its input."""

from __future__ import annotations

import ctypes
import gc
import json
import mmap
import os
import signal
import sys
import traceback
from typing import Any

from prep.engine.context import Context
from prep.engine.tasks.dispatch import Task, carry_out, warm
from prep.errors import PrepError, system_error
from prep.stages.ingest.time_limit import end_process_after
from prep.stages.ingest.whereabouts import BYTES, note_in, reading

# From malloc.h: from which size a block has its own mapping, and how much free memory goes back to the system.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_PR_SET_PDEATHSIG = 1  # from prctl.h
_GRACE_SECONDS = 5.0  # for a native call that still comes back after its time
_KEPT_BYTES = 1 << 30
_OBJECTS_BETWEEN_COLLECTIONS = 200_000


def main() -> None:
    """Serve the run that the first line of standard input describes; the first argument is the file for notes."""
    line = b""
    while not line.endswith(b"\n"):
        if not (byte := os.read(0, 1)):
            return  # its parent was killed while it wrote
        line += byte
    shared = int(sys.argv[1])
    notes = mmap.mmap(shared, BYTES)
    os.close(shared)
    serve(Context.from_dict(json.loads(line)), notes)


def serve(context: Context, notes: mmap.mmap) -> None:
    """Carry out the tasks that stand on standard input until it ends; `notes` says which piece of input is read."""
    # What a library or a plug-in prints must not mix with the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _tie_to_parent()
    _keep_memory()
    end_process_after(_GRACE_SECONDS)
    note_in(notes)
    from prep.engine.tasks import read, transform  # noqa: F401 - while the run is still being checked

    for line in os.fdopen(0, "rb", closefd=False):
        if not line.endswith(b"\n"):
            return  # of a parent that was killed while it wrote
        asked = json.loads(line)
        if "warm" in asked:
            warm(context, check=asked["warm"] == 0)
            gc.freeze()
            continue
        try:
            reading(None)
            answer: dict[str, Any] = {"done": carry_out(context, Task(**asked))}
        except PrepError as error:
            answer = {"error": error.as_dict()}
        except BaseException as error:  # a panic of a native library is no Exception
            refused = system_error(error)
            answer = {"error": refused.as_dict()} if refused is not None else {"bug": traceback.format_exc()}
        try:
            answers.write(json.dumps(answer).encode() + b"\n")
            answers.flush()
        except BrokenPipeError:
            os._exit(1)  # nobody waits for the answer any more


def _tie_to_parent() -> None:
    """Die with the parent, however it ends: a worker left behind would write into a cache that another run uses."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)  # Linux
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def _keep_memory() -> None:
    """Use freed blocks again rather than give them back page by page, and look for cycles seldom: tasks make few."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # glibc's; other systems go without
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _KEPT_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)
    gc.freeze()
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 100)


if __name__ == "__main__":
    main()
