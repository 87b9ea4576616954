"""Segment 3, a part at a time: its lines in every dialect, with the key of their place in the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import xxhash

from prep.engine.parts import PartFiles, load
from prep.outputs.finetune import line_column
from prep.stages.count.apply import COLUMNS as COUNTED
from prep.stages.part import Part, complete
from prep.stages.validate.apply import apply as validate

if TYPE_CHECKING:
    from pathlib import Path

    from prep.engine.context import Context
    from prep.pipeline.model import Pipeline


def write_part(context: Context, examples: PartFiles, splits: Path, folder: Path) -> dict[str, Any]:
    """Write the table `shard`: one row an example with its split, its order and its line in each dialect (or null)."""
    pipeline = context.pipeline
    frame = examples.read("examples")
    frame = frame.with_columns(load(splits)["split"])
    shard = frame.select("_id", "_source", "_file", "_row", "_child", "split").with_columns(
        pl.Series("order", order(frame["_id"], pipeline.seed), dtype=pl.UInt64),
        *(frame[name] for name in COUNTED if name in frame.columns),
    )
    omitted = pl.DataFrame()
    if pipeline.output.finetune is not None and "_example" in frame.columns:
        texts, omitted = _lines(context, frame)
        shard = shard.with_columns(texts)
    own = PartFiles(folder, 0)
    own.write_ordered("shard", shard.sort("order", "_id"))
    own.write("omitted", omitted)
    return {"rows": shard.height, "omitted": omitted.height}


def _lines(context: Context, frame: pl.DataFrame) -> tuple[list[pl.Series], pl.DataFrame]:
    """The lines of each dialect; and what a further dialect cannot take, with the rule that says so."""
    pipeline = context.pipeline
    columns, omitted = [], []
    for provider in providers(pipeline):
        lines = frame["_example"]
        if provider != pipeline.target.provider:
            rules = pipeline.validate_.model_copy(update={"on_error": "drop"})
            checked, *_ = validate(Part(frame=complete(frame)), rules, provider=provider, method=pipeline.target.method)
            lines = checked.frame.select(pl.when(pl.col("_reason").is_null()).then("_example")).to_series()
            gone = checked.frame.filter(pl.col("_reason").is_not_null())
            omitted.append(gone.select("_id", pl.lit(provider).alias("provider"), rule="_detail"))
        columns.append(lines.alias(line_column(provider)))
    return columns, pl.concat(omitted) if omitted else pl.DataFrame()


def providers(pipeline: Pipeline) -> list[str]:
    """The dialects to write, the target's first."""
    finetune = pipeline.output.finetune
    return list(dict.fromkeys([pipeline.target.provider, *(finetune.also if finetune else [])]))


def order(ids: pl.Series, seed: int) -> list[int]:
    """Where each record stands in its file: xxh3-64 of its id under `seed`."""
    return [xxhash.xxh3_64_intdigest(name.encode("utf-8", "surrogatepass"), seed) for name in ids.to_list()]
