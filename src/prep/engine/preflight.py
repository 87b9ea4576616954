"""Checks before the first record is read: columns that no source has, folders that must not be replaced."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.engine.tasks.dispatch import Task
from prep.errors import PipelineError, Problem
from prep.stages.format.templates import columns as template_columns
from prep.stages.ingest.globs import real
from prep.stages.registry import STEPS
from prep.tokens.local import INSTALL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prep.engine.context import Context
    from prep.engine.plan import Plan

    Ask = Callable[[Task], dict[str, Any]]

# A folder of many files is looked into, not read through.
_FILES_A_SOURCE = 20


def check(plan: Plan, ask: Ask) -> None:
    """Raise PipelineError with everything that is wrong before any work is done; `ask` carries out a probe."""
    problems = [*_directory(plan), *_missing_in_sources(plan, ask), *_missing_columns(plan, ask), *_tokenizer(plan)]
    if problems:
        raise PipelineError(problems)


def _directory(plan: Plan) -> Iterator[Problem]:
    context = plan.context
    kept = [str(context.loaded.path.resolve()), str(context.cache.root), *(real(file.place) for file in plan.files)]
    folder = str(context.directory)
    for path in kept:
        if path == folder or path.startswith(f"{folder.rstrip('/')}/"):
            yield context.loaded.problem_at(
                ("output", "directory"),
                f"the output folder would replace {Path(path).name}, which lies in it",
                "choose a folder of its own, `build/legal` for example",
            )
            return
    if context.directory.exists() and not context.directory.is_dir():
        yield context.loaded.problem_at(("output", "directory"), "the output folder is a file", "choose another name")


def _tokenizer(plan: Plan) -> Iterator[Problem]:
    context = plan.context
    if context.pipeline.count.tokenizer is None:
        return
    if find_spec("tokenizers") is None:
        yield context.loaded.problem_at(("count", "tokenizer"), "this needs the package tokenizers", INSTALL)


def _missing_columns(plan: Plan, ask: Ask) -> Iterator[Problem]:
    context = plan.context
    own = [STEPS[step.name] for step in context.pipeline.clean if not STEPS[step.name].is_built_in]
    if any(step.kind == "record" for step in own):
        return  # a user's step may add any column
    known = _known_columns(plan, ask)
    if not known:
        return  # nothing could be read; the run says why
    for path, name in _wanted_columns(context):
        if name not in known:
            yield context.loaded.problem_at(
                path, f"no source has the column `{name}`", "the columns are: " + ", ".join(sorted(known)[:30])
            )


def _missing_in_sources(plan: Plan, ask: Ask) -> Iterator[Problem]:
    """Columns that a source's own `conversation` and `join` name, and none of its files has."""
    context = plan.context
    for number, source in enumerate(context.pipeline.ingest):
        wanted: list[tuple[tuple[str | int, ...], str]] = []
        if source.conversation is not None:
            chat = source.conversation.model_dump(include={"by", "role", "text", "order"}, exclude_none=True)
            wanted += [(("ingest", number, "conversation", key), name) for key, name in chat.items()]
        if source.join is not None:
            wanted += [(("ingest", number, "join", "on"), name) for name in source.join.on]
        if not wanted:
            continue
        found = _columns(plan, ask, number, bare=True)
        for path, name in wanted:
            if found and name not in found:
                hint = "its columns are: " + ", ".join(sorted(found)[:30])
                yield context.loaded.problem_at(path, f"this source has no column `{name}`", hint)


def _columns(plan: Plan, ask: Ask, number: int, *, bare: bool) -> set[str]:
    """The columns of a source's first files; of a `bare` one without its conversation and join."""
    files = [file for file in plan.files if file.source == number][:_FILES_A_SOURCE]
    pieces = [file.as_dict() for file in files]
    return set(ask(Task("look", "", {"source": number, "bare": bare, "files": pieces}, probe=True))["columns"])


def _known_columns(plan: Plan, ask: Ask) -> set[str]:
    context = plan.context
    known: set[str] = set()
    for number, source in enumerate(context.pipeline.ingest):
        known |= _columns(plan, ask, number, bare=False)
        known |= set(context.turn_columns(number)) if source.conversation is not None else set()
    for step in context.local.clean:
        known |= set(step.config.adds(context.base)) - set(step.config.columns())
    return known


def _wanted_columns(context: Context) -> Iterator[tuple[tuple[str | int, ...], str]]:
    pipeline = context.pipeline
    for section in ("label", "group"):
        name = getattr(pipeline, section)
        if name is not None:
            yield (section,), name
    for number, source in enumerate(pipeline.ingest):
        if source.id is not None:
            yield ("ingest", number, "id"), source.id
        for name in source.text or ():
            yield ("ingest", number, "text"), name
    for number, step in enumerate(pipeline.clean):
        for name in step.config.columns():
            yield ("clean", number), name
    near = pipeline.dedupe.near if pipeline.dedupe else None
    if near is not None and not isinstance(near.keep, str):
        yield ("dedupe", "near", "keep", "column"), near.keep.column
    elif near is not None and near.newest is not None:
        yield ("dedupe", "near", "newest"), near.newest
    if pipeline.dedupe is not None and pipeline.dedupe.newest is not None:
        yield ("dedupe", "newest"), pipeline.dedupe.newest
    if pipeline.split is not None and pipeline.split.newest is not None:
        yield ("split", "newest"), pipeline.split.newest
    yield from _format_columns(context)


def _format_columns(context: Context) -> Iterator[tuple[tuple[str | int, ...], str]]:
    settings = context.pipeline.format
    if settings is None:
        return
    for path, template in settings.templates():
        for name in sorted(template_columns(template)):
            yield ("format", *path), name
    for path, name in settings.columns():
        yield ("format", *path), name
    if settings.passthrough is True:
        yield ("format", "passthrough"), "input" if context.pipeline.target.method == "dpo" else "messages"
