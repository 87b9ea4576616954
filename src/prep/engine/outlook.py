"""What a run would do and why, as plain data: for `prep plan` and `prep status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prep.engine.plan import make_plan
from prep.engine.published import last_published

if TYPE_CHECKING:
    from prep.engine.context import Context
    from prep.engine.plan import Plan


def outlook(context: Context) -> dict[str, Any]:
    """The plan of a run: its inputs, its reading tasks, and whether the outputs are up to date."""
    plan = make_plan(context)
    last = last_published(context)
    current = last is not None and last.key == plan.key
    intact = last is not None and last.is_intact(context.directory)
    sources = [
        {
            "path": entry.path,
            "files": sum(file.source == number for file in plan.files),
            "bytes": sum(piece.length for task in plan.tasks if task.source == number for _, piece in task.pieces),
            "tasks": sum(task.source == number for task in plan.tasks),
        }
        for number, entry in enumerate(context.pipeline.ingest)
    ]
    return {
        "schema_version": 1,
        "pipeline": context.pipeline.name,
        "directory": str(context.directory),
        "up_to_date": current and intact,
        "why": _why(plan, last is not None, current, intact),
        "sources": sources,
        "steps": [step.name for step in context.pipeline.clean],
        "sections": sections(context),
        "trains": context.pipeline.output.finetune is not None or context.pipeline.output.cost is not None,
        "read_tasks": len(plan.tasks),
        "read_tasks_reused": len(plan.tasks) - len(plan.waiting),
        "waiting": [[file.name for file, _ in task.pieces][:5] for task in plan.waiting][:20],
    }


def _why(plan: Plan, published: bool, current: bool, intact: bool) -> str:
    if not published:
        return "this output folder was never published"
    if not current:
        if plan.waiting:
            new = f"{len(plan.waiting)} of {len(plan.tasks)} parts are new"
            return f"{new}: an input, a setting or the code changed"
        return "a setting after reading changed"
    return "nothing changed" if intact else "an output file is missing or was changed"


def sections(context: Context) -> list[str]:
    """The sections that will act, in their order."""
    pipeline = context.pipeline
    found = ["ingest"]
    found += ["clean"] if pipeline.clean else []
    found += ["dedupe"] if pipeline.dedupe else []
    found += ["format", "count"] if pipeline.format else []
    found += ["split"] if pipeline.split else []
    found += ["validate"] if pipeline.format else []
    return [*found, "output"]
