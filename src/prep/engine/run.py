"""A run from the pipeline file to its outputs: plan, three segments, two barriers, publish."""

from __future__ import annotations

import datetime
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.engine.cache_size import in_use, limit, shrink
from prep.engine.context import Context
from prep.engine.executors.local import Workers
from prep.engine.executors.process import can_fork
from prep.engine.finished import Finished
from prep.engine.glance import glance
from prep.engine.lock import locked
from prep.engine.plan import Plan, make_plan
from prep.engine.published import last_published, look_again
from prep.engine.reasons import Reasons
from prep.engine.segments import assign_task, bank_task, decide_task, parts_of, transform_tasks, write_tasks
from prep.engine.sizing import size
from prep.engine.swap import recover
from prep.engine.tasks.dispatch import Task, part_files, reading
from prep.errors import GateError
from prep.stages.ingest.discover import PARSED_NATIVELY
from prep.tokens.ranks import RANKS_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from prep.engine.progress import Progress
    from prep.engine.published import Published

_MUCH_BYTES = 16_000_000  # less is counted before the fast counter has loaded


@dataclass
class Runner:
    """Carries out the tasks of one run, segment by segment, and keeps count of what was reused."""

    plan: Plan
    workers: Workers
    progress: Progress
    reasons: Reasons
    segments: list[dict[str, Any]] = field(default_factory=list)

    def segment(
        self, name: str, tasks: Sequence[Task], size: int = 0, meanwhile: Callable[[], None] | None = None
    ) -> list[dict[str, Any]]:
        """The facts of all `tasks` in their order; those without a done-mark are carried out.

        `size`: bytes of input they read, where that is known. `meanwhile`: what to do while workers are busy.
        """
        context = self.plan.context
        started = time.perf_counter()
        marks = {} if context.force else {task.key: context.cache.use(task.key) for task in tasks}
        waiting = [task for task in tasks if marks.get(task.key) is None]
        reused = len(tasks) - len(waiting)
        why = self.reasons.of(name) if waiting else None
        self.progress.segment(name, len(tasks), reused, why, size)
        peak = 0

        def on_done(task: Task, mark: dict[str, Any]) -> None:
            nonlocal peak
            marks[task.key] = mark
            peak = max(peak, mark["peak_bytes"])
            self.progress.advance()

        self.workers.run(waiting, on_done, meanwhile)
        self.progress.finish()
        told = {"segment": name, "tasks": len(tasks), "reused": reused, "run": len(waiting), "why": why}
        used = {"seconds": round(time.perf_counter() - started, 3), "peak_mb": round(peak / 1e6)}
        stages: dict[str, float] = {}
        for task in waiting:
            for stage, seconds in marks[task.key]["facts"].get("seconds", {}).items():  # type: ignore[index]
                stages[stage] = round(stages.get(stage, 0) + seconds, 3)
        self.segments.append(told | used | {"stage_seconds": stages})
        facts = [marks[task.key] for task in tasks]
        return [mark["facts"] for mark in facts if mark is not None]

    def tally(self) -> dict[str, int]:
        """How many tasks ran and how many were reused."""
        return {
            "ran_tasks": sum(entry["run"] for entry in self.segments),
            "reused_tasks": sum(entry["reused"] for entry in self.segments),
        }


def execute(context: Context, progress: Progress) -> dict[str, Any]:
    """Bring the outputs of `context` up to date; returns the result that `prep run --json` prints."""
    started, begun = time.perf_counter(), time.time()
    most = limit()
    context.cache.open()
    with locked(context.directory):
        with in_use(context.cache):
            result = _execute(context, progress, started)
        if not result["up_to_date"]:
            shrink(context.cache, most, since=begun)
    return result


def _execute(context: Context, progress: Progress, started: float) -> dict[str, Any]:
    recover(context.directory)
    seen = glance(context)
    last = last_published(context)
    whole = not context.force and last is not None and last.is_intact(context.directory)
    if last is not None and whole and seen is not None and last.seen == seen:
        return _nothing_to_do(last, started)
    plan = make_plan(context, seen)
    if last is not None and whole and last.key == plan.key:
        look_again(plan, last)
        return _nothing_to_do(last, started)
    enough = plan.bytes // context.part_bytes + 1
    count = min(context.workers, enough)
    isolate = is_risky(plan)
    with Workers(context, count, isolate=isolate) as pool:
        if (count > 1 and len(plan.waiting) > 1) or (isolate and plan.waiting):
            if count > 1 and can_fork():
                _load_counter(plan)
            pool.start()
        from prep.engine.preflight import check  # loads polars, while the workers do the same

        check(plan, pool.ask)
        progress.plan(plan)
        return _carry_out(Runner(plan, pool, progress, Reasons(plan, last)), count, started)


def _load_counter(plan: Plan) -> None:
    """Load the counter once for all workers that will be forked, if they are to count much."""
    context = plan.context
    size = sum(piece.length for task in plan.waiting for _, piece in task.pieces)
    if context.pipeline.format is not None and context.encoding in RANKS_OF and size >= _MUCH_BYTES:
        from prep.tokens.counter import counter

        counter(context.encoding).load()


def _nothing_to_do(last: Published, started: float) -> dict[str, Any]:
    total = last.result["reused_tasks"] + last.result["ran_tasks"]
    return last.result | {"up_to_date": True, "reused_tasks": total, "ran_tasks": 0, "seconds": _since(started)}


def is_risky(plan: Plan) -> bool:
    """Whether code that may crash its process is to run: plug-ins, or native parsers of documents."""
    return bool(plan.context.plugins) or any(file.format in PARSED_NATIVELY for file in plan.files)


def all_segments(runner: Runner) -> Finished:
    """Carry out every task of the run; returns what is to be published. GateError where too much is quarantined."""
    plan, context = runner.plan, runner.plan.context
    read = [reading(task) for task in plan.tasks]
    read_facts = runner.segment("read", read, plan.bytes, load_the_rest)
    parts = parts_of(read, read_facts)
    gate_quarantine(context, read_facts)

    decide = decide_task(context, parts)
    runner.workers.warm()
    [decided] = runner.segment("decide", [decide])
    transform = transform_tasks(context, parts, decide, decided)
    transformed = runner.segment("transform", transform)
    examples = [task.key for task in transform]
    assign = assign_task(context, examples, decide)
    [assigned] = runner.segment("assign", [assign])
    bank = bank_task(context, assign, examples)
    [banked] = runner.segment("bank", [bank]) if bank else [None]
    write = write_tasks(context, examples, assign, assigned)
    written = runner.segment("write", write)
    facts = {
        "steps": _steps(read_facts),
        "transform": transformed,
        "assign": assigned,
        "bank": banked,
        "write": written,
    }
    return Finished(
        read=part_files(context, parts),
        transformed=part_files(context, [[name, 0] for name in examples]),
        written=part_files(context, [[task.key, 0] for task in write]),
        decided=context.cache.folder(decide.key),
        assigned=context.cache.folder(assign.key),
        bank=context.cache.folder(bank.key) / "bank.parquet" if bank else None,
        facts=facts,
    )


def load_the_rest() -> None:
    """Load what the barriers and the end of a run need."""
    from prep.catalog.prices import load_prices
    from prep.engine import publish  # noqa: F401
    from prep.engine.tasks import assign, decide  # noqa: F401

    load_prices()


def _carry_out(runner: Runner, workers: int, started: float) -> dict[str, Any]:
    from prep.engine.publish import publish

    context = runner.plan.context
    finished = all_segments(runner)
    runner.workers.close()  # the ledger needs the room
    runner.progress.segment("publish", 1, 0, None, 0)
    outcome = publish(
        runner.plan,
        finished,
        lambda: {
            **runner.tally(),
            "up_to_date": False,
            "workers": workers,
            "part_bytes": context.part_bytes,
            "segments": runner.segments,
            "seconds": _since(started),
        },
    )
    runner.progress.finish()
    return outcome


def _steps(read_facts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What each clean step did, summed over all parts."""
    steps: list[dict[str, Any]] = []
    for facts in read_facts:
        for number, step in enumerate(facts["steps"]):
            if number == len(steps):
                steps.append({"step": step["step"], "touched": 0, "dropped": 0})
            steps[number]["touched"] += step["touched"]
            steps[number]["dropped"] += step["dropped"]
    return steps


def gate_quarantine(context: Context, read_facts: list[dict[str, Any]]) -> None:
    """Raise GateError when too much of the input could not be read."""
    parts = [part for facts in read_facts for part in facts["parts"]]
    unread = sum(part["quarantined"] for part in parts)
    whole = unread + sum(part["read"] for part in parts)
    limit = context.pipeline.max_quarantined
    if unread > limit * whole:
        from prep.engine.quarantine import first_entries

        raise GateError(
            f"{unread} of {whole} entries could not be read, more than max_quarantined allows ({limit:g})",
            where=", ".join(first_entries(context, read_facts)),
            hint="mend the input, or raise `max_quarantined` in the pipeline file",
        )


def _since(started: float) -> float:
    return round(time.perf_counter() - started, 3)


def open_run(
    path: Path,
    overrides: Sequence[str] = (),
    *,
    cache: Path | None = None,
    sample: int | None = None,
    force: bool = False,
    catalog: Path | None = None,
    as_of: datetime.date | None = None,
    workers: int | None = None,
    memory: int | None = None,
) -> Context:
    """The context of a run of the pipeline file `path`; PipelineError where the file is wrong."""
    from prep.engine.cache import Cache
    from prep.pipeline.load import load

    loaded = load(path, overrides)
    day = as_of or datetime.date.today()
    folder = (cache or loaded.base / ".prep").resolve()
    named = loaded.pipeline.catalog
    own = catalog.resolve() if catalog is not None else loaded.base / named if named is not None else None
    sizing = size(memory, workers)
    context = Context(
        loaded, Cache(folder), sizing.part_bytes, sizing.workers, memory, sample, force=force, catalog=own, as_of=day
    )
    last = last_published(context)
    if memory is None and last is not None:
        # Cut otherwise, everything would be read anew for the same result.
        context = replace(context, part_bytes=last.result["part_bytes"])
    return context
