"""Reports of runs, plans, counts and validations as tables."""

from __future__ import annotations

import os
from typing import Any

from prep.console.advice import print_enough
from prep.console.costs import print_estimates
from prep.console.progress import WORDS, megabytes
from prep.console.tables import show, table
from prep.engine.sizes import told


def print_report(result: dict[str, Any]) -> None:
    """What a run did: records, reasons, splits, where the files are, and warnings."""
    if result.get("up_to_date"):
        show(f"nothing to do: {result['directory']} is up to date ({result['seconds']:.1f} s)")
        return
    records = result["records"]
    flow = f"{records['read']:,} read + {records['created']:,} created = "
    flow += f"{records['dropped']:,} dropped + {records['written']:,} written"
    flow += f"; {records['quarantined']:,} quarantined" if records["quarantined"] else ""
    show("", flow)
    rows = [("dropped", reason, count) for reason, count in result["dropped_by_reason"].items()]
    rows += [("quarantined", reason, count) for reason, count in result["quarantined_by_reason"].items()]
    rows += [("reported", reason, count) for reason, count in result["reported_by_reason"].items()]
    rows += [("changed by", step, count) for step, count in result["changed_by_step"].items()]
    if rows:
        show("", table(["what", "why", "records"], rows))
    splits = [
        (
            name,
            entry["examples"],
            _about(entry, "tokens"),
            _about(entry, "trained_tokens"),
            _percentile(entry, "p50"),
            _percentile(entry, "max"),
        )
        for name, entry in result["splits"].items()
    ]
    show("", table(["split", "examples", "tokens", "trained tokens", "median", "longest"], splits))
    if any(entry.get("estimated_examples") for entry in result["splits"].values()):
        show("~ estimated in part: `prep count` says of which examples, and why")
    bank = result.get("fewshot")
    if bank is not None:
        budget = f" of {bank['max_tokens']:,}" if bank["max_tokens"] else ""
        labels = f", {sum(1 for count in bank['labels'].values() if count)} labels" if bank["labels"] else ""
        show("", f"few-shot bank: {bank['examples']:,} examples{labels}, {bank['tokens']:,}{budget} tokens")
        price = bank["usd_per_1000_requests"]
        if price is not None:
            cached = price["cached_input_usd"]
            less = f", {cached:,.2f} where it is cached" if cached is not None else ""
            told = f"{price['model']} ({price['tier']}; {price['source']}, {price['as_of']})"
            show(f"  1,000 requests with it cost {price['input_usd']:,.2f} USD more{less}, at {told}")
    if result["cost"]:
        show("", "training would cost:")
        print_estimates(result["cost"], result["cost_sources"])
    if result.get("subsets"):
        show("", "how much data is enough:")
        print_enough(result["subsets"])
    moved = sum(result["moved"].values()) if result["moved"] else 0
    if moved:
        show(f"\n{moved:,} records changed sides since the last run")
    show(
        "",
        f"results in {result['directory']}:",
        *(f"  {os.path.relpath(path, result['directory'])}" for path in result["outputs"]),
    )
    for warning in result["warnings"]:
        show(f"warning: {warning}")
    tasks = f"{result['ran_tasks']} tasks run, {result['reused_tasks']} reused"
    show("", f"{result['seconds']:.1f} s, {tasks}")


def _about(entry: dict[str, Any], name: str) -> Any:
    figure = entry.get(name)
    return f"~{figure:,}" if figure is not None and entry.get("estimated_examples") else figure


def _percentile(entry: dict[str, Any], name: str) -> Any:
    value = entry.get("percentiles", {}).get(name)
    return int(value) if value is not None else None


def print_plan(outlook: dict[str, Any]) -> None:
    """What a run would do."""
    state = "nothing to do" if outlook["up_to_date"] else "a run would do work"
    show(f"{outlook['pipeline']}: {state} ({outlook['why']})", f"  into {outlook['directory']}")
    show(f"  {' > '.join(outlook['sections'])}")
    if outlook["steps"]:
        show(f"  clean: {', '.join(outlook['steps'])}")
    rows = [(entry["path"], entry["files"], megabytes(entry["bytes"]), entry["tasks"]) for entry in outlook["sources"]]
    show("", table(["source", "files", "size", "parts"], rows))
    if not outlook["up_to_date"]:
        segments = [
            (WORDS[entry["segment"]], entry["tasks"], entry["reused"], entry["run"], entry["why"])
            for entry in outlook["segments"]
        ]
        show("", table(["segment", "tasks", "reused", "to run", "because"], segments))
    workers, part = outlook["workers"], told(outlook["part_bytes"])
    show("", f"{workers} workers, parts of {part}, about {told(outlook['memory_bytes'])} of memory")
    if outlook.get("cost") is not None:
        _print_sample(outlook["cost"]["sample"])


def _print_sample(sample: dict[str, Any] | None) -> None:
    if sample is None:
        show("", "training would cost, worked out on the whole input:")
    else:
        drawn = f"{sample['drawn']:,} of {sample['units']:,} records, drawn under the seed {sample['seed']}"
        show("", f"training would cost, estimated from {drawn}; {sample['examples']:,} became examples:")
