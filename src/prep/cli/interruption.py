"""Ctrl-C and SIGTERM, from the first moment to the last: one KeyboardInterrupt, exit 130, no traceback."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import time

TYPE_CHECKING = False  # `typing` takes half as long to load as Python takes to start
if TYPE_CHECKING:
    from types import FrameType
    from typing import NoReturn

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PATIENCE = 1.0  # seconds in which a second Ctrl-C is the same wish: what is being undone is let be
_LOST = 0.01  # seconds after which an interruption that Python dropped is raised again
_raised: list[float] = []


def listen() -> None:
    """From now on SIGINT and SIGTERM raise KeyboardInterrupt, wherever they arrive."""
    sys.unraisablehook = _dropped
    for number in _SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup, or a shell's background job
            signal.signal(number, _interrupt)


def interrupted() -> bool:
    """Whether a signal has arrived: inside a native call it may come out as the library's own error."""
    return bool(_raised)


def settle() -> None:
    """From now on nothing interrupts: the exit code is known."""
    for number in (*_SIGNALS, signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)


def leave(code: int) -> NoReturn:
    """End the process with `code`, and leave its memory to the system: Python takes a tenth of a second to free it.

    Python also ends by SIGINT where a KeyboardInterrupt passed through an `exec`, although it was caught later.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # nobody reads it any more
            continue
    os._exit(code)


def _interrupt(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    now = time.monotonic()
    if number in _SIGNALS and _raised and now - _raised[-1] < _PATIENCE:
        return
    _raised.append(now)
    raise KeyboardInterrupt


def _dropped(unraisable: sys.UnraisableHookArgs) -> None:
    """An interruption in one of Python's own callbacks cannot be raised from there: it is, a moment later."""
    if not issubclass(unraisable.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(unraisable)
        return
    signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, _LOST)
