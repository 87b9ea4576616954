"""The public functions: what the command line does, for programs; results are plain data."""

from __future__ import annotations

import datetime
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.engine.progress import Progress

AnyPath = str | Path
_TARGET = {"provider": "azure", "model": "gpt-4.1-mini", "tier": "standard", "region": None, "method": "sft"}


def run(
    pipeline: AnyPath,
    overrides: Sequence[str] = (),
    *,
    workers: int | None = None,
    memory: str | None = None,
    sample: int | None = None,
    force: bool = False,
    cache: AnyPath | None = None,
    catalog: AnyPath | None = None,
    as_of: datetime.date | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Carry out a pipeline file and publish its outputs.

    `overrides` are "section.key=value" strings as for `--set`; `sample` reads so many records of each source and
    publishes beside the real outputs; `memory` ("2GiB") sizes parts and workers; `catalog` is a file of your own
    prices; ages count from `as_of`, default today.
    Returns what `prep run --json` prints. Raises PipelineError (the file is wrong), InputError (an input is), GateError
    (a check said no; nothing was published).
    """
    from prep.engine.progress import Silent
    from prep.engine.run import execute, open_run
    from prep.engine.sizes import parse_size

    context = open_run(
        Path(pipeline), overrides, cache=Path(cache) if cache else None, sample=sample, force=force,
        catalog=Path(catalog) if catalog else None, as_of=as_of, workers=workers,
        memory=parse_size(memory, "memory") if memory else None,
    )  # fmt: skip
    return execute(context, progress or Silent())


def plan(
    pipeline: AnyPath,
    overrides: Sequence[str] = (),
    *,
    cache: AnyPath | None = None,
    workers: int | None = None,
    memory: str | None = None,
    cost: bool = False,
    sample: int | None = None,
    compare: Sequence[str] | None = None,
    epochs: int | None = None,
    max_usd: float | None = None,
    catalog: AnyPath | None = None,
    as_of: datetime.date | None = None,
) -> dict[str, Any]:
    """What a run would do and why; nothing is read but the inputs' bytes, to know whether they changed.

    `cost`: also what training on the result would cost, as `cost` says it, under "cost": worked out where the input is
    small, else estimated from a sample of `sample` records (default 1,000) with a confidence interval. `compare`,
    `epochs`, `max_usd` take the place of what `output.cost` says. UsageError where the pipeline makes no examples.
    """
    from prep.engine.outlook import outlook
    from prep.engine.plan import make_plan
    from prep.engine.run import open_run
    from prep.engine.sizes import parse_size

    given = parse_size(memory, "memory") if memory else None
    context = open_run(
        Path(pipeline), overrides, cache=Path(cache) if cache else None, workers=workers, memory=given,
        catalog=Path(catalog) if catalog else None, as_of=as_of,
    )  # fmt: skip
    found = outlook(context)
    if not cost:
        return found
    if context.pipeline.format is None:
        raise UsageError("this pipeline makes no examples, so there is nothing to train on", hint="it has no `format`")
    from prep.engine.costing import asked_of
    from prep.engine.forecast import forecast
    from prep.outputs.cost_sense import check_sense

    asked = asked_of(context)
    asked = replace(
        asked,
        compare=tuple(compare) if compare is not None else asked.compare,
        epochs=epochs if epochs is not None else asked.epochs,
        max_usd=max_usd if max_usd is not None else asked.max_usd,
    )
    check_sense(asked)
    return {**found, "cost": forecast(context, make_plan(context), asked, sample)}


def status(pipeline: AnyPath, overrides: Sequence[str] = (), *, cache: AnyPath | None = None) -> bool:
    """Whether the outputs are up to date: a run would do nothing."""
    return bool(plan(pipeline, overrides, cache=cache)["up_to_date"])


def validate(
    data: AnyPath | Sequence[AnyPath],
    *,
    provider: str | Sequence[str] = "azure",
    method: str = "sft",
    model: str | None = None,
    ignore: Sequence[str] = (),
    near: bool | None = None,
    grader: AnyPath | None = None,
    catalog: AnyPath | None = None,
    as_of: datetime.date | None = None,
    workers: int | None = None,
) -> dict[str, Any]:
    """Check chat JSONL files, ours or not, against the providers' rules; returns what `prep validate --json` prints.

    `method`: sft, dpo or rft. `model`: also lengths and dates of that model. `near`: look for near-duplicates across
    files; default: up to 64 MB. `grader`: a reinforcement grader as a JSON file. `workers`: processes; default: one a
    core where files are large.
    """
    from prep.stages.validate.files import validate_files

    providers = [provider] if isinstance(provider, str) else list(provider)
    return validate_files(
        _paths(data), providers, method, model=model, ignore=ignore, near=near,
        grader=Path(grader) if grader is not None else None, catalog=Path(catalog) if catalog is not None else None,
        today=as_of, workers=workers,
    ).as_dict()  # fmt: skip


def repair(
    data: AnyPath | Sequence[AnyPath], *, method: str = "sft", provider: str | Sequence[str] = "azure"
) -> list[dict[str, Any]]:
    """Write a repaired copy beside each file, `a.fixed.jsonl` for `a.jsonl`; what was safely repairable is mended.

    Returns for each file {file, copy, lines, changed, repairs {rule: times}}; `copy` is None where nothing was to do.
    """
    from prep.stages.validate.repair import repair_file

    providers = [provider] if isinstance(provider, str) else list(provider)
    return [repair_file(path, method, providers) for path in _paths(data)]


def count(
    data: AnyPath | Sequence[AnyPath],
    *,
    model: str = "gpt-4.1-mini",
    provider: str = "azure",
    tokenizer: AnyPath | None = None,
    limits: Sequence[int] = (),
) -> dict[str, Any]:
    """Count the tokens of chat JSONL files, ours or not; returns what `prep count --json` prints.

    `tokenizer`: a tokenizer.json in place of the model's encoding. `limits`: lengths to judge examples by; the first
    stands in for the provider's. InputError where a file cannot be read or the model is unknown.
    """
    from prep.stages.count.files import count_files

    own = Path(tokenizer) if tokenizer is not None else None
    return count_files(_paths(data), model=model, provider=provider, tokenizer=own, limits=limits)


def cost(
    data: AnyPath | Sequence[AnyPath],
    *,
    provider: str | None = None,
    model: str | None = None,
    tier: str | None = None,
    region: str | None = None,
    method: str | None = None,
    compare: Sequence[str] | None = None,
    epochs: int | None = None,
    max_usd: float | None = None,
    validation: AnyPath | Sequence[AnyPath] = (),
    evaluations: int | None = None,
    hours: float | None = None,
    grader: str | None = None,
    grader_tokens: tuple[int, int] = (0, 0),
    short_system: str | None = None,
    catalog: AnyPath | None = None,
    as_of: datetime.date | None = None,
) -> dict[str, Any]:
    """Say what training on chat JSONL files, or on a run's output folder, costs; as `prep cost --json` prints it.

    The target is that of the run that made the folder, else azure, gpt-4.1-mini, standard, sft. `compare`: further
    candidates, "provider/model@tier", a model, or "all"; None: the target's model wherever it is offered. `epochs`:
    None is the provider's own choice. `validation`: files, billed where the provider does so, `evaluations` times.
    For rft: `hours` of training, `grader` model and its (input, output) tokens. `short_system`: the short form of the
    system prompt whose saving is told. `as_of`: the day that ages and days left count from, default today. US dollars.
    InputError for an unknown model, UsageError for numbers that make no sense.
    """
    from prep.catalog import load_prices
    from prep.outputs.cost import Asked
    from prep.outputs.cost_files import cost_files, find
    from prep.outputs.cost_sense import check_sense

    files = find(_paths(data), _paths(validation), provider)
    given = {"provider": provider, "model": model, "tier": tier, "region": region, "method": method}
    # A named provider or model is another target than the run's: its tier and region do not go with it.
    same = all(
        value in (None, files.target.get(name)) for name, value in given.items() if name in ("provider", "model")
    )
    target: dict[str, Any] = dict(_TARGET)
    target |= {name: files.target[name] for name in target if name in files.target and (same or name == "method")}
    target |= {name: value for name, value in given.items() if value is not None}
    asked = Asked(
        **target, compare=tuple(compare) if compare is not None else None, epochs=epochs, max_usd=max_usd, hours=hours,
        grader=grader, grader_tokens=grader_tokens, evaluations=evaluations, short_system=short_system,
    )  # fmt: skip
    check_sense(asked)
    prices = load_prices(Path(catalog) if catalog is not None else None)
    return cost_files(files, asked, prices, as_of or datetime.date.today())


def advise(
    run: AnyPath,
    settings: dict[str, Any] | None = None,
    *,
    catalog: AnyPath | None = None,
    as_of: datetime.date | None = None,
    out: AnyPath | None = None,
    files: bool = False,
) -> dict[str, Any]:
    """Say whether to fine-tune or to prompt; returns what `prep advise --json` prints.

    `run`: the output folder of a run, or its pipeline file, whose section `advise` then applies; `settings`, by the
    names of that section, come first. `files`: write advice.md, advice.json and advice.svg into `out`, default the
    folder of the run. InputError where there is no run to measure, UsageError for settings that make no sense.
    """
    from prep.advice.dataset import Dataset
    from prep.advice.files import texts
    from prep.advice.given import given
    from prep.advice.report import report
    from prep.catalog.prices import load_prices

    path = Path(run)
    folder, declared, own = _declared(path) if path.is_file() else (path, {}, None)
    own = Path(catalog) if catalog is not None else own
    advice = report(
        Dataset(folder),
        given(declared | (settings or {})),
        load_prices(own),
        as_of or datetime.date.today(),
    )
    if files:
        from prep.engine.files import write_atomic

        target = Path(out) if out is not None else folder
        target.mkdir(parents=True, exist_ok=True)
        for name, text in texts(advice).items():
            write_atomic(target / name, text.encode("utf-8", "surrogatepass"))
        advice["files"] = [str(target / name) for name in texts(advice)]
    return advice


def _declared(path: Path) -> tuple[Path, dict[str, Any], Path | None]:
    """The output folder of a pipeline file, what its section `advise` says, and the catalog file it names."""
    from prep.pipeline.load import load

    loaded = load(path)
    section = loaded.pipeline.advise
    folder = Path(os.path.relpath(loaded.base / str(loaded.pipeline.output.directory)))
    named = loaded.pipeline.catalog
    settings = section.model_dump(exclude_unset=True) if section is not None else {}
    return folder, settings, loaded.base / named if named is not None else None


def _paths(data: AnyPath | Sequence[AnyPath]) -> list[Path]:
    return [Path(data)] if isinstance(data, (str, Path)) else [Path(path) for path in data]
