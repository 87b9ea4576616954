"""Tasks on this machine: in this process when they are few, else in worker processes that speak JSON lines."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from prep.engine.tasks.dispatch import Task, carry_out
from prep.errors import PrepError, from_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from prep.engine.context import Context


def run_tasks(
    context: Context, tasks: Sequence[Task], workers: int, on_done: Callable[[Task, dict[str, Any]], None]
) -> None:
    """Carry out `tasks`, at most `workers` at once; `on_done` is called here, with each done-mark as it comes."""
    if workers <= 1 or len(tasks) <= 1:
        for task in tasks:
            on_done(task, carry_out(context, task))
        return
    _run_in_workers(context, list(tasks), min(workers, len(tasks)), on_done)


def _run_in_workers(
    context: Context, waiting: list[Task], workers: int, on_done: Callable[[Task, dict[str, Any]], None]
) -> None:
    running: dict[subprocess.Popen[bytes], Task] = {}
    idle: list[subprocess.Popen[bytes]] = []
    waiting.reverse()
    selector = selectors.DefaultSelector()
    try:
        for _ in range(workers):
            process = _start(context, max(1, (os.cpu_count() or 1) // workers))
            assert process.stdout is not None
            selector.register(process.stdout, selectors.EVENT_READ, process)
            running[process] = _give(process, waiting.pop())
        while running:
            for found, _ in selector.select():
                process = found.data
                task = running.pop(process)
                on_done(task, _answer(process, task))
                if waiting:
                    running[process] = _give(process, waiting.pop())
                else:
                    selector.unregister(found.fileobj)
                    idle.append(process)
    finally:
        selector.close()
        for process in (*running, *idle):
            process.kill()
            process.communicate()


def _start(context: Context, threads: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(
        [sys.executable, "-m", "prep.engine.executors.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"POLARS_MAX_THREADS": str(threads)},
        start_new_session=True,  # Ctrl-C reaches the parent alone, which then ends its workers
    )
    _send(process, context.as_dict())
    return process


def _give(process: subprocess.Popen[bytes], task: Task) -> Task:
    _send(process, task.as_dict())
    return task


def _send(process: subprocess.Popen[bytes], value: dict[str, Any]) -> None:
    assert process.stdin is not None
    with contextlib.suppress(BrokenPipeError):  # a worker that died is noticed when its answer is read
        process.stdin.write(json.dumps(value).encode() + b"\n")
        process.stdin.flush()


def _answer(process: subprocess.Popen[bytes], task: Task) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line.endswith(b"\n"):
        code = process.wait()
        pieces = [file["name"] for file, _ in task.reads.get("pieces", [])][:3]
        raise PrepError(
            f"a worker ended with {_ending(code)} in a task of kind {task.kind}",
            where=", ".join(pieces) or None,
            hint="run again with --workers 1 to see the cause; finished tasks are kept",
        )
    answer: dict[str, Any] = json.loads(line)
    if "error" in answer:
        raise from_dict(answer["error"])
    if "bug" in answer:
        raise RuntimeError(answer["bug"])
    done: dict[str, Any] = answer["done"]
    return done


def _ending(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
