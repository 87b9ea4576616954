"""`prep count`: exact tokens of chat JSONL files."""

from __future__ import annotations

from pathlib import Path

import click

from prep.cli import options


@click.command("count")
@options.data_files
@click.option("--model", default="gpt-4.1-mini", show_default=True, help="Model whose encoding and limit apply.")
@click.option("--provider", default="azure", show_default=True, help="Provider whose limit applies.")
@click.option(
    "--tokenizer", type=click.Path(path_type=Path), metavar="FILE", help="Count with this tokenizer.json instead."
)
@click.option(
    "--limit",
    "limits",
    type=click.IntRange(min=1),
    multiple=True,
    metavar="N",
    help="Judge by N tokens an example instead of the provider's limit (repeatable: more rows of the table).",
)
@options.as_json
def command(
    data: tuple[Path, ...],
    model: str,
    provider: str,
    tokenizer: Path | None,
    limits: tuple[int, ...],
    as_json: bool,
) -> None:
    """Count tokens: per file, by kind, percentiles, trained ones, and what each limit would cost."""
    from prep.api import count
    from prep.console import print_counts, print_json

    counts = count(list(data), model=model, provider=provider, tokenizer=tokenizer, limits=limits)
    if as_json:
        print_json(counts)
    else:
        print_counts(counts)
