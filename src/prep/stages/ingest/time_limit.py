"""A limit on the time that one document may take."""

from __future__ import annotations

import faulthandler
import os
import signal
import threading
from contextlib import contextmanager
from functools import cache
from typing import IO, TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator


class TookTooLongError(BaseException):
    """A document took longer than its limit. No Exception: no parser's own handler shall take it for its error."""


class Clock:
    """Whether the time was up: native code may make another error of it."""

    rang = False


# Seconds after which a call that never comes back ends its process; 0: it does not, this process is the user's own.
_grace = 0.0


def end_process_after(grace: float) -> None:
    """From now on native code that hangs ends this process, `grace` seconds after its limit, by the exit code 1."""
    global _grace
    _grace = grace


@contextmanager
def at_most(seconds: float) -> Iterator[Clock]:
    """Raise TookTooLongError inside the block after `seconds`; a native call is not interrupted, but ends it.

    A process has one such clock, in its main thread: in another thread there is no limit.
    """
    clock = Clock()
    if threading.current_thread() is not threading.main_thread() or signal.getitimer(signal.ITIMER_REAL)[0]:
        yield clock
        return

    def ring(*_: Any) -> NoReturn:
        clock.rang = True
        raise TookTooLongError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    if _grace:
        # A thread in C, which needs no lock of the interpreter; where the process stood is of use to nobody.
        faulthandler.dump_traceback_later(seconds + _grace, exit=True, file=_nowhere())
    try:
        yield clock
    finally:
        if _grace:
            faulthandler.cancel_dump_traceback_later()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@cache
def _nowhere() -> IO[str]:
    return open(os.devnull, "w")  # noqa: PTH123 (open as long as the process)
