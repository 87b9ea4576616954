"""One worker process and the pipes to it: forked while this process is small and has one thread, else started anew."""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import signal
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

from prep.stages.ingest.whereabouts import BYTES

if TYPE_CHECKING:
    from prep.engine.context import Context

_OPEN_FILES = 1024
_THREADS = Path("/proc/self/task")  # native libraries start some that Python does not know of


class Process:
    """A worker: takes a line of JSON, answers with one; `kill` ends it at once."""

    def __init__(
        self, pid: int, to: IO[bytes], answers: IO[bytes], notes: mmap.mmap, started: subprocess.Popen[bytes] | None
    ) -> None:
        self.pid = pid
        self.answers = answers
        self.notes = notes  # which piece of input it reads
        self._to = to
        self._started = started

    def send(self, value: dict[str, Any]) -> None:
        """Ask for something. A worker that died is noticed when its answer is read."""
        with contextlib.suppress(BrokenPipeError):
            self._to.write(json.dumps(value).encode() + b"\n")
            self._to.flush()

    def answer(self) -> dict[str, Any] | None:
        """What it says next; None when it has ended."""
        line = self.answers.readline()
        return json.loads(line) if line.endswith(b"\n") else None

    def wait(self) -> int:
        """How it ended: an exit code, or a signal's number below zero."""
        if self._started is not None:
            return self._started.wait()
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])

    def kill(self) -> None:
        """End it, and leave nothing open."""
        with contextlib.suppress(ProcessLookupError, ChildProcessError):
            os.kill(self.pid, signal.SIGKILL)
            self.wait()
        self.close()

    def close(self) -> None:
        """Close the pipes of a process that has ended."""
        with contextlib.suppress(BrokenPipeError):
            self._to.close()
        self.answers.close()
        self.notes.close()


def start(context: Context, threads: int) -> Process:
    """A worker for `context` whose libraries use so many threads."""
    return _fork(context, threads) if can_fork() else _spawn(context, threads)


def can_fork() -> bool:
    """Whether this process has one thread, so that a copy of it can go on."""
    return sys.platform == "linux" and _THREADS.is_dir() and len(os.listdir(_THREADS)) == 1  # noqa: PTH208


def _spawn(context: Context, threads: int) -> Process:
    with tempfile.TemporaryFile() as shared:
        shared.truncate(BYTES)
        notes = mmap.mmap(shared.fileno(), BYTES)
        started = subprocess.Popen(
            [sys.executable, "-m", "prep.engine.executors.worker", str(shared.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"POLARS_MAX_THREADS": str(threads)},
            pass_fds=[shared.fileno()],
            start_new_session=True,  # Ctrl-C reaches the parent alone, which then ends its workers
        )
    assert started.stdin is not None
    assert started.stdout is not None
    process = Process(started.pid, started.stdin, started.stdout, notes, started)
    process.send(context.as_dict())
    return process


def _fork(context: Context, threads: int) -> Process:
    """The same without loading anything twice: what is imported and parsed here is there, too."""
    asked, to = os.pipe()
    answers, tell = os.pipe()
    notes = mmap.mmap(-1, BYTES)  # shared with what is forked
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid == 0:
        _serve(context, threads, asked, tell, notes)
    os.close(asked)
    os.close(tell)
    return Process(pid, os.fdopen(to, "wb"), os.fdopen(answers, "rb"), notes, None)


def _serve(context: Context, threads: int, asked: int, tell: int, notes: mmap.mmap) -> NoReturn:
    """The life of a forked worker; nothing of the caller's runs on in it."""
    try:
        os.setsid()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        os.environ["POLARS_MAX_THREADS"] = str(threads)
        os.dup2(asked, 0)
        os.dup2(tell, 1)
        os.closerange(3, max(asked, tell, _OPEN_FILES) + 1)  # the lock of the run among them
        from prep.engine.executors.worker import serve

        serve(context, notes)
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
