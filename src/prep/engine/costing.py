"""What a run's dataset would cost to train on: the estimates, `cost.json`, and the gate."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from prep.catalog import images_of, load_prices
from prep.engine.files import write_json
from prep.engine.parts import load
from prep.engine.tasks.write import order
from prep.errors import GateError
from prep.outputs.cost import Asked, cost_report, gate, per_1000_requests
from prep.outputs.cost_measure import Measured, Measurer
from prep.tokens.lines import read_line

if TYPE_CHECKING:
    from pathlib import Path

    from prep.engine.context import Context
    from prep.engine.finished import Finished
    from prep.tokens.lines import Line

# What depends on the day a run happens on stands in run.json alone.
_OF_TODAY = ("age_days", "days_left", "status")


def asked_of(context: Context) -> Asked:
    """What the pipeline asks an estimate for; without `output.cost` its target, beside the same model elsewhere."""
    target, wanted = context.pipeline.target, context.pipeline.output.cost
    asked = Asked(
        target.provider, target.model, target.tier, target.method, target.region, compare=None,
        tokenizer=context.encoding if context.pipeline.count.tokenizer is not None else None,
    )  # fmt: skip
    if wanted is None:
        return asked
    return replace(asked, compare=tuple(wanted.compare), epochs=wanted.epochs, max_usd=wanted.max_usd)


def measurer_of(context: Context, encoding: str) -> Measurer:
    """What measures the examples of a run, images by the rule of the target's model."""
    return Measurer(encoding, images=images_of(context.pipeline.target.model))


def estimate(context: Context, finished: Finished, asked: Asked) -> dict[str, Any]:
    """The cost report of the train split."""
    pipeline = context.pipeline
    splits = list(pipeline.split.into) if pipeline.split else ["train"]

    @cache
    def train(encoding: str) -> Measured:
        return _measured(context, finished, encoding, "train")

    @cache
    def validation(encoding: str) -> Measured | None:
        return _measured(context, finished, encoding, "validation") if "validation" in splits else None

    return cost_report(asked, train, load_prices(context.catalog), context.as_of, validation)


def write_cost(report: dict[str, Any], path: Path) -> None:
    """Write `cost.json`: the report without what depends on today."""
    kept = {name: value for name, value in report.items() if name not in ("as_of", "warnings", "said_first")}
    write_json(path, _timeless(kept))


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _timeless(inner) for name, inner in value.items() if name not in _OF_TODAY}
    return [_timeless(inner) for inner in value] if isinstance(value, list) else value


def check_budget(context: Context, report: dict[str, Any]) -> None:
    """Raise GateError where the target may cost more than `max_usd`; the finding is all that is published then.

    `cost.json` goes into the output folder, or, where good outputs lie in it, into `<folder>.failed` beside it.
    """
    try:
        gate(report)
    except GateError as error:
        folder = context.directory
        if (folder / "manifest.json").exists():
            folder = folder.with_name(f"{folder.name}.failed")
        folder.mkdir(parents=True, exist_ok=True)
        write_cost(report, folder / "cost.json")
        hint = f"{error.hint}; the estimate is in {folder / 'cost.json'}"
        raise GateError(error.message, where=error.where, hint=hint) from None


def bank_cost(context: Context, tokens: int) -> dict[str, Any] | None:
    """What the bank costs in front of 1,000 requests to the target's base model."""
    target = context.pipeline.target
    prices = load_prices(context.catalog)
    return per_1000_requests(tokens, target.provider, target.model, prices, tier=target.tier, region=target.region)


def _measured(context: Context, finished: Finished, encoding: str, split: str) -> Measured:
    """The examples of one split, in the order of its file; counted before where the encoding is the target's."""
    is_counted = encoding == context.encoding and context.pipeline.target.method != "dpo"
    measurer = measurer_of(context, encoding)
    ids: list[pl.Series] = []
    for number, part in enumerate(finished.transformed):
        frame = part.read("examples", ["_id", "_example", "_tokens", "_tokens_estimated"])
        frame = frame.with_columns(load(finished.assigned / f"{number:05d}.splits.parquet")["split"])
        frame = frame.filter(pl.col("split") == split)
        ids.append(frame["_id"])
        known = frame["_tokens"].to_numpy().astype(np.int64) if is_counted else None
        marks = frame["_tokens_estimated"].to_numpy().astype(np.bool_) if is_counted else None
        measurer.add(lines_of(frame), known, marks)
    names = pl.concat(ids).alias("_id") if ids else pl.Series("_id", [], dtype=pl.String)
    keyed = pl.DataFrame([names, pl.Series("order", order(names, context.pipeline.seed), dtype=pl.UInt64)])
    places = keyed.with_row_index("at").sort("order", "_id")["at"].to_numpy().astype(np.int64)
    return measurer.done().ordered(places)


def lines_of(frame: pl.DataFrame) -> list[Line]:
    """The examples of a frame, parsed; one that cannot be counted holds nothing, as in the stage `count`."""
    found = map(read_line, frame["_example"].to_list())
    return [{} if isinstance(line, str) else line for line in found]
