"""`prep count`: exact tokens of chat JSONL files."""

from __future__ import annotations

from pathlib import Path

import click

from prep.cli import options


@click.command("count")
@options.data_files
@click.option("--model", default="gpt-4.1-mini", show_default=True, help="Model whose encoding and limit apply.")
@click.option("--provider", default="azure", show_default=True, help="Provider whose limit applies.")
@options.as_json
def command(data: tuple[Path, ...], model: str, provider: str, as_json: bool) -> None:
    """Count tokens: per file, percentiles, the assistant's alone, examples over the limit."""
    from prep.api import count
    from prep.console import print_counts, print_json

    counts = count(list(data), model=model, provider=provider)
    if as_json:
        print_json(counts)
    else:
        print_counts(counts)
