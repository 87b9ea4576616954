"""One task as plain data, and the function that carries it out: the same in this process and in a worker."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.engine.files import private_folder, scratch
from prep.engine.parts import PartFiles
from prep.engine.tasks.search import Search
from prep.engine.usage import measured

if TYPE_CHECKING:
    from prep.engine.context import Context
    from prep.engine.plan import ReadTask


@dataclass(frozen=True)
class Task:
    """A piece of work: its kind, its key, and what it reads - all plain data, so that it can travel."""

    kind: str  # look | read | decide | transform | assign | bank | write
    key: str
    reads: dict[str, Any] = field(default_factory=dict)
    probe: bool = False  # carried out to see whether it survives: nothing is kept

    def as_dict(self) -> dict[str, Any]:
        """The task as JSON data."""
        return asdict(self)


def reading(task: ReadTask) -> Task:
    """A reading task as plain data."""
    pieces = [[file.as_dict(), piece.__dict__] for file, piece in task.pieces]
    return Task("read", task.key, {"source": task.source, "pieces": pieces})


def carry_out(context: Context, task: Task) -> dict[str, Any]:
    """Do the task and keep its result under its key; returns its done-mark. A probe answers with its facts alone."""
    work = {
        "look": _look, "read": _read, "decide": _decide, "transform": _transform, "assign": _assign, "bank": _bank,
        "write": _write,
    }[task.kind]  # fmt: skip
    if task.probe:
        with scratch(private_folder(context.cache.root / "tmp"), "task-") as folder:
            return {"facts": work(context, task, folder)}
    with measured() as used:
        mark = context.cache.make(task.key, lambda folder: work(context, task, folder))
    return mark | {"peak_bytes": used.peak_bytes}


def warm(context: Context, *, check: bool) -> None:
    """Load what the second segment needs, while nothing else is to be done; one process `check`s the fast counter."""
    if context.pipeline.format is not None:
        from prep.engine.tasks import transform  # noqa: F401
        from prep.tokens.counter import counter

        counter(context.encoding).warm(check=check)


def _look(context: Context, task: Task, _: Path) -> dict[str, Any]:
    from prep.stages.ingest.preview import columns_of
    from prep.stages.ingest.source_file import SourceFile

    source = context.local.ingest[task.reads["source"]]
    if task.reads["bare"]:
        source = source.model_copy(update={"conversation": None, "join": None})
    files = [SourceFile.from_dict(file) for file in task.reads["files"]]
    return {"columns": sorted({name for file in files for name in columns_of(file, source, context.base)})}


def _read(context: Context, task: Task, folder: Path) -> dict[str, Any]:
    from prep.engine.plan import ReadTask
    from prep.engine.tasks.read import read_part
    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile

    pieces = [(SourceFile.from_dict(file), Slice(**piece)) for file, piece in task.reads["pieces"]]
    return read_part(context, ReadTask(task.reads["source"], pieces, task.key), folder, Search.asked(task.reads))


def _decide(context: Context, task: Task, folder: Path) -> dict[str, Any]:
    from prep.engine.tasks.decide import decide_duplicates

    return decide_duplicates(context, part_files(context, task.reads["parts"]), folder)


def _transform(context: Context, task: Task, folder: Path) -> dict[str, Any]:
    from prep.engine.tasks.transform import transform_part

    decisions = context.cache.folder(task.reads["decided"]) / f"{task.reads['index']:05d}.decisions.parquet"
    [part] = part_files(context, [task.reads["part"]])
    return transform_part(context, part, decisions, folder, Search.asked(task.reads))


def _assign(context: Context, task: Task, folder: Path) -> dict[str, Any]:
    from prep.engine.tasks.assign import assign_splits

    decided = context.cache.folder(task.reads["decided"])
    examples = part_files(context, [[key, 0] for key in task.reads["examples"]])
    return assign_splits(context, decided, examples, folder)


def _bank(context: Context, task: Task, folder: Path) -> dict[str, Any]:
    from prep.engine.tasks.bank import choose_bank

    examples = part_files(context, [[key, 0] for key in task.reads["examples"]])
    return choose_bank(context, context.cache.folder(task.reads["assigned"]), examples, folder)


def _write(context: Context, task: Task, folder: Path) -> dict[str, Any]:
    from prep.engine.tasks.write import write_part

    splits = context.cache.folder(task.reads["assigned"]) / f"{task.reads['index']:05d}.splits.parquet"
    [examples] = part_files(context, [[task.reads["examples"], 0]])
    return write_part(context, examples, splits, folder)


def part_files(context: Context, parts: list[list[Any]]) -> list[PartFiles]:
    """The files of parts given as (key of the task that made it, number within it)."""
    return [PartFiles(context.cache.folder(key), number) for key, number in parts]
