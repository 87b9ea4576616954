"""What training will cost before the pipeline has run: worked out on a small input, else estimated from a sample."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from prep.catalog import load_prices
from prep.engine.costing import asked_of, estimate, lines_of, measurer_of
from prep.engine.published import last_published
from prep.engine.tasks.read import clean_part
from prep.engine.tasks.transform import make_examples
from prep.engine.units import draw
from prep.engine.usage import Stopwatch
from prep.errors import InputError
from prep.outputs.cost import cost_report
from prep.outputs.cost_sample import Strata

if TYPE_CHECKING:
    import polars as pl

    from prep.engine.context import Context
    from prep.engine.plan import Plan
    from prep.outputs.cost import Asked
    from prep.outputs.cost_measure import Measured
    from prep.tokens.lines import Line

SAMPLE = 1000  # units that are drawn
SMALL = 2 * 1024 * 1024  # bytes of input up to which everything is worked out
_DUPLICATES = ("exact_duplicate", "near_duplicate", "conflicting_label")


def forecast(context: Context, plan: Plan, asked: Asked | None = None, sample: int | None = None) -> dict[str, Any]:
    """The report of `cost_report` for what a run would write, and under `sample` what it rests on.

    An input of at most 2 MiB is worked out in a temporary folder; of a larger one, or with `sample`, so many units are
    drawn under the pipeline's seed. Nothing is published and nothing cached.
    """
    asked = asked or asked_of(context)
    if sample is None and plan.bytes <= SMALL:
        return _worked_out(context, asked)
    return _estimated(context, plan, asked, sample or SAMPLE)


def _worked_out(context: Context, asked: Asked) -> dict[str, Any]:
    from prep.engine.cache import Cache
    from prep.engine.executors.local import Workers
    from prep.engine.plan import make_plan
    from prep.engine.preflight import check
    from prep.engine.progress import Silent
    from prep.engine.reasons import Reasons
    from prep.engine.run import Runner, all_segments, is_risky

    with tempfile.TemporaryDirectory(prefix="prep-plan-") as folder:
        apart = replace(context, cache=Cache(Path(folder)).open())
        plan = make_plan(apart)
        with Workers(apart, 1, isolate=is_risky(plan)) as workers:
            check(plan, workers.ask)
            finished = all_segments(Runner(plan, workers, Silent(), Reasons(plan, None)))
        report = estimate(apart, finished, asked)
    return {**report, "sample": None}


@dataclass(frozen=True)
class _Sampled:
    """The examples of the sample, and how they stand for the whole."""

    lines: list[Line]
    tokens: np.ndarray[Any, Any]
    marks: np.ndarray[Any, Any]  # whether these are estimates
    strata: Strata
    units: int
    drawn: int

    def measured(self, context: Context, encoding: str, share: float) -> Measured:
        """Their tokens under an encoding, standing for a `share` of all examples."""
        measurer = measurer_of(context, encoding)
        is_counted = encoding == context.encoding and context.pipeline.target.method != "dpo"
        measurer.add(self.lines, self.tokens if is_counted else None, self.marks if is_counted else None)
        return measurer.done(replace(self.strata, share=share))


def _estimated(context: Context, plan: Plan, asked: Asked, sample: int) -> dict[str, Any]:
    from prep.engine.executors.local import Workers
    from prep.engine.preflight import check
    from prep.engine.run import is_risky

    with Workers(context, 1, isolate=is_risky(plan)) as workers:
        check(plan, workers.ask)
    sampled = _sampled(context, plan, sample)
    split = context.pipeline.split
    shares = {name: float(share) for name, share in split.into.items()} if split is not None else {"train": 1.0}

    @cache
    def train(encoding: str) -> Measured:
        return sampled.measured(context, encoding, shares.get("train", 0.0))

    @cache
    def validation(encoding: str) -> Measured | None:
        share = shares.get("validation")
        return sampled.measured(context, encoding, share) if share else None

    report = cost_report(asked, train, load_prices(context.catalog), context.as_of, validation)
    assumed, last = _assumed(context)
    for one in report["estimates"]:
        one["assumptions"] += assumed
        one["interval"]["before_dedupe"] = context.pipeline.dedupe is not None
    told = {"units": sampled.units, "drawn": sampled.drawn, "examples": len(sampled.lines), "rate": sampled.strata.rate}
    return {**report, "sample": {**told, "seed": context.pipeline.seed, "duplicates_of_last_run": last}}


def _sampled(context: Context, plan: Plan, sample: int) -> _Sampled:
    lines: list[Line] = []
    tokens: list[np.ndarray[Any, Any]] = []
    marks: list[np.ndarray[Any, Any]] = []
    sizes: list[int] = []
    strata, units = [np.empty(0, dtype=np.int64)], [np.empty(0, dtype=np.int64)]
    count = 0
    for source in range(len(context.pipeline.ingest)):
        own = sum(piece.length for task in plan.tasks if task.source == source for _, piece in task.pieces)
        wanted = max(100, round(sample * own / max(1, plan.bytes))) if len(context.pipeline.ingest) > 1 else sample
        found = draw(plan, source, wanted, context.pipeline.seed)
        made = _examples(context, source, found.frame)
        places = [name for name in ("_file", "_row") if name in found.units.columns]
        numbered = found.units.select(places).with_row_index("_unit", count)
        made = made.join(numbered, on=places, how="left", maintain_order="left")
        lines += lines_of(made)
        tokens.append(made["_tokens"].to_numpy().astype(np.int64))
        marks.append(made["_tokens_estimated"].to_numpy().astype(np.bool_))
        units.append(made["_unit"].to_numpy().astype(np.int64))
        strata.append(found.units["_stratum"].to_numpy().astype(np.int64) + len(sizes))
        sizes += found.sizes
        count += found.units.height
    if not lines:
        raise InputError(
            f"no record of {count:,} that were drawn becomes an example: nothing can be estimated",
            hint="`prep show` tells what each step does to real rows",
        )
    made_of = Strata(np.array(sizes, dtype=np.int64), np.concatenate(strata), np.concatenate(units))
    return _Sampled(lines, np.concatenate(tokens), np.concatenate(marks), made_of, sum(sizes), count)


def _examples(context: Context, source: int, frame: pl.DataFrame) -> pl.DataFrame:
    """The examples that become of records: `_example`, `_tokens` and the place of what each was read of."""
    part, _ = clean_part(context, source, frame)
    part, *_ = make_examples(context, part, Stopwatch())
    return part.frame.filter(part.alive).select("_file", "_row", "_example", "_tokens", "_tokens_estimated")


def _assumed(context: Context) -> tuple[list[str], float | None]:
    """What a sample cannot see, said; and the share of duplicates that the last run found."""
    pipeline, told, share = context.pipeline, [], None
    last = last_published(context)
    if pipeline.dedupe is not None:
        words = "duplicates cannot be seen in a sample: nothing is taken off for `dedupe`, the true figure is lower"
        if last is not None:
            dropped = last.result["dropped_by_reason"]
            gone = sum(dropped.get(reason, 0) for reason in _DUPLICATES)
            share = round(gone / max(1, gone + last.result["records"]["written"]), 4)
            words += f" (the last run took off {share:.1%})"
        told.append(words)
    if pipeline.split is not None:
        told.append("the split has the shares that `split.into` says; groups and records kept together may shift them")
    return told, share
