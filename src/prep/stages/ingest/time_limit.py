"""A limit on the time that one document may take."""

from __future__ import annotations

import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Iterator


class TookTooLongError(BaseException):
    """A document took longer than its limit. No Exception: no parser's own handler shall take it for its error."""


@contextmanager
def at_most(seconds: float) -> Iterator[None]:
    """Raise TookTooLongError inside the block after `seconds`; a native call is not interrupted, but ends it.

    A process has one such clock, in its main thread: in another thread there is no limit.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getitimer(signal.ITIMER_REAL)[0]:
        yield
        return

    def ring(*_: Any) -> NoReturn:
        raise TookTooLongError

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
