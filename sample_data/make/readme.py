"""The table of planted defects in the samples' README, made from what was planted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

BEGIN, END = "<!-- planted: begin -->", "<!-- planted: end -->"


def update_readme(path: Path, found: dict[str, dict[str, Any]]) -> None:
    """Put the table between its marks; a README without them is left alone."""
    if not path.exists():
        return
    before, begin, rest = path.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if begin and end:
        path.write_text(before + BEGIN + "\n" + table(found) + END + after)


def table(found: dict[str, dict[str, Any]]) -> str:
    """One row for each kind of defect in each sample: how many, and the first ids."""
    lines = ["| sample | kind | count | records |", "|---|---|---|---|"]
    for sample, planted in found.items():
        for kind, entry in planted["kinds"].items():
            names = [record.get("id") or record["place"] for record in entry["records"]]
            lines.append(f"| {sample} | `{kind}` | {entry['count']} | {', '.join(names)} |")
    return "\n".join(lines) + "\n"
