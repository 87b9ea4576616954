"""`prep validate`: chat JSONL files against the providers' rules."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import click

from prep.cli import options
from prep.errors import EXIT_GATE, EXIT_OK

METHODS = click.Choice(["sft", "dpo", "rft"])
FORMATS = click.Choice(["full", "concise", "json", "github"])


@click.command("validate")
@options.data_files
@click.option("--provider", default="azure", show_default=True, help="Provider, or several: azure,openai.")
@click.option("--method", type=METHODS, default="sft", show_default=True, help="Training method.")
@click.option("--model", help="Model whose length limit, dates and methods apply.")
@click.option("--ignore", multiple=True, metavar="RULE", help="Leave a rule out (repeatable).")
@click.option("--grader", type=click.Path(path_type=Path), metavar="FILE", help="Reinforcement grader, as JSON.")
@click.option("--near/--no-near", default=None, help="Near-duplicates across files; default: up to 64 MB.")
@click.option("--fix", is_flag=True, help="Write a repaired copy beside each file, and check that.")
@click.option("--output-format", type=FORMATS, default="full", show_default=True, help="How findings are printed.")
@options.catalog
@options.as_of
@options.as_json
def command(
    data: tuple[Path, ...],
    output_format: str,
    as_of: datetime.datetime | None,
    as_json: bool,
    fix: bool,
    **asked: Any,
) -> int:
    """Check chat JSONL files, made by prep or not: every error with line, path, rule and fix."""
    from prep.api import repair, validate
    from prep.console import print_findings, print_json, print_repairs

    asked["provider"] = [name.strip() for name in asked["provider"].split(",") if name.strip()]
    paths = list(data)
    repairs = repair(paths, method=asked["method"], provider=asked["provider"]) if fix else []
    fixed = {one["file"]: one["copy"] for one in repairs if one["copy"]}
    report = validate([fixed.get(str(path), path) for path in paths], as_of=options.today(as_of), **asked)
    output_format = "json" if as_json else output_format
    if output_format == "json":
        print_json(report | {"repairs": repairs})
    else:
        print_repairs(repairs)
        print_findings(report, output_format)
    return EXIT_OK if report["valid"] else EXIT_GATE
