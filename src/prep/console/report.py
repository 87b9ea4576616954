"""Reports of runs, plans, counts and validations as tables."""

from __future__ import annotations

import os
from typing import Any

from prep.console.advice import print_enough
from prep.console.costs import print_estimates
from prep.console.progress import megabytes
from prep.console.tables import show, table

_FINDINGS_SHOWN = 50


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
            entry.get("tokens"),
            entry.get("assistant_tokens"),
            _percentile(entry, "p50"),
            _percentile(entry, "max"),
        )
        for name, entry in result["splits"].items()
    ]
    show("", table(["split", "examples", "tokens", "assistant tokens", "median", "longest"], splits))
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
    waiting = outlook["read_tasks"] - outlook["read_tasks_reused"]
    show("", f"parts to read: {waiting}, reused: {outlook['read_tasks_reused']}")
    for names in outlook["waiting"]:
        show(f"  {', '.join(names)}")
    if outlook.get("cost") is not None:
        _print_sample(outlook["cost"]["sample"])


def _print_sample(sample: dict[str, Any] | None) -> None:
    if sample is None:
        show("", "training would cost, worked out on the whole input:")
    else:
        drawn = f"{sample['drawn']:,} of {sample['units']:,} records, drawn under the seed {sample['seed']}"
        show("", f"training would cost, estimated from {drawn}; {sample['examples']:,} became examples:")


def print_counts(counts: dict[str, Any]) -> None:
    """Tokens of files."""
    rows = [_count_row(entry["file"], entry) for entry in counts["files"]]
    rows += [_count_row("all", counts)] if len(rows) != 1 else []
    columns = ["file", "examples", "tokens", "assistant tokens", "median", "p95", "longest", "over limit"]
    show(table(columns, rows))
    notes = f"model {counts['model']}, encoding {counts['encoding']}"
    limit = counts.get("limit")
    show("", notes + (f", limit {limit:,} tokens an example" if limit else ""))
    epochs = counts["auto_epochs"]
    show(f"epochs `auto` by the published rule: {epochs}; tokens times epochs: {epochs * counts['tokens']:,}")
    if counts.get("estimated"):
        show("some counts are estimates: tools, tool calls or images, or a model whose tokenizer is not public")
    for entry in counts["files"]:
        for place in entry.get("unreadable_lines", [])[:10]:
            show(f"warning: unreadable line: {place}")


def _count_row(name: str, entry: dict[str, Any]) -> tuple[Any, ...]:
    percentiles = entry.get("percentiles") or {}
    shape = [int(percentiles[key]) if percentiles.get(key) is not None else None for key in ("p50", "p95", "max")]
    return (name, entry["examples"], entry["tokens"], entry["assistant_tokens"], *shape, entry["over_length"])


def print_findings(report: dict[str, Any]) -> None:
    """The findings of `prep validate`, then a summary."""
    for finding in report["findings"][:_FINDINGS_SHOWN]:
        place = f"{finding['file']}:{finding['line']}" if finding["line"] else finding["file"]
        path = f" {finding['path']}" if finding["path"] else ""
        show(f"{place}{path} {finding['severity']} {finding['rule']} ({finding['provider']}): {finding['message']}")
        show(f"    fix: {finding['fix']}")
    more = len(report["findings"]) - _FINDINGS_SHOWN
    if more > 0:
        show(f"... and {more:,} more; --json lists them")
    summary: dict[tuple[str, str, str], int] = {}
    for finding in report["findings"]:
        name = (finding["rule"], finding["severity"], finding["provider"])
        summary[name] = summary.get(name, 0) + 1
    if summary:
        show(
            "",
            table(
                ["rule", "severity", "provider", "findings"],
                [(*name, count) for name, count in sorted(summary.items())],
            ),
        )
    show("", f"{report['examples']:,} examples: {'valid' if report['valid'] else 'not valid'}")
