"""Tasks on this machine: in this process when they are few, else in worker processes that speak JSON lines."""

from __future__ import annotations

import os
import selectors
from typing import TYPE_CHECKING, Any

from prep.engine.executors.process import Process, start
from prep.engine.executors.rescue import WorkerDiedError, rescue
from prep.engine.tasks.dispatch import Task, carry_out
from prep.errors import from_dict
from prep.stages.ingest.whereabouts import noted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from prep.engine.context import Context


class Workers:
    """Worker processes that live through all segments of a run; they start when `start` is called, or when needed.

    `isolate`: reading tasks go to a worker even where one is enough, since a parser may crash.
    """

    def __init__(self, context: Context, count: int, *, isolate: bool = False) -> None:
        self._context = context
        self._count = count
        self._isolate = isolate
        self._idle: list[Process] = []
        self._busy: dict[Process, Task] = {}

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes; their memory is free for what follows."""
        for process in (*self._busy, *self._idle):
            process.kill()
        self._busy.clear()
        self._idle.clear()

    def start(self) -> None:
        """Start the processes, so that they load their libraries while the first tasks are made."""
        while len(self._idle) + len(self._busy) < self._count:
            self._start_one()

    def _start_one(self) -> None:
        self._idle.append(start(self._context, max(1, (os.cpu_count() or 1) // self._count)))

    def warm(self) -> None:
        """Have the idle processes load what counting needs; nothing is waited for."""
        for number, process in enumerate(self._idle):
            process.send({"warm": number})

    def run(
        self,
        tasks: Sequence[Task],
        on_done: Callable[[Task, dict[str, Any]], None],
        meanwhile: Callable[[], None] | None = None,
    ) -> None:
        """Carry out `tasks`; `on_done` is called here, with each done-mark as it comes.

        `meanwhile` is called once the workers are at work, if there is work for them.
        What kills a worker is set aside, see `rescue`; WorkerDiedError where nothing is found to blame.
        """
        if self._here(tasks):
            for task in tasks:
                on_done(task, carry_out(self._context, task))
            return
        died: list[tuple[Task, WorkerDiedError]] = []
        self.start()
        waiting = list(reversed(tasks))
        with selectors.DefaultSelector() as selector:
            for _ in range(min(len(waiting), self._count)):
                self._give(selector, waiting.pop())
            if meanwhile is not None and self._busy:
                meanwhile()
            while self._busy:
                for found, _ in selector.select():
                    process: Process = found.data
                    selector.unregister(found.fileobj)
                    task = self._busy.pop(process)
                    try:
                        mark = self._answer(process, task)
                    except WorkerDiedError as error:
                        died.append((task, error))
                        self.start()
                    else:
                        on_done(task, mark)
                    if waiting:
                        self._give(selector, waiting.pop())
        for task, death in died:
            on_done(task, rescue(task, death, self._once))

    def ask(self, probe: Task) -> dict[str, Any]:
        """The facts of a probe; {"columns": []} where it kills its worker: the run itself will find out why."""
        if not self._isolate:
            return dict(carry_out(self._context, probe)["facts"])
        try:
            return dict(self._once(probe)["facts"])
        except WorkerDiedError:
            return {"columns": []}

    def _here(self, tasks: Sequence[Task]) -> bool:
        """Whether `tasks` are carried out in this process."""
        isolated = self._isolate and any(task.kind == "read" for task in tasks)
        return not isolated and (self._count <= 1 or len(tasks) <= 1)

    def _once(self, task: Task) -> dict[str, Any]:
        """Carry out one task in one of the workers; WorkerDiedError where it kills it."""
        if not self._idle:
            self._start_one()
        process = self._idle.pop()
        process.send(task.as_dict())
        self._busy[process] = task
        try:
            return self._answer(process, self._busy[process])
        finally:
            self._busy.pop(process)

    def _give(self, selector: selectors.BaseSelector, task: Task) -> None:
        process = self._idle.pop()
        selector.register(process.answers, selectors.EVENT_READ, process)
        process.send(task.as_dict())
        self._busy[process] = task

    def _answer(self, process: Process, task: Task) -> dict[str, Any]:
        """The done-mark; the process is idle again, unless it died."""
        answer = process.answer()
        if answer is None:
            code, at = process.wait(), noted(process.notes)
            process.close()
            raise WorkerDiedError(task, f"signal {-code}" if code < 0 else f"exit code {code}", at)
        self._idle.append(process)
        if "error" in answer:
            raise from_dict(answer["error"])
        if "bug" in answer:
            raise RuntimeError(answer["bug"])
        done: dict[str, Any] = answer["done"]
        return done
