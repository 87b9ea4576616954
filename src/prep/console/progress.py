"""Progress of a run on stderr: a bar on a terminal, one line a segment and a heartbeat elsewhere."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from prep.engine.sizes import told

if TYPE_CHECKING:
    from prep.engine.plan import Plan

WORDS = {
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
        self._tasks = self._done = self._reused = self._size = 0
        self._why: str | None = None
        self._started = self._spoke = 0.0

    def plan(self, plan: Plan) -> None:
        """One line: what will be done."""
        context = plan.context
        new = len(plan.waiting)
        reused = f", {len(plan.tasks) - new} of {len(plan.tasks)} parts reused" if new < len(plan.tasks) else ""
        chosen = f"{context.workers} workers, parts of {told(context.part_bytes)}" if context.memory else ""
        given = f", --memory {told(context.memory)}: {chosen}" if context.memory else ""
        self._say(f"{context.pipeline.name}: {len(plan.files)} files, {megabytes(plan.bytes)}{reused}{given}")

    def segment(self, name: str, tasks: int, reused: int, why: str | None, size: int) -> None:
        """A segment begins."""
        self._name, self._tasks, self._reused, self._done = name, tasks, reused, reused
        self._why, self._size = why, size
        self._started = self._spoke = time.monotonic()
        self._draw()

    def advance(self) -> None:
        """A task is done."""
        self._done += 1
        if self._terminal:
            self._draw()
        elif time.monotonic() - self._spoke > _HEARTBEAT_SECONDS:
            self._spoke = time.monotonic()
            self._say(f"  {WORDS[self._name]}: {self._done} of {self._tasks} {self._left()}")

    def finish(self) -> None:
        """The segment is done."""
        if self._terminal:
            sys.stderr.write("\r\x1b[K")
        seconds = time.monotonic() - self._started
        reused = f", {self._reused} reused" if self._reused else ""
        why = f" ({self._why})" if self._reused and self._why else ""
        tasks = f"{self._tasks} task{'s' if self._tasks != 1 else ''}"
        rate = f", {megabytes(round(self._bytes_done() / seconds))}/s" if self._bytes_done() and seconds > 1 else ""
        self._say(f"  {WORDS[self._name]:<24} {tasks}{reused}, {seconds:.1f} s{rate}{why}")

    def _bytes_done(self) -> float:
        """Bytes of input read so far in this segment, by the share of tasks done."""
        return self._size * (self._done - self._reused) / self._tasks if self._tasks else 0.0

    def _draw(self) -> None:
        if self._terminal:
            width = 24
            filled = width * self._done // max(1, self._tasks)
            bar = "=" * filled + "." * (width - filled)
            sys.stderr.write(f"\r\x1b[K  {WORDS[self._name]:<24} [{bar}] {self._done}/{self._tasks} {self._left()}")
            sys.stderr.flush()

    def _left(self) -> str:
        done = self._done - self._reused
        if done <= 0:
            return ""
        seconds = time.monotonic() - self._started
        speed = f"{megabytes(round(self._bytes_done() / seconds))}/s" if self._size else f"{done / seconds:.1f} tasks/s"
        return f"{speed}, about {seconds / done * (self._tasks - self._done):.0f} s left"

    def _say(self, text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
