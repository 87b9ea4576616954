"""Segment 1, a part at a time: ingest, clean, sign; what is stored is already cleaned."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from prep.engine import ledger
from prep.engine.parts import PartFiles
from prep.engine.tasks.crashed import set_aside, window, without_pieces
from prep.engine.tasks.search import Search
from prep.engine.usage import Stopwatch
from prep.stages.clean.apply import apply as clean
from prep.stages.dedupe.against import FOUND, mark_overlaps
from prep.stages.dedupe.sign import sign
from prep.stages.format.apply import missing
from prep.stages.ingest.batches import Batch
from prep.stages.ingest.conversations import index, read_conversations
from prep.stages.ingest.read import read
from prep.stages.part import ABSORBED, FATE, IDENTITY, RECORD, Part
from prep.stages.registry import STEPS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from prep.engine.context import Context
    from prep.engine.plan import ReadTask

NOTHING = Search()


def read_part(context: Context, task: ReadTask, folder: Path, search: Search = NOTHING) -> dict[str, Any]:
    """Carry out one reading task: as many parts as its batches, each a set of Parquet files in `folder`."""
    watch = Stopwatch()
    parts: list[dict[str, int]] = []
    tallies: dict[int, dict[str, Any]] = {}
    names: list[str] = []
    for batch in watch.each("ingest", _batches(context, task, search)):
        if search.only_ingest:
            names += batch.frame["_id"].to_list()
            continue
        with watch.stage("clean"):
            part, counted = clean_part(context, task.source, batch.frame)
        parts.append(_store(context, part, batch.quarantined, PartFiles(folder, len(parts)), watch))
        for tally in counted:
            entry = tallies.setdefault(tally.index, {"step": tally.step, "touched": 0, "dropped": 0})
            entry["touched"] += tally.touched
            entry["dropped"] += tally.dropped
    facts = {"parts": parts, "steps": [tallies[number] for number in sorted(tallies)], "seconds": watch.rounded()}
    return facts | {"names": names} if search.only_ingest else facts


def _batches(context: Context, task: ReadTask, search: Search) -> Iterator[Batch]:
    task, lost = without_pieces(task, search.pieces)
    if task.pieces:
        for batch in window(batches(context, task), search.rows):
            yield set_aside(batch, search.records)
    if lost is not None:
        yield lost


def batches(context: Context, task: ReadTask) -> Iterator[Batch]:
    """The records of a reading task as they come in, before any step."""
    source = context.local.ingest[task.source]
    if source.conversation is None:
        found = read(source, task.pieces, batch_bytes=context.part_bytes, base=context.base)
    else:
        found = _conversations(context, task)
    whole = context.sample is None or source.conversation is not None
    yield from found if whole else _first(found, context.sample or 0)


def _conversations(context: Context, task: ReadTask) -> Iterator[Batch]:
    source = context.local.ingest[task.source]
    size = context.part_bytes
    rows, unread = index(source, task.pieces, batch_bytes=size, base=context.base)
    yield Batch(pl.DataFrame(schema=RECORD), unread)
    if context.sample is not None:
        first = rows["_number"].unique(maintain_order=True).drop_nulls().head(context.sample)
        rows = rows.filter(pl.col("_number").is_in(first.implode()))
    yield from read_conversations(source, rows, task.pieces, batch_bytes=size, base=context.base)


def _first(batches: Iterator[Batch], count: int) -> Iterator[Batch]:
    for batch in batches:
        taken = batch.frame.head(count)
        count -= taken.height
        yield replace(batch, frame=taken)
        if count <= 0:
            return


def clean_part(context: Context, source: int, frame: pl.DataFrame) -> tuple[Part, Sequence[Any]]:
    """What is done to records before any barrier: the clean steps, missing values, overlap with evaluation files."""
    pipeline = context.local
    part = context.part(frame, source)
    part, tallies = clean(part, [(step.name, step.config) for step in pipeline.clean], STEPS)
    if pipeline.format is not None:
        part = missing(replace(part, stage="format", step=None), pipeline.format)
    against = pipeline.dedupe.against if pipeline.dedupe else None
    if against is not None:
        part = mark_overlaps(replace(part, stage="dedupe", step=None), against)
    return part, tallies


def _store(context: Context, part: Part, unread: pl.DataFrame, files: PartFiles, watch: Stopwatch) -> dict[str, int]:
    frame = part.frame
    kept = part.alive
    with watch.stage("dedupe"):
        signs = _signs(context, part)
    files.write("signs", signs)
    files.write("records", frame.filter(kept).drop(*FATE, *FOUND, strict=False))
    rejected = frame.filter(~kept)
    files.write("rejects", rejected.filter(~pl.col("_reason").is_in(ABSORBED)))
    if context.pipeline.keep_quarantined:
        files.write("quarantined", unread.sort("_file", "_row", maintain_order=True))
    story = [ledger.births(frame), ledger.changes(part), ledger.drops(rejected), ledger.quarantined(unread)]
    files.write("events", pl.concat(story))
    return {
        "read": story[0].filter(pl.col("event") == "read").height,
        "kept": int(kept.sum()),
        "quarantined": unread.height,
    }


def _signs(context: Context, part: Part) -> pl.DataFrame:
    """One row a record, in record order: what the barriers need; `at` is its row in `records`, null if dropped."""
    pipeline = context.pipeline
    split = pipeline.split
    dedupe = pipeline.dedupe
    near = dedupe.near if dedupe else None
    keep_column = None
    if near is not None:
        keep_column = near.newest if isinstance(near.keep, str) else near.keep.column
    alive = Part(frame=part.frame.filter(part.alive), text=part.text, turns=part.turns)
    marks = sign(alive.whole_text, dedupe, near_wanted=near is not None or split is not None)

    def named(column: str | None, name: str) -> pl.Series:
        values = alive.column(column) if column else pl.Series([None] * alive.frame.height, dtype=pl.String)
        return values.alias(name)

    group = named(pipeline.group, "group")
    leaks = [name for name in FOUND if name in alive.frame.columns]
    facts = alive.frame.select(*IDENTITY, *leaks).with_columns(
        *marks.get_columns(),
        pl.Series("at", range(alive.frame.height), dtype=pl.UInt32),
        pl.when(group.str.strip_chars() != "").then(group).alias("group"),
        named(pipeline.label, "label"),
        named(keep_column, "keep_value"),
        named(dedupe.newest if dedupe else None, "age"),
        named(split.newest if split else None, "newest"),
        pl.col("_root").alias("parent"),
    )
    facts = facts.with_columns(key=pl.coalesce("group", "_key", pl.col("exact").bin.encode("hex"))).drop(
        "_key", "_json"
    )
    gone = part.frame.filter(~part.alive).select("_id", "_source", "_file", "_row", "_child")
    return pl.concat([facts, gone], how="diagonal_relaxed").sort(["_source", "_file", "_row", "_child", "_id"])
