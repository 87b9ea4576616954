"""Segment 2, a part at a time: apply the decisions, format, count, validate."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from prep.catalog import images_of
from prep.chat.graders import item_paths
from prep.engine import ledger
from prep.engine.parts import PartFiles, load
from prep.engine.sets import as_facts
from prep.engine.tasks.crashed import CRASHED
from prep.engine.tasks.search import Search
from prep.engine.tasks.together import example_hash
from prep.engine.usage import Stopwatch
from prep.errors import GateError
from prep.stages.clean.redact import Redact
from prep.stages.count.apply import COLUMNS
from prep.stages.count.apply import apply as count
from prep.stages.format.apply import apply as format_records
from prep.stages.format.prune import short_system
from prep.stages.part import FATE, Part, complete
from prep.stages.validate.apply import HASHES
from prep.stages.validate.apply import apply as validate

if TYPE_CHECKING:
    from pathlib import Path

    from prep.engine.context import Context
    from prep.pipeline.model import Pipeline
    from prep.stages.validate.tally import Tally

FIRST_SEQ = 410
NOTHING = Search()
_NAMED = 5


def transform_part(
    context: Context, files: PartFiles, decisions: Path, folder: Path, search: Search = NOTHING
) -> dict[str, Any]:
    """Carry out one part: examples, rejects, findings and events as Parquet files in `folder`."""
    watch = Stopwatch()
    pipeline = context.pipeline
    frame = complete(files.read("records"))
    source = int(frame["_source"][0]) if frame.height else 0
    part = context.part(frame, source)
    part = _apply(part, load(decisions))
    if search.rows is not None:
        part = replace(part, frame=part.frame[slice(*search.rows)])
    if search.only_ingest:
        return {"names": part.frame["_id"].to_list()}
    if search.records:
        part = replace(part, stage="format", step=None).drop(part.frame["_id"].is_in(search.records), CRASHED)
    findings, sets = pl.DataFrame(), {}
    if pipeline.format is not None:
        part, findings, tally = make_examples(context, part, watch)
        sets = {"sets": as_facts(tally, part.frame["_id"])}
        with watch.stage("validate"):
            check_redacted(part, context.local)
    own = PartFiles(folder, 0)
    gone = part.frame.filter(~part.alive)
    examples = _examples(context, part)
    if "_example" in examples.columns:
        examples = examples.with_columns(example_hash(examples["_example"]))
    own.write("examples", examples)
    own.write("rejects", gone.drop("_example", *COLUMNS, *HASHES, strict=False))
    own.write("findings", findings)
    born = ledger.births(part.frame[frame.height :])  # windows of long dialogues
    own.write("events", pl.concat([born, ledger.changes(part, FIRST_SEQ), ledger.drops(gone)]))
    return {
        "kept": int(part.alive.sum()),
        "dropped": gone.height,
        "findings": findings.height,
        "seconds": watch.rounded(),
        **sets,
    }


def grader_items(pipeline: Pipeline) -> list[list[str]] | None:
    """The paths below {{item}} that the pipeline's grader asks for; None without one."""
    found = pipeline.format.reinforcement if pipeline.format is not None else None
    if found is None or found.grader is None:
        return None
    return item_paths(json.dumps(found.grader, ensure_ascii=False))


def make_examples(context: Context, part: Part, watch: Stopwatch) -> tuple[Part, pl.DataFrame, Tally]:
    """Format, count and validate: the part with its examples, what the provider's rules found, and what the rules about
    sets are to know.
    """
    pipeline, target = context.pipeline, context.pipeline.target
    assert pipeline.format is not None
    with watch.stage("format"):
        part = format_records(replace(part, stage="format", step=None), pipeline.format, target.method)
    with watch.stage("count"):
        part = count(
            replace(part, stage="count"), pipeline.count, encoding=context.encoding, limit=context.longest,
            images=images_of(target.model), estimated=context.is_estimated,
        )  # fmt: skip
    with watch.stage("validate"):
        return validate(
            replace(part, stage="validate"), pipeline.validate_,
            provider=target.provider, method=target.method, items=grader_items(pipeline),
        )  # fmt: skip


def check_redacted(part: Part, pipeline: Pipeline) -> None:
    """The last look at the finished lines: GateError where something stands in one that `redact` was to take out.

    The template's own words are meant. A value is never named, only the record and the kind.
    """
    for entry in pipeline.clean:
        if not isinstance(entry.config, Redact):
            continue
        from prep.personal.rescan import rescan

        lines = part.frame.filter(part.alive)
        left = rescan(lines["_example"], _template_words(pipeline), entry.config.search(part.base))
        if left.height:
            names = lines["_id"].gather(left["row"]).to_list()
            told = [f"{name} ({kind})" for name, kind in zip(names, left["kind"].to_list(), strict=True)][:_NAMED]
            raise GateError(
                f"{left.height} finished {'line holds' if left.height == 1 else 'lines hold'} what `redact` looks for",
                where=", ".join(told),
                hint="the label, the group, or a step after `redact` brings it in: redact last, or drop these records",
            )


def _template_words(pipeline: Pipeline) -> list[str]:
    settings = pipeline.format
    if settings is None:
        return []
    return [*(text for _, text in settings.templates()), *filter(None, [short_system(settings)])]


def _apply(part: Part, decisions: pl.DataFrame) -> Part:
    """Mark what barrier 1 decided to drop."""
    marks = part.frame.select(pl.int_range(pl.len(), dtype=pl.UInt32).alias("at")).join(
        decisions, on="at", how="left", maintain_order="left"
    )
    part = replace(part, stage="dedupe", step=None)
    for reason in decisions["reason"].unique().sort():
        part = part.drop(
            marks["reason"] == reason,
            reason,
            ref=marks["ref"],
            via=marks["via"],
            similarity=marks["similarity"],
        )
    return part


def _examples(context: Context, part: Part) -> pl.DataFrame:
    """The records that stay: their examples, and their columns where `output.records` wants them."""
    frame = part.frame.filter(part.alive).drop(*FATE)
    if context.pipeline.output.records is not None or context.pipeline.format is None:
        return frame
    wanted = [name for name in frame.columns if name.startswith("_")]
    label = context.pipeline.label
    return frame.select(*wanted, *([label] if label in frame.columns else []))
