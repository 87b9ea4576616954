"""What kills a worker is named by the note of what it read, without a search."""

from __future__ import annotations

import mmap
import os
from typing import Any

import pytest

from prep.engine.executors.rescue import WorkerDiedError, rescue
from prep.engine.tasks.dispatch import Task
from prep.stages.ingest import whereabouts
from prep.stages.ingest.options import DEFAULTS
from prep.stages.ingest.source_file import SourceFile

COUNT = 1000


class Worker:
    """Carries out reading tasks: dies at some files, after `seconds`, and says how often it died."""

    def __init__(self, bad: set[int], seconds: float = 0.0, *, noted: bool = True, once: bool = False) -> None:
        self.bad, self.seconds, self.noted, self.once = bad, seconds, noted, once
        self.deaths = 0

    def __call__(self, task: Task) -> dict[str, Any]:
        lost = task.reads.get("without", {}).get("pieces", [])
        pieces = [one for one in task.reads["pieces"] if [one[0]["name"], one[1]["offset"]] not in lost]
        for number, (file, _) in enumerate(pieces):
            if int(file["name"]) in self.bad and not (self.once and self.deaths):
                self.deaths += 1
                raise WorkerDiedError(task, "signal 11", (number, self.seconds) if self.noted else None)
        return {"facts": {"read": len(pieces), "lost": lost, "names": []}}


def task() -> Task:
    files = [SourceFile(0, str(number), f"/{number}", "txt", None, str(number)) for number in range(COUNT)]
    return Task("read", "key", {"source": 0, "pieces": [[file.as_dict(), {"offset": 0}] for file in files]})


def rescued(worker: Worker) -> dict[str, Any]:
    with pytest.raises(WorkerDiedError) as died:
        worker(task())
    found: dict[str, Any] = rescue(task(), died.value, worker)["facts"]
    return found


def test_a_file_that_hangs_costs_one_death() -> None:
    """It had its time, so it is set aside at once; the others go through in the next try."""
    worker = Worker({700}, seconds=DEFAULTS.seconds + 5)
    assert rescued(worker) == {"read": COUNT - 1, "lost": [["700", 0]], "names": []}
    assert worker.deaths == 1


def test_a_file_that_crashes_is_tried_once_alone() -> None:
    """Three such files: each kills its first worker and the one it is alone with."""
    worker = Worker({0, 500, 999})
    assert rescued(worker) == {"read": COUNT - 3, "lost": [["0", 0], ["500", 0], ["999", 0]], "names": []}
    assert worker.deaths == 6


def test_a_file_that_only_stood_by_is_kept() -> None:
    """A worker that the system ended while it read: alone the file is read, and the task is tried again."""
    worker = Worker({300}, once=True)
    assert rescued(worker)["read"] == COUNT
    assert worker.deaths == 1


def test_without_a_note_the_file_is_searched_for() -> None:
    """By halves, as for what dies outside of reading."""
    worker = Worker({300}, noted=False)
    assert rescued(worker)["lost"] == [["300", 0]]


def test_where_everything_kills_it_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """After so many deaths it is the machine: the run ends, and nothing is set aside."""
    monkeypatch.setattr("prep.engine.executors.rescue.MOST_DEATHS", 5)
    worker = Worker(set(range(COUNT)))
    with pytest.raises(WorkerDiedError):
        rescued(worker)
    assert worker.deaths < 30


def test_a_note_outlives_its_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Number and time are read by the parent after the death."""
    memory = mmap.mmap(-1, whereabouts.BYTES)
    monkeypatch.setattr(whereabouts, "_memory", None)
    whereabouts.note_in(memory)
    assert whereabouts.noted(memory) is None
    child = os.fork()
    if not child:
        whereabouts.reading(41)
        os._exit(9)
    os.waitpid(child, 0)
    number, seconds = whereabouts.noted(memory) or (None, None)
    assert number == 41
    assert seconds is not None
    assert 0 <= seconds < 60
