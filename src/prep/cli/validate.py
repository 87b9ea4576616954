"""`prep validate`: chat JSONL files against the providers' rules."""

from __future__ import annotations

from pathlib import Path

import click

from prep.cli import options
from prep.errors import EXIT_GATE, EXIT_OK


@click.command("validate")
@options.data_files
@click.option("--provider", default="azure", show_default=True, help="Provider, or several: azure,openai.")
@click.option("--method", type=click.Choice(["sft"]), default="sft", show_default=True, help="Training method.")
@click.option("--model", help="Model whose length limit applies.")
@options.as_json
def command(data: tuple[Path, ...], provider: str, method: str, model: str | None, as_json: bool) -> int:
    """Check chat JSONL files, made by prep or not: every error with line, path, rule and fix."""
    from prep.api import validate
    from prep.console import print_findings, print_json

    report = validate(list(data), provider=provider.split(","), method=method, model=model)
    if as_json:
        print_json(report)
    else:
        print_findings(report)
    return EXIT_OK if report["valid"] else EXIT_GATE
