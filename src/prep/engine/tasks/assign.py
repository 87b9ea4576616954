"""Barrier 2, over small tables: splits, equal examples, orphaned clusters, totals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from prep.engine import ledger
from prep.engine.keys import file_hash
from prep.engine.parts import by_part, load
from prep.engine.tasks.together import same_example, unite
from prep.stages.split.certificate import certify
from prep.stages.split.decide import decide
from prep.stages.split.frozen import load_frozen

if TYPE_CHECKING:
    from pathlib import Path

    from prep.engine.context import Context
    from prep.engine.parts import PartFiles

COLUMNS = ["_id", "_source", "_file", "_row", "_child", "_parent", "_example_hash", "_prompt_hash"]


def assign_splits(context: Context, decided: Path, examples: list[PartFiles], folder: Path) -> dict[str, Any]:
    """Write each part's splits, the events of this barrier and what the report needs into `folder`."""
    table = _table(decided, examples)
    split = context.pipeline.split
    facts: dict[str, Any] = {"warnings": [], **same_example(table)}
    if split is None:
        sides = pl.Series("split", ["train"] * table.height, dtype=pl.String)
    else:
        frozen = load_frozen(context.path(split.frozen)) if split.frozen else None
        rows = table.select("ordinal", "_id", "key", "group", "component", "label", "parent", "newest").rename(
            {"_id": "id"}
        )
        assigned, warnings = decide(rows, split, context.pipeline.seed, frozen)
        facts["warnings"] = warnings
        sides = rows.select("ordinal").join(assigned, on="ordinal", how="left", maintain_order="left")["split"]
        pairs = _by_ordinal(load(decided / "pairs.parquet"), table)
        facts["certificate"] = certify(rows, rows.select("ordinal").with_columns(sides), pairs, split.keep_together)
    table = table.with_columns(sides.alias("split"))
    facts["orphaned"] = _orphans(examples, table)
    facts["splits"] = _write_splits(table, examples, folder)
    ledger.events(table, "assigned", stage="split", split=pl.col("split")).write_parquet(folder / "events.parquet")
    return facts


def _table(decided: Path, examples: list[PartFiles]) -> pl.DataFrame:
    """One row an example in the order of its place, with what the first barrier knows of its record."""
    frames = [_narrow(part, number) for number, part in enumerate(examples)]
    kept = pl.concat(frames, how="diagonal_relaxed")
    frames.clear()
    together = load(decided / "together.parquet")
    # A window of a dialogue was made after the first barrier, which knows the whole dialogue alone.
    window = ~kept["_id"].is_in(together["_id"].implode())
    kept = kept.with_columns(pl.when(window).then("_parent").otherwise("_id").alias("known_as"))
    known = together.drop("part", "at").rename({"_id": "known_as", "ordinal": "place"})
    table = kept.join(known, on="known_as", how="left", maintain_order="left").with_columns(
        pl.when(window).then(pl.coalesce("parent", "known_as")).otherwise("parent").alias("parent")
    )
    table = table.sort("place", "_child").with_row_index("ordinal")
    component = pl.Series("component", unite(table["component"], table["example_hash"]), dtype=pl.UInt32)
    return table.with_columns(component)


def _narrow(part: PartFiles, number: int) -> pl.DataFrame:
    stored = part.columns("examples")
    frame = part.read("examples", [name for name in COLUMNS if name in stored])
    if "_example_hash" not in frame.columns:
        frame = frame.with_columns(pl.lit(None, dtype=pl.UInt64).alias("_example_hash"))
    return frame.rename({"_example_hash": "example_hash", "_prompt_hash": "prompt_hash"}, strict=False).with_columns(
        pl.lit(number, dtype=pl.UInt32).alias("part"), pl.int_range(pl.len(), dtype=pl.UInt32).alias("at")
    )


def _by_ordinal(pairs: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """Verified pairs by the ordinals of this barrier; a dialogue is its first window. Pairs of what is gone go."""
    place = table.group_by("place").agg(pl.col("ordinal").min())
    for end in ("a", "b"):
        named = place.rename({"place": end, "ordinal": f"{end}_now"})
        pairs = pairs.join(named, on=end, how="inner", maintain_order="left")
    return pairs.with_columns(a="a_now", b="b_now").drop("a_now", "b_now")


def _orphans(parts: list[PartFiles], table: pl.DataFrame) -> list[str]:
    """Duplicates whose kept record was dropped later: their cluster has no survivor."""
    drops = pl.concat(
        [part.read("events", ["record", "event", "reason", "ref"]) for part in parts], how="diagonal_relaxed"
    ).filter(pl.col("event") == "dropped", pl.col("ref").is_not_null(), pl.col("reason").str.ends_with("duplicate"))
    return drops.filter(~pl.col("ref").is_in(table["known_as"].implode()))["record"].sort().to_list()


def _write_splits(table: pl.DataFrame, examples: list[PartFiles], folder: Path) -> list[str]:
    table = table.sort("part", "at")
    hashes = []
    for number, own in enumerate(by_part(table.select("split"), table["part"], len(examples))):
        path = folder / f"{number:05d}.splits.parquet"
        own.write_parquet(path, compression="uncompressed")
        hashes.append(file_hash(path))
    return hashes
