"""The tasks of each segment and barrier, each under the key of all that it depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prep.engine.keys import key, software
from prep.engine.plan import result_settings
from prep.engine.tasks.dispatch import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.engine.context import Context

# A part: the key of the reading task that made it, and its number within that task.
PartName = list[Any]


def parts_of(read: Sequence[Task], facts: Sequence[dict[str, Any]]) -> list[PartName]:
    """The parts that reading tasks made, by what their facts say."""
    return [[task.key, number] for task, fact in zip(read, facts, strict=True) for number in range(len(fact["parts"]))]


def decide_task(context: Context, parts: list[PartName]) -> Task:
    """Barrier 1, over all parts."""
    pipeline = context.pipeline
    together = pipeline.split.keep_together if pipeline.split else None
    name = key(task="decide", parts=parts, dedupe=pipeline.dedupe, together=together, software=software())
    return Task("decide", name, {"parts": parts})


def transform_tasks(context: Context, parts: list[PartName], decide: Task, decided: dict[str, Any]) -> list[Task]:
    """Segment 2: a part with its own decisions alone, so that growth reruns what it touches."""
    settings = _transform_settings(result_settings(context))
    return [
        Task(
            "transform",
            key(task="transform", part=part, decisions=found, settings=settings, software=software()),
            {"part": part, "decided": decide.key, "index": index},
        )
        for index, (part, found) in enumerate(zip(parts, decided["decisions"], strict=True))
    ]


def assign_task(context: Context, examples: list[str], decide: Task) -> Task:
    """Barrier 2, over all examples."""
    pipeline = context.pipeline
    settings = (pipeline.split, pipeline.seed, result_settings(context)["files"])
    name = key(task="assign", examples=examples, decide=decide.key, settings=settings, software=software())
    return Task("assign", name, {"decided": decide.key, "examples": examples})


def bank_task(context: Context, assign: Task, examples: list[str]) -> Task | None:
    """The task that chooses the few-shot bank, if one is wanted."""
    pipeline = context.pipeline
    if pipeline.output.fewshot is None:
        return None
    settings = (pipeline.output.fewshot, pipeline.target.model, pipeline.label, pipeline.seed, pipeline.split)
    reads = {"assigned": assign.key, "examples": examples}
    return Task("bank", key(task="bank", **reads, settings=settings, software=software()), reads)


def write_tasks(context: Context, examples: list[str], assign: Task, assigned: dict[str, Any]) -> list[Task]:
    """Segment 3: the lines of a part."""
    pipeline = context.pipeline
    output = pipeline.output.model_dump(include={"records", "finetune"})
    return [
        Task(
            "write",
            key(task="write", examples=name, splits=sides, output=output, seed=pipeline.seed, software=software()),
            {"examples": name, "assigned": assign.key, "index": index},
        )
        for index, (name, sides) in enumerate(zip(examples, assigned["splits"], strict=True))
    ]


def _transform_settings(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings that segment 2 reads: not those of barriers, order and outputs."""
    pipeline = settings["pipeline"]
    wanted = {name: pipeline[name] for name in ("label", "group", "target", "format", "count", "validate")}
    wanted["redact"] = [step["config"] for step in settings["redact"]]
    wanted["target"] = {name: pipeline["target"][name] for name in ("provider", "model", "method")}
    return wanted | {
        "records": pipeline["output"]["records"],
        "catalog": settings["catalog"],
        "tokenizer": settings["tokenizer"],
    }
