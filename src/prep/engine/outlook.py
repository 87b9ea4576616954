"""What a run would do and why, as plain data: for `prep plan` and `prep status`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prep.engine.foresight import foresee
from prep.engine.plan import make_plan
from prep.engine.published import last_published
from prep.engine.reasons import Reasons
from prep.engine.sizing import Sizing

if TYPE_CHECKING:
    from prep.engine.context import Context
    from prep.engine.plan import Plan
    from prep.engine.published import Published


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
        "why": _why(plan, last, intact),
        "sources": sources,
        "steps": [step.name for step in context.pipeline.clean],
        "sections": sections(context),
        "trains": context.pipeline.output.finetune is not None or context.pipeline.output.cost is not None,
        "segments": foresee(plan, last),
        "workers": context.workers,
        "part_bytes": context.part_bytes,
        "memory_bytes": Sizing(context.workers, context.part_bytes).expected,
    }


def _why(plan: Plan, last: Published | None, intact: bool) -> str:
    if last is None:
        return "this output folder was never published"
    if last.key != plan.key:
        return Reasons(plan, last).of("publish")
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
