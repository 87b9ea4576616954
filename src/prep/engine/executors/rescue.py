"""A task whose worker died: the file it read is tried alone, else what kills is searched for, and set aside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from prep.errors import PrepError
from prep.stages.ingest.source_file import SourceFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from prep.engine.tasks.dispatch import Task

# So many workers may die in the search; beyond, it is not a record that kills but the step or the machine.
MOST_DEATHS = 40


class WorkerDiedError(PrepError):
    """A worker process ended in the middle of `task`; `at` is the number of the piece it read, and for how long."""

    def __init__(self, task: Task, ending: str, at: tuple[int, float] | None = None) -> None:
        pieces = [file["name"] for file, _ in task.reads.get("pieces", [])][:3]
        super().__init__(
            f"a worker ended with {ending} in a task of kind {task.kind}, and no single file or record is to blame",
            where=", ".join(pieces) or None,
            hint="run again with --workers 1, or with a smaller --memory, to see the cause; finished tasks are kept",
        )
        self.task = task
        self.at = at


def rescue(task: Task, died: WorkerDiedError, once: Callable[[Task], dict[str, Any]]) -> dict[str, Any]:
    """The done-mark of `task` without what kills its worker; `once` carries a task out in a worker of its own.

    WorkerDiedError where the search finds nothing to blame.
    """
    lost: list[Any] = []
    again = False
    while len(lost) < MOST_DEATHS:
        guilty = _guilty(task, _left(task, lost), died, once)
        if guilty is not None:
            lost.append(guilty)
        elif again:
            break
        else:
            again = True  # it may have been the machine
        try:
            return once(_without(task, pieces=lost))
        except WorkerDiedError as another:
            died = another
    if task.kind not in ("read", "transform"):
        raise died
    search = _Search(task, died, once)
    if task.kind == "read":
        search.among(_left(task, lost))
    else:
        search.records(task)
    if not search.found["pieces"] and not search.found["records"]:
        raise died
    return once(_without(task, pieces=lost + search.found["pieces"], records=search.found["records"]))


def _guilty(
    task: Task, pieces: list[Any], died: WorkerDiedError, once: Callable[[Task], dict[str, Any]]
) -> list[Any] | None:
    """(file, offset) of the piece that was being read, where it hung, or alone kills a worker, too."""
    if task.kind != "read" or died.at is None or died.at[0] >= len(pieces):
        return None
    number, seconds = died.at
    file, piece = pieces[number]
    if seconds < SourceFile.from_dict(file).options.seconds:
        try:
            once(replace(task, probe=True, reads=task.reads | {"pieces": [[file, piece]], "only_ingest": True}))
        except WorkerDiedError:
            pass
        else:
            return None
    return [file["name"], piece["offset"]]


def _without(task: Task, **found: list[Any]) -> Task:
    return replace(task, reads=task.reads | {"without": found}) if any(found.values()) else task


def _left(task: Task, lost: list[Any]) -> list[Any]:
    """The pieces of a reading task but those that are set aside, in the order in which they are read."""
    pieces: list[Any] = task.reads.get("pieces", [])
    return [[file, piece] for file, piece in pieces if [file["name"], piece["offset"]] not in lost]


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
