"""What a run's dataset would cost to train on: the estimates, `cost.json`, and the gate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from prep.catalog import encoding_of, load_prices
from prep.engine.files import write_json
from prep.engine.parts import load
from prep.errors import GateError
from prep.outputs.cost import Asked, cost_report, gate, per_1000_requests, say_estimated
from prep.tokens.messages import count_examples

if TYPE_CHECKING:
    from pathlib import Path

    from prep.engine.context import Context
    from prep.engine.publish import Finished

# What depends on the day a run happens on stands in run.json alone.
_OF_TODAY = ("age_days", "days_left", "status")
_MARKED = ["split", "_tokens_estimated"]


def estimate(context: Context, finished: Finished) -> dict[str, Any] | None:
    """The cost report of the train split; None where `output.cost` asks for none."""
    pipeline = context.pipeline
    wanted = pipeline.output.cost
    if wanted is None:
        return None
    target = pipeline.target
    asked = Asked(
        target.provider, target.model, target.tier, target.method, target.region,
        tuple(wanted.compare), wanted.epochs, wanted.max_usd, pipeline.count.tokenizer,
    )  # fmt: skip
    own = pipeline.count.tokenizer or encoding_of(target.model).name
    counted: dict[str, np.ndarray[Any, Any]] = {}

    def lengths(encoding: str) -> np.ndarray[Any, Any]:
        if encoding not in counted:
            counted[encoding] = _tokens(finished) if encoding == own else _recounted(finished, encoding)
        return counted[encoding]

    report = cost_report(asked, lengths, load_prices(context.catalog), context.as_of)
    if not encoding_of(target.model).estimated:  # else all of it is, and said to be
        marks = [_train(part.read("shard", _MARKED))["_tokens_estimated"] for part in finished.written]
        say_estimated(report, sum(int(mark.sum()) for mark in marks))
    return report


def write_cost(report: dict[str, Any], path: Path) -> None:
    """Write `cost.json`: the report without what depends on today."""
    estimates = [{name: value for name, value in one.items() if name not in _OF_TODAY} for one in report["estimates"]]
    sources = {
        key: {name: value for name, value in source.items() if name not in _OF_TODAY}
        for key, source in report["sources"].items()
    }
    kept = {name: value for name, value in report.items() if name not in ("as_of", "warnings")}
    write_json(path, {**kept, "estimates": estimates, "sources": sources})


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
    return per_1000_requests(tokens, target.provider, target.model, load_prices(context.catalog))


def _train(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(pl.col("split") == "train")


def _tokens(finished: Finished) -> np.ndarray[Any, Any]:
    frames = [_train(part.read("shard", ["split", "_tokens"])) for part in finished.written]
    return pl.concat(frames)["_tokens"].to_numpy().astype(np.int64)


def _recounted(finished: Finished, encoding: str) -> np.ndarray[Any, Any]:
    """The train split counted with another encoding than the target's."""
    import msgspec

    decode = msgspec.json.Decoder(dict[str, Any]).decode
    found = []
    for number, part in enumerate(finished.transformed):
        frame = part.read("examples", ["_example"])
        frame = _train(frame.with_columns(load(finished.assigned / f"{number:05d}.splits.parquet")["split"]))
        found.append(count_examples([decode(line) for line in frame["_example"].to_list()], encoding).tokens)
    return np.concatenate(found).astype(np.int64) if found else np.empty(0, dtype=np.int64)
