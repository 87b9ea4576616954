"""What each segment of a run would do, found by walking the keys of tasks that are done; no data is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prep.engine.reasons import Reasons
from prep.engine.segments import assign_task, bank_task, decide_task, parts_of, transform_tasks, write_tasks
from prep.engine.tasks.dispatch import reading

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.engine.plan import Plan
    from prep.engine.published import Published
    from prep.engine.tasks.dispatch import Task


def foresee(plan: Plan, last: Published | None) -> list[dict[str, Any]]:
    """One entry a segment: `segment`, `tasks`, `reused`, `run`, and `why` the first of those to run is not done.

    `tasks` is null from the segment on whose number of tasks only the run itself can tell.
    """
    reasons = Reasons(plan, last)
    told: list[dict[str, Any]] = []

    def look(segment: str, tasks: Sequence[Task]) -> list[dict[str, Any]] | None:
        context = plan.context
        marks = [None if context.force else context.cache.done(task.key) for task in tasks]
        waiting = sum(mark is None for mark in marks)
        entry = {"segment": segment, "tasks": len(tasks), "reused": len(tasks) - waiting, "run": waiting}
        told.append(entry | {"why": reasons.of(segment) if waiting else None})
        return [mark["facts"] for mark in marks if mark is not None] if not waiting else None

    _walk(plan, look)
    for segment in ("read", "decide", "transform", "assign", "bank", "write")[len(told) :]:
        if segment != "bank" or plan.context.pipeline.output.fewshot is not None:
            told.append({"segment": segment, "tasks": None, "reused": None, "run": None, "why": reasons.of(segment)})
    return [entry for entry in told if entry["segment"] != "bank" or plan.context.pipeline.output.fewshot is not None]


def _walk(plan: Plan, look: Any) -> None:
    context = plan.context
    read = [reading(task) for task in plan.tasks]
    if (facts := look("read", read)) is None:
        return
    parts = parts_of(read, facts)
    decide = decide_task(context, parts)
    if (decided := look("decide", [decide])) is None:
        return
    transform = transform_tasks(context, parts, decide, decided[0])
    if look("transform", transform) is None:
        return
    examples = [task.key for task in transform]
    assign = assign_task(context, examples, decide)
    if (assigned := look("assign", [assign])) is None:
        return
    bank = bank_task(context, assign, examples)
    if look("bank", [bank] if bank else []) is None:
        return
    look("write", write_tasks(context, examples, assign, assigned[0]))
