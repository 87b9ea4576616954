"""Token counts as tables: files, kinds, the histogram, what each limit would cost, and which figures are estimates."""

from __future__ import annotations

import re
from typing import Any

from prep.console.tables import show, table

_BAR = 40
_LINES_SHOWN = 5
_PLACE = re.compile(r" \(byte \d+\)$|: byte \d+ of the line$")


def print_counts(counts: dict[str, Any]) -> None:
    """Tokens of files; ~ stands before figures that are estimates in part."""
    files = counts["files"]
    rows = [_row(entry["file"], entry) for entry in files]
    rows += [_row("all", counts)] if len(rows) != 1 else []
    columns = ["file", "examples", "tokens", "assistant", "trained", "median", "p95", "longest", "over limit"]
    show(table(columns, rows, whole=columns[2:]))
    if counts["examples"]:
        _print_kinds(counts)
        _print_histogram(counts["histogram"])
        _print_limits(counts)
    by = f"tokenizer {counts['tokenizer']}" if counts["tokenizer"] else f"encoding {counts['encoding']}"
    limit = counts["limit"]
    most = f"limit {limit:,} tokens an example" if limit else f"no limit known at {counts['provider']}"
    show("", f"model {counts['model']}, {by}, {most}")
    if counts["examples"]:
        _print_bill(counts)
    _print_estimates(counts)
    for sentence in counts["assumptions"]:
        show(f"assumed: {sentence}")
    for entry in files:
        _print_uncounted(entry)


def _row(name: str, entry: dict[str, Any]) -> tuple[Any, ...]:
    shape = [entry["percentiles"].get(key) for key in ("p50", "p95", "max")]
    totals = [_about(entry, entry[key]) for key in ("tokens", "assistant_tokens", "trained_tokens")]
    return (name, entry["examples"], *totals, *shape, entry["over_length"])


def _about(entry: dict[str, Any], figure: int) -> int | str:
    return f"~{figure:,}" if entry["estimated"] else figure


def _print_kinds(counts: dict[str, Any]) -> None:
    kinds = {name: tokens for name, tokens in counts["tokens_by_kind"].items() if tokens}
    told = ", ".join(f"{name.replace('_', ' ')} {tokens:,}" for name, tokens in kinds.items())
    methods = ", ".join(f"{count:,} {name}" for name, count in counts["methods"].items())
    images = f"; {_many(counts['images'], 'image')}" if counts["images"] else ""
    show("", f"tokens of {told}{images}", f"examples: {methods}")


def _print_histogram(bins: list[dict[str, int]]) -> None:
    most = max(one["examples"] for one in bins)
    rows = []
    for one in bins:
        bar = "#" * max(round(_BAR * one["examples"] / most), 1 if one["examples"] else 0)
        rows.append((f"{one['from']:,} to {one['to']:,}", one["examples"], bar))
    show("", table(["tokens", "examples", ""], rows, whole=["tokens", ""]))


def _print_limits(counts: dict[str, Any]) -> None:
    """Limits that cost something, the one that applies, those asked for, and the lowest that costs nothing."""
    from prep.stages.count.summary import LIMITS

    shown = [one["limit"] for one in counts["limits"] if one["examples"] or one["limit"] not in LIMITS]
    kept = [one for one in counts["limits"] if one["limit"] in (*shown, counts["limit"])]
    free = next((one for one in counts["limits"] if not one["examples"]), None)
    if free is not None and free not in kept:
        kept.append(free)
    rows = [
        (
            f"{'> ' if one['limit'] == counts['limit'] else '  '}{one['limit']:,}",
            one["examples"],
            f"{one['examples'] / counts['examples']:.1%}",
            one["tokens_dropped"],
            one["tokens_cut"],
        )
        for one in sorted(kept, key=lambda one: int(one["limit"]))
    ]
    columns = ["limit", "examples over", "share", "tokens lost if dropped", "tokens lost if cut"]
    show("", table(columns, rows, whole=columns))


def _print_bill(counts: dict[str, Any]) -> None:
    billed, epochs = counts["billed_tokens"], counts["auto_epochs"]
    show(f"billed an epoch: {billed['low']:,} to {billed['high']:,} tokens")
    if counts["truncated_tokens"]:
        over = _many(counts["over_length"], "example")
        show(f"cut off beyond the limit: {counts['truncated_tokens']:,} tokens of {over}")
    low, high = epochs * billed["low"], epochs * billed["high"]
    show(f"epochs `auto` by the published rule: {epochs}, so {low:,} to {high:,} tokens")


def _print_estimates(counts: dict[str, Any]) -> None:
    if counts["estimated"]:
        show(f"~ estimated in part, {counts['estimated_examples']:,} of {_many(counts['examples'], 'example')}:")
        for one in counts["estimates"]:
            show(f"  {one['what'].replace('_', ' ')} ({_many(one['examples'], 'example')}): {one['why']}")


def _print_uncounted(entry: dict[str, Any]) -> None:
    """Lines by reason, the most frequent reason first; where in the line it lies is left to --json."""
    lines: dict[str, list[int]] = {}
    for one in entry["uncounted"]:
        lines.setdefault(_PLACE.sub("", one["reason"]), []).append(one["line"])
    for reason, numbers in sorted(lines.items(), key=lambda group: -len(group[1])):
        more = f" and {len(numbers) - _LINES_SHOWN:,} more" if len(numbers) > _LINES_SHOWN else ""
        told = ", ".join(map(str, numbers[:_LINES_SHOWN]))
        show(f"warning: {entry['file']}: not counted, {_many(len(numbers), 'line')} ({told}{more}): {reason}")
    rest = entry["uncounted_lines"] - len(entry["uncounted"])
    if rest:
        show(f"warning: {entry['file']}: {rest:,} more lines after these are not counted, whatever the reason")
    if lines and not entry["examples"]:
        show("hint: `prep count` takes training files, such as build/NAME/finetune/azure/train.jsonl")


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
