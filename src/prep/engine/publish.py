"""The end of a run: shards merged, the ledger closed and checked, reports written, all moved into place at once."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import polars as pl

from prep.engine import ledger
from prep.engine.closing import close_ledger
from prep.engine.costing import asked_of, check_budget, estimate, write_cost
from prep.engine.files import flush, scratch, write_json
from prep.engine.parts import load
from prep.engine.places import text_by_place
from prep.engine.published import last_published, remember
from prep.engine.report import Totals, metrics, result
from prep.engine.sets import check_sets
from prep.engine.subsets import subsets
from prep.engine.swap import swap_in
from prep.engine.tasks.write import providers
from prep.engine.vouch import input_hashes, manifest_facts
from prep.outputs.bank import BANK, parts, write_bank
from prep.outputs.finetune import INFERENCE, write_splits
from prep.outputs.manifest import manifest
from prep.outputs.rows import write_quarantined, write_records, write_rejects
from prep.stages.format.prune import inference_template

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from prep.engine.closing import Account
    from prep.engine.context import Context
    from prep.engine.finished import Finished
    from prep.engine.plan import Plan

OMITTED = {"_id": pl.String, "provider": pl.String, "rule": pl.String}


def publish(plan: Plan, finished: Finished, timings: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Make all outputs beside the old ones, check the ledger, and swap them in. Returns the run's result as data."""
    context = plan.context
    directory = context.directory
    directory.parent.mkdir(parents=True, exist_ok=True)
    with scratch(directory.parent, f".{directory.name}.prep-") as folder, ThreadPoolExecutor(4) as beside:
        rejected = beside.submit(_rejects, finished, folder / "rejects.jsonl")
        hashed = beside.submit(input_hashes, plan)
        ends = _write_data(context, finished, folder)
        large = [path for path in folder.rglob("*") if path.is_file() and path.name != "rejects.jsonl"]
        on_disk = [beside.submit(flush, path) for path in large]  # while the rest is made
        checked = beside.submit(check_sets, context, finished, ends, folder)
        finished.facts["subsets"] = subsets(context, finished, folder)
        account = _close_ledger(finished, ends, folder)
        rejected.result()
        finished.facts["omitted"] = _omitted(finished)
        asked = asked_of(context) if context.pipeline.output.cost is not None else None
        finished.facts["cost"] = estimate(context, finished, asked) if asked is not None else None
        if finished.facts["cost"] is not None:
            write_cost(finished.facts["cost"], folder / "cost.json")
            check_budget(context, finished.facts["cost"])
        finished.facts["sets"] = checked.result()
        totals = Totals.of(context, account, finished)
        write_json(folder / "metrics.json", metrics(totals, finished.facts))
        listed = manifest(folder, hashed.result(), manifest_facts(plan, totals, finished.facts))
        write_json(folder / "manifest.json", listed)
        names = sorted([*listed["outputs"], "manifest.json", "run.json"])
        outcome = result(context, totals, finished, names, _moves(context, finished)) | timings()
        write_json(folder / "run.json", outcome)
        for flushed in on_disk:
            flushed.result()
        swap_in(folder, directory, _made_before(context))
    remember(plan, names, outcome)
    return outcome


def _write_data(context: Context, finished: Finished, folder: Path) -> list[pl.LazyFrame]:
    """Training files and records; returns the events that say where each record ended."""
    pipeline = context.pipeline
    ends = []
    shards = [part.path("shard") for part in finished.written]
    if pipeline.format is not None and pipeline.output.finetune is not None:
        splits = list(pipeline.split.into) if pipeline.split else ["train"]
        for provider in providers(pipeline):
            target = provider == pipeline.target.provider
            bom = pipeline.output.finetune.bom and provider == "azure"
            lines = write_splits(shards, provider, splits, folder / "finetune" / provider, bom=bom).lazy()
            file = pl.format("finetune/" + provider + "/{}.jsonl", "split")
            kind = "written" if target else "exported"
            ends.append(
                ledger.events(lines, kind, stage="output", split=pl.col("split"), output=file, line=pl.col("line"))
            )
        if pipeline.format.prune_prefix:
            write_json(folder / INFERENCE, inference_template(pipeline.format))
    if pipeline.output.records is not None:
        kind = "exported" if ends else "written"
        ends.append(_records(finished, pipeline.output.records, kind, folder))
    if finished.bank is not None:
        ends += _bank(finished, folder, alone=not ends)
    if pipeline.keep_quarantined:
        unread = pl.concat([part.read("quarantined") for part in finished.read])
        write_quarantined(unread.sort("_source", "_file", "_row", maintain_order=True), folder / "quarantined.jsonl")
    return ends


def _bank(finished: Finished, folder: Path, *, alone: bool) -> list[pl.LazyFrame]:
    """The bank's files. Where it is all that a run writes, its examples are written and all others dropped."""
    assert finished.bank is not None
    chosen = load(finished.bank)
    rows = [
        (record, label, tokens, parts(line)[1])
        for record, label, tokens, line in chosen.select("_id", "label", "tokens", "_example").iter_rows()
    ]
    write_bank(finished.facts["bank"]["system"], rows, folder)
    kind = "written" if alone else "selected"
    lines = chosen.lazy().drop("_example").with_columns(pl.int_range(1, pl.len() + 1, dtype=pl.UInt64).alias("line"))
    told = ledger.events(lines, kind, stage="output", split=pl.col("split"), output=BANK, line=pl.col("line"))
    if not alone:
        return [told]
    examples = pl.concat(
        [part.read("shard", ["_id", "_source", "_file", "_row", "_child"]) for part in finished.written]
    )
    left = examples.filter(~pl.col("_id").is_in(chosen["_id"].implode()))
    return [told, ledger.events(left.lazy(), "dropped", stage="output", reason="not_selected")]


def _omitted(finished: Finished) -> dict[str, dict[str, int]]:
    """How many examples each further dialect left out, by rule."""
    frames = [part.read("omitted") for part in finished.written]
    frame = pl.concat([frame for frame in frames if frame.width] or [pl.DataFrame(schema=OMITTED)])
    found: dict[str, dict[str, int]] = {}
    for provider, rule, count in frame.group_by("provider", "rule").len().sort("provider", "rule").iter_rows():
        found.setdefault(provider, {})[rule] = count
    return found


def _records(finished: Finished, name: str, kind: str, folder: Path) -> pl.LazyFrame:
    paths = [part.path("examples") for part in finished.transformed]
    columns = list(dict.fromkeys(_user_columns(finished, "examples")))
    found: list[pl.DataFrame] = []

    def passing() -> Iterator[pl.DataFrame]:
        for frame in text_by_place(paths):
            found.append(frame.select("_id", *ledger.PLACES))
            yield frame

    write_records(passing(), columns, folder / name)
    first = 2 if name.endswith(".csv") else 1
    lines = pl.concat(found).with_columns(pl.int_range(first, pl.len() + first, dtype=pl.UInt64).alias("line"))
    split = pl.concat([part.read("shard", ["_id", "split"]) for part in finished.written])
    lines = lines.join(split, on="_id", how="left", maintain_order="left")
    return ledger.events(lines.lazy(), kind, stage="output", split=pl.col("split"), output=name, line=pl.col("line"))


def _user_columns(finished: Finished, table: str) -> list[str]:
    """The user's columns of all parts: each part's in its order, the parts by their first record's place."""
    seen = sorted(
        {tuple(name for name in part.columns(table) if not name.startswith("_")) for part in finished.transformed},
        key=lambda names: (-len(names), names),
    )
    return [name for names in seen for name in names]


def _rejects(finished: Finished, path: Path) -> None:
    paths = [part.path("rejects") for part in (*finished.read, *finished.transformed)]
    write_rejects(text_by_place(paths), path)
    flush(path)


def _close_ledger(finished: Finished, ends: Sequence[pl.LazyFrame], folder: Path) -> Account:
    paths = [part.path("events") for part in (*finished.read, *finished.transformed)]
    paths += [finished.decided / "events.parquet", finished.assigned / "events.parquet"]
    return close_ledger(paths, ends, folder / "ledger.parquet")


def _moves(context: Context, finished: Finished) -> dict[str, int]:
    """Records that changed sides since the run whose outputs are about to be replaced."""
    path = context.directory / "ledger.parquet"
    note = last_published(context)
    # A ledger that no run of ours left, or that was changed since, says nothing about records.
    if context.pipeline.split is None or note is None or not note.is_intact(context.directory):
        return {}
    from prep.stages.split.certificate import moves

    old = pl.scan_parquet(path, glob=False).filter(pl.col("event") == "assigned")
    before = old.select(id="record", split="split").collect(engine="streaming")
    now = load(finished.assigned / "events.parquet", ["record", "split"])
    return moves(before, now.rename({"record": "id"}))


def _made_before(context: Context) -> list[str]:
    """The names of the files in the output folder that an earlier run made."""
    note = last_published(context)
    names = list(note.files) if note else []
    path = context.directory / "manifest.json"
    if path.exists():
        try:
            names += [*json.loads(path.read_bytes())["outputs"], "manifest.json", "run.json"]
        except (ValueError, KeyError, TypeError):
            return names  # somebody else's manifest: a file of the user's, which stays
    return names
