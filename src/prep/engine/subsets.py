"""The nested subsets of a run's train split: their files, and what each adds to the ones before it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from prep.advice.settings import Advise
from prep.advice.training import trained
from prep.catalog import load_prices
from prep.catalog.offers import target_offer
from prep.engine.files import write_json
from prep.outputs.cost_measure import Measured
from prep.outputs.finetune import line_column
from prep.outputs.subsets import write_subsets

if TYPE_CHECKING:
    from pathlib import Path

    from prep.engine.context import Context
    from prep.engine.finished import Finished


def subsets(context: Context, finished: Finished, folder: Path) -> dict[str, Any] | None:
    """Write the subsets and `subsets.json` into `folder`; returns what it holds, None where none are asked for."""
    wanted, target = context.pipeline.output.subsets, context.pipeline.target
    if wanted is None:
        return None
    from prep.advice.enough import enough  # loads scipy

    train = folder / "finetune" / target.provider / "train.jsonl"
    percent = sorted({*wanted.percent, 100})
    names = write_subsets(train, folder, percent)
    line = line_column(target.provider)
    frames = [part.read("shard", ["_id", "order", "split", "_tokens", line]) for part in finished.written]
    rows = pl.concat(frames).filter(pl.col("split") == "train", pl.col(line).is_not_null()).sort("order", "_id")
    tokens = rows["_tokens"].to_numpy().astype("int64")
    prices = load_prices(context.catalog)
    offer = target_offer(prices, target.provider, target.model, target.tier, target.region)
    settings = Advise(epochs=context.pipeline.output.cost.epochs if context.pipeline.output.cost else None)

    def price(examples: int) -> float | None:
        if offer is None:
            return None
        first = Measured.of_lengths(tokens[:examples])
        usd = trained(offer, first, target.model_dump(), settings).usd
        return usd.likely if usd is not None else None

    found = enough(train, train.with_name("validation.jsonl"), tokens, price, percent)
    found = {**found, "offer": str(offer) if offer is not None else None, "files": names}
    write_json(folder / "subsets.json", found)
    return found
