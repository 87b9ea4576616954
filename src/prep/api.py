"""The public functions: what the command line does, for programs; results are plain data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.engine.progress import Progress

AnyPath = str | Path


def run(
    pipeline: AnyPath,
    overrides: Sequence[str] = (),
    *,
    workers: int | None = None,
    sample: int | None = None,
    force: bool = False,
    cache: AnyPath | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Carry out a pipeline file and publish its outputs.

    `overrides` are "section.key=value" strings as for `--set`; `sample` reads so many records of each source and
    publishes beside the real outputs. Returns what `prep run --json` prints. Raises PipelineError (the file is wrong),
    InputError (an input is), GateError (a check said no; nothing was published).
    """
    from prep.engine.progress import Silent
    from prep.engine.run import execute, open_run

    context = open_run(Path(pipeline), overrides, cache=Path(cache) if cache else None, sample=sample, force=force)
    return execute(context, workers, progress or Silent())


def plan(pipeline: AnyPath, overrides: Sequence[str] = (), *, cache: AnyPath | None = None) -> dict[str, Any]:
    """What a run would do and why; nothing is read but the inputs' bytes, to know whether they changed."""
    from prep.engine.outlook import outlook
    from prep.engine.run import open_run

    return outlook(open_run(Path(pipeline), overrides, cache=Path(cache) if cache else None))


def status(pipeline: AnyPath, overrides: Sequence[str] = (), *, cache: AnyPath | None = None) -> bool:
    """Whether the outputs are up to date: a run would do nothing."""
    return bool(plan(pipeline, overrides, cache=cache)["up_to_date"])


def validate(
    data: AnyPath | Sequence[AnyPath],
    *,
    provider: str | Sequence[str] = "azure",
    method: str = "sft",
    model: str | None = None,
) -> dict[str, Any]:
    """Check chat JSONL files, ours or not, against the providers' rules; returns what `prep validate --json` prints."""
    from prep.stages.validate.files import validate_files

    providers = [provider] if isinstance(provider, str) else list(provider)
    return validate_files(_paths(data), providers, method, model=model).as_dict()


def count(data: AnyPath | Sequence[AnyPath], *, model: str = "gpt-4.1-mini", provider: str = "azure") -> dict[str, Any]:
    """Count the tokens of chat JSONL files; returns what `prep count --json` prints."""
    from prep.stages.count.files import count_files

    return count_files(_paths(data), model=model, provider=provider)


def _paths(data: AnyPath | Sequence[AnyPath]) -> list[Path]:
    return [Path(data)] if isinstance(data, (str, Path)) else [Path(path) for path in data]
