"""Checks before the first record is read: columns that no source has, folders that must not be replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.errors import PipelineError, Problem
from prep.stages.format.templates import columns as template_columns
from prep.stages.ingest.preview import columns_of
from prep.stages.registry import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.engine.context import Context
    from prep.engine.plan import Plan
    from prep.stages.ingest.settings import Source

# A folder of many files is looked into, not read through.
_FILES_A_SOURCE = 20


def check(plan: Plan) -> None:
    """Raise PipelineError with everything that is wrong before any work is done."""
    problems = [*_directory(plan), *_missing_in_sources(plan), *_missing_columns(plan)]
    if problems:
        raise PipelineError(problems)


def _directory(plan: Plan) -> Iterator[Problem]:
    context = plan.context
    kept = [context.loaded.path.resolve(), context.cache.root, *(file.path.resolve() for file in plan.files)]
    for path in kept:
        if path.is_relative_to(context.directory):
            yield context.loaded.problem_at(
                ("output", "directory"),
                f"the output folder would replace {path.name}, which lies in it",
                "choose a folder of its own, `build/legal` for example",
            )
            return
    if context.directory.exists() and not context.directory.is_dir():
        yield context.loaded.problem_at(("output", "directory"), "the output folder is a file", "choose another name")


def _missing_columns(plan: Plan) -> Iterator[Problem]:
    context = plan.context
    own = [STEPS[step.name] for step in context.pipeline.clean if not STEPS[step.name].is_built_in]
    if any(step.kind == "record" for step in own):
        return  # a user's step may add any column
    known = _known_columns(plan)
    if not known:
        return  # nothing could be read; the run says why
    for path, name in _wanted_columns(context):
        if name not in known:
            yield context.loaded.problem_at(
                path, f"no source has the column `{name}`", "the columns are: " + ", ".join(sorted(known)[:30])
            )


def _missing_in_sources(plan: Plan) -> Iterator[Problem]:
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
        found = _columns(plan, number, source.model_copy(update={"conversation": None, "join": None}))
        for path, name in wanted:
            if found and name not in found:
                hint = "its columns are: " + ", ".join(sorted(found)[:30])
                yield context.loaded.problem_at(path, f"this source has no column `{name}`", hint)


def _columns(plan: Plan, number: int, source: Source) -> set[str]:
    """The columns of a source's first files."""
    files = [file for file in plan.files if file.source == number][:_FILES_A_SOURCE]
    return {name for file in files for name in columns_of(file, source, plan.context.base)}


def _known_columns(plan: Plan) -> set[str]:
    context = plan.context
    known: set[str] = set()
    for number, source in enumerate(context.pipeline.ingest):
        known |= _columns(plan, number, source)
        known |= set(context.turn_columns(number)) if source.conversation is not None else set()
    for step in context.pipeline.clean:
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
    for section in ("system", "user", "assistant"):
        for name in sorted(template_columns(getattr(settings, section) or "")):
            yield ("format", section), name
    for name in sorted(template_columns(settings.prune_prefix)) if isinstance(settings.prune_prefix, str) else ():
        yield ("format", "prune_prefix"), name
    for number, turn in enumerate(settings.turns or []):
        for name in sorted(template_columns(turn.content)):
            yield ("format", "turns", number, "content"), name
    if settings.conversation is not None:
        yield ("format", "conversation"), settings.conversation
    if settings.passthrough:
        yield ("format", "passthrough"), "messages" if settings.passthrough is True else settings.passthrough
