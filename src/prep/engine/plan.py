"""What a run would do: the inputs, cut into reading tasks, each with its key; no data is touched."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import xxhash

from prep.engine.inputs import Inputs
from prep.engine.keys import file_hash, key, software
from prep.errors import InputError, PipelineError, Problem
from prep.stages.ingest.discover import discover

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from prep.engine.context import Context
    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile


@dataclass(frozen=True)
class ReadTask:
    """One reading task: slices of the files of one source."""

    source: int
    pieces: list[tuple[SourceFile, Slice]]
    key: str


@dataclass
class Plan:
    """The reading tasks of a run in order, and the key of its whole result."""

    context: Context
    files: list[SourceFile]
    tasks: list[ReadTask]
    inputs: Inputs = field(repr=False)
    seen: str | None = None  # what `glance` saw before the inputs were looked into

    @cached_property
    def key(self) -> str:
        """What the published result depends on."""
        return key(tasks=[task.key for task in self.tasks], **_later_settings(self.context))

    @cached_property
    def waiting(self) -> list[ReadTask]:
        """The reading tasks that are not done yet."""
        if self.context.force:
            return self.tasks
        return [task for task in self.tasks if self.context.cache.done(task.key) is None]

    @property
    def bytes(self) -> int:
        """Size of the whole input."""
        return sum(piece.length for task in self.tasks for _, piece in task.pieces)


def make_plan(context: Context, seen: str | None = None) -> Plan:
    """Find the inputs and cut them into tasks; `seen` is what a glance at them saw before.

    PipelineError where a source finds no file, InputError where one cannot be read.
    """
    # A slice ends with the line that fills it: a little smaller, it stays one part.
    inputs = Inputs(context.cache.root / "inputs.json", context.part_bytes - context.part_bytes // 16)
    files = _discover(context)
    tasks = []
    for source in range(len(context.pipeline.ingest)):
        own = [file for file in files if file.source == source]
        for pieces in _cut(context, source, own, inputs):
            tasks.append(ReadTask(source, pieces, _read_key(context, source, pieces)))
    inputs.save()
    return Plan(context, files, tasks, inputs, seen)


def _discover(context: Context) -> list[SourceFile]:
    """The input files; PipelineError, with every source's place, where a source finds none or no reader for one."""
    try:
        return discover(
            context.pipeline.ingest, context.base, opaque=context.pipeline.ids == "opaque", copies=context.copies
        )
    except InputError as first:
        problems = [*_source_problems(context)]
        if not problems:
            raise  # the sources contradict each other, each for itself is sound
        raise PipelineError(problems) from first


def _source_problems(context: Context) -> Iterator[Problem]:
    for number, source in enumerate(context.pipeline.ingest):
        try:
            discover([source], context.base, copies=context.copies)
        except InputError as error:
            hint = f"in {error.where}: {error.hint}" if error.hint and error.where != source.path else error.hint
            yield context.loaded.problem_at(("ingest", number, "path"), error.message, hint)


def _cut(
    context: Context, source: int, files: list[SourceFile], inputs: Inputs
) -> list[list[tuple[SourceFile, Slice]]]:
    """Slices in tasks: a large file is many; small ones share one by a hash of their name."""
    pieces = [(file, inputs.slices(file)) for file in files]
    if context.sample is not None or context.pipeline.ingest[source].conversation is not None:
        return [[(file, piece) for file, slices in pieces for piece in slices]]
    large = [[(file, piece)] for file, slices in pieces for piece in slices if not _is_small(context, slices)]
    small = [(file, slices[0]) for file, slices in pieces if _is_small(context, slices)]
    count = 1
    while count * context.part_bytes < sum(piece.length for _, piece in small):
        count *= 2
    bins: dict[int, list[tuple[SourceFile, Slice]]] = {}
    for file, piece in small:
        number = xxhash.xxh3_64_intdigest(file.name.encode("utf-8", "surrogateescape")) % count
        bins.setdefault(number, []).append((file, piece))
    return large + [bins[number] for number in sorted(bins)]


def _is_small(context: Context, slices: list[Slice]) -> bool:
    return len(slices) == 1 and slices[0].length * 4 <= context.part_bytes


def all_settings(context: Context) -> dict[str, Any]:
    """Everything that the result depends on beside the input files."""
    sources = range(len(context.pipeline.ingest))
    return {"read": [_read_settings(context, source) for source in sources], **_later_settings(context)}


def _later_settings(context: Context) -> dict[str, Any]:
    return {"prices": _prices(context), **result_settings(context), "software": software()}


def _read_key(context: Context, source: int, pieces: list[tuple[SourceFile, Slice]]) -> str:
    told = [(file.name, file.relative, file.format, piece.first_row, piece.hash) for file, piece in pieces]
    return key(pieces=told, **_read_settings(context, source))


def _read_settings(context: Context, source: int) -> dict[str, Any]:
    """What a reading task depends on beside its pieces of input."""
    pipeline = context.pipeline
    entry = pipeline.ingest[source]
    near = pipeline.dedupe.near if pipeline.dedupe else None
    return {
        "task": "read",
        "number": source,
        "source": entry.model_dump(exclude={"path"}),
        "files": _file_hashes(context, [entry.join.path] if entry.join else []),
        "steps": [(step.name, step.config) for step in pipeline.clean],
        "step_files": _file_hashes(context, [name for step in pipeline.clean for name in step.config.files()]),
        "plugins": context.plugins,
        "columns": (pipeline.label, pipeline.group, pipeline.split.newest if pipeline.split else None),
        "values": _needed_values(context),
        "against": _against(context),
        "newest": pipeline.dedupe.newest if pipeline.dedupe else None,
        "text": (context.text_columns(source), context.turn_columns(source)),
        "signature": (near.permutations, near.engine, near.keep, near.newest) if near else pipeline.split is not None,
        "kept": pipeline.keep_quarantined,
        "ids": pipeline.ids,
        "part_bytes": context.part_bytes,
        "sample": context.sample,
        "software": software(),
    }


def _against(context: Context) -> list[Any]:
    """What decontamination depends on."""
    against = context.pipeline.dedupe.against if context.pipeline.dedupe else None
    return [against, _file_hashes(context, against.files)] if against else []


def _needed_values(context: Context) -> list[str]:
    """The columns that templates print outside any `{% if %}`: a record without one is dropped before signing."""
    from prep.stages.format.prune import trained
    from prep.stages.format.templates import required

    settings = context.pipeline.format
    templates = trained(settings).templates() if settings is not None else []
    return sorted(set().union(*(required(template) for _, template in templates)))


def result_settings(context: Context) -> dict[str, Any]:
    """The settings that act after reading."""
    from prep.catalog import catalog_hash

    pipeline = context.pipeline
    frozen = [pipeline.split.frozen] if pipeline.split and pipeline.split.frozen else []
    return {
        "pipeline": pipeline.model_dump(
            exclude={"output": {"directory"}, "ingest": True, "clean": True, "catalog": True, "advise": True},
            by_alias=True,
        ),
        "redact": [step.model_dump() for step in pipeline.clean if step.name == "redact"],
        "files": _file_hashes(context, frozen),
        "tokenizer": _tokenizer(context),
        # Of the user's own file only what counts tokens; its prices act on nothing but the cost.
        "catalog": [catalog_hash(), *([context.counting[0].name, context.longest] if context.catalog else [])],
    }


def _tokenizer(context: Context) -> list[str]:
    """The user's own tokenizer, and the version of the library that reads it."""
    from importlib.metadata import PackageNotFoundError, version

    name = context.pipeline.count.tokenizer
    if name is None:
        return []
    try:
        return [_hash(context.base / name, name), version("tokenizers")]
    except PackageNotFoundError:  # the checks before the run say so, with the place
        return []


def _prices(context: Context) -> list[str]:
    """The prices that costs are made of."""
    from prep.catalog.prices import FILE

    output = context.pipeline.output
    if output.cost is None and output.fewshot is None and output.subsets is None:
        return []
    return [file_hash(FILE), *([_hash(context.catalog, context.catalog.name)] if context.catalog else [])]


def _file_hashes(context: Context, names: list[str]) -> dict[str, str]:
    return {name: _hash(context.path(name), name) for name in names}


def _hash(path: Path, name: str) -> str:
    try:
        return file_hash(path)
    except OSError as error:
        raise InputError(f"cannot read {name}: {error.strerror}", where=str(path)) from error
