"""Progress of a run on stderr: a bar on a terminal, one line a segment and a heartbeat elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prep.engine.plan import Plan

_WORDS = {
    "read": "ingest, clean, sign",
    "decide": "dedupe",
    "transform": "format, count, validate",
    "assign": "split",
    "bank": "few-shot bank",
    "write": "write lines",
    "publish": "publish",
}
_HEARTBEAT_SECONDS = 15.0


def megabytes(size: int) -> str:
    """A size for people."""
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB"


class Live:
    """Shows a run as it goes."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._name = ""
        self._tasks = self._done = self._reused = 0
        self._started = self._spoke = 0.0

    def plan(self, plan: Plan) -> None:
        """One line: what will be done."""
        context = plan.context
        new = len(plan.waiting)
        reused = f", {len(plan.tasks) - new} of {len(plan.tasks)} parts reused" if new < len(plan.tasks) else ""
        self._say(f"{context.pipeline.name}: {len(plan.files)} files, {megabytes(plan.bytes)}{reused}")

    def segment(self, name: str, tasks: int, reused: int) -> None:
        """A segment begins."""
        self._name, self._tasks, self._reused, self._done = name, tasks, reused, reused
        self._started = self._spoke = time.monotonic()
        self._draw()

    def advance(self) -> None:
        """A task is done."""
        self._done += 1
        if self._terminal:
            self._draw()
        elif time.monotonic() - self._spoke > _HEARTBEAT_SECONDS:
            self._spoke = time.monotonic()
            self._say(f"  {_WORDS[self._name]}: {self._done} of {self._tasks} {self._left()}")

    def finish(self) -> None:
        """The segment is done."""
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
        seconds = time.monotonic() - self._started
        reused = f", {self._reused} reused" if self._reused else ""
        tasks = f"{self._tasks} task{'s' if self._tasks != 1 else ''}"
        self._say(f"  {_WORDS[self._name]:<24} {tasks}{reused}, {seconds:.1f} s")

    def _draw(self) -> None:
        if self._terminal:
            width = 24
            filled = width * self._done // max(1, self._tasks)
            bar = "=" * filled + "." * (width - filled)
            sys.stderr.write(f"\r\x1b[K  {_WORDS[self._name]:<24} [{bar}] {self._done}/{self._tasks} {self._left()}")
            sys.stderr.flush()

    def _left(self) -> str:
        done = self._done - self._reused
        if done <= 0:
            return ""
        seconds = (time.monotonic() - self._started) / done * (self._tasks - self._done)
        return f"about {seconds:.0f} s left"

    def _say(self, text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
