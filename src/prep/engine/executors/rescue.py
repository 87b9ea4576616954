"""A task whose worker died: tried once more, then searched for the file or record that kills, which is set aside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from prep.errors import PrepError

if TYPE_CHECKING:
    from collections.abc import Callable

    from prep.engine.tasks.dispatch import Task

# So many workers may die in the search; beyond, it is not a record that kills but the step or the machine.
MOST_DEATHS = 40


class WorkerDiedError(PrepError):
    """A worker process ended in the middle of `task`."""

    def __init__(self, task: Task, ending: str) -> None:
        pieces = [file["name"] for file, _ in task.reads.get("pieces", [])][:3]
        super().__init__(
            f"a worker ended with {ending} in a task of kind {task.kind}, and no single file or record is to blame",
            where=", ".join(pieces) or None,
            hint="run again with --workers 1, or with a smaller --memory, to see the cause; finished tasks are kept",
        )
        self.task = task


def rescue(task: Task, died: WorkerDiedError, once: Callable[[Task], dict[str, Any]]) -> dict[str, Any]:
    """The done-mark of `task` without what kills its worker; `once` carries a task out in a worker of its own.

    WorkerDiedError where the search finds nothing to blame.
    """
    try:
        return once(task)
    except WorkerDiedError as again:
        died = again
    if task.kind not in ("read", "transform"):
        raise died
    search = _Search(task, died, once)
    if task.kind == "read":
        search.among(task.reads["pieces"])
    else:
        search.records(task)
    if not search.found["pieces"] and not search.found["records"]:
        raise died
    return once(replace(task, reads=task.reads | {"without": search.found}))


class _Search:
    """Bisection: halves that survive are not looked into."""

    def __init__(self, task: Task, died: WorkerDiedError, once: Callable[[Task], dict[str, Any]]) -> None:
        self._task = task
        self._died = died
        self._once = once
        self._deaths = 0
        self.found: dict[str, list[Any]] = {"pieces": [], "records": []}

    def among(self, pieces: list[Any]) -> None:
        """Find what kills among the pieces of input of a reading task: whole pieces, or records in them."""
        task = replace(self._task, reads=self._task.reads | {"pieces": pieces})
        if len(pieces) > 1:
            if self._survives(task) is None:
                half = len(pieces) // 2
                self.among(pieces[:half])
                self.among(pieces[half:])
        elif self._survives(task, only_ingest=True) is None:
            file, piece = pieces[0]
            self.found["pieces"].append([file["name"], piece["offset"]])
        else:
            self.records(task)

    def records(self, task: Task) -> None:
        """Find the records of `task` that kill; none where only all of them together do."""
        named = self._survives(task, only_ingest=True)
        if named is not None:
            names: list[str] = named["facts"]["names"]
            self.found["records"] += [names[number] for number in self._rows(task, 0, len(names))]

    def _rows(self, task: Task, begin: int, end: int) -> list[int]:
        if begin == end or self._survives(task, rows=[begin, end]) is not None:
            return []
        if end - begin == 1:
            return [begin]
        half = (begin + end) // 2
        return self._rows(task, begin, half) + self._rows(task, half, end)

    def _survives(self, task: Task, **asked: Any) -> dict[str, Any] | None:
        try:
            return self._once(replace(task, probe=True, reads=task.reads | asked))
        except WorkerDiedError:
            self._deaths += 1
            if self._deaths > MOST_DEATHS:
                raise self._died from None
            return None
