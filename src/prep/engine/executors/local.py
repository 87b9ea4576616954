"""Tasks on this machine: in this process when they are few, else in worker processes that speak JSON lines."""

from __future__ import annotations

import os
import selectors
from typing import TYPE_CHECKING, Any

from prep.engine.executors.process import Process, start
from prep.engine.tasks.dispatch import Task, carry_out
from prep.errors import PrepError, from_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from prep.engine.context import Context


class WorkerDiedError(PrepError):
    """A worker process ended in the middle of `task`."""

    def __init__(self, task: Task, ending: str) -> None:
        pieces = [file["name"] for file, _ in task.reads.get("pieces", [])][:3]
        super().__init__(
            f"a worker ended with {ending} in a task of kind {task.kind}",
            where=", ".join(pieces) or None,
            hint="run again with --workers 1 to see the cause; finished tasks are kept",
        )
        self.task = task


class Workers:
    """Worker processes that live through all segments of a run; they start when `start` is called, or when needed."""

    def __init__(self, context: Context, count: int) -> None:
        self._context = context
        self._count = count
        self._idle: list[Process] = []
        self._busy: dict[Process, Task] = {}

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*self._busy, *self._idle):
            process.kill()

    def start(self) -> None:
        """Start the processes, so that they load their libraries while the first tasks are made."""
        while len(self._idle) + len(self._busy) < self._count:
            self._idle.append(start(self._context, max(1, (os.cpu_count() or 1) // self._count)))

    def warm(self) -> None:
        """Have the idle processes load what counting needs; nothing is waited for."""
        for number, process in enumerate(self._idle):
            process.send({"warm": number})

    def run(self, tasks: Sequence[Task], on_done: Callable[[Task, dict[str, Any]], None]) -> None:
        """Carry out `tasks`; `on_done` is called here, with each done-mark as it comes.

        WorkerDiedError where a process ends by itself.
        """
        if self._count <= 1 or len(tasks) <= 1:
            for task in tasks:
                on_done(task, carry_out(self._context, task))
            return
        self.start()
        waiting = list(reversed(tasks))
        with selectors.DefaultSelector() as selector:
            for _ in range(min(len(waiting), self._count)):
                self._give(selector, waiting.pop())
            while self._busy:
                for found, _ in selector.select():
                    process = found.data
                    selector.unregister(found.fileobj)
                    task = self._busy.pop(process)
                    mark = _answer(process, task)
                    self._idle.append(process)
                    if waiting:
                        self._give(selector, waiting.pop())
                    on_done(task, mark)

    def _give(self, selector: selectors.BaseSelector, task: Task) -> None:
        process = self._idle.pop()
        selector.register(process.answers, selectors.EVENT_READ, process)
        process.send(task.as_dict())
        self._busy[process] = task


def _answer(process: Process, task: Task) -> dict[str, Any]:
    answer = process.answer()
    if answer is None:
        code = process.wait()
        raise WorkerDiedError(task, f"signal {-code}" if code < 0 else f"exit code {code}")
    if "error" in answer:
        raise from_dict(answer["error"])
    if "bug" in answer:
        raise RuntimeError(answer["bug"])
    done: dict[str, Any] = answer["done"]
    return done
