"""`prep show`: real rows before and after each step, and one finished example."""

from __future__ import annotations

from pathlib import Path

import click

from prep.cli import options


@click.command("show")
@options.pipeline_file
@click.option("--step", help="Show this clean step only.")
@click.option("--sample", type=click.IntRange(min=1), default=200, show_default=True, help="Records of each source.")
@click.option("--rows", type=click.IntRange(min=1), default=3, show_default=True, help="Differences a step and column.")
@options.overrides
@options.as_json
def command(file: Path, step: str | None, sample: int, rows: int, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show what each step of FILE does to its first records; nothing is written."""
    from prep.console import print_differences, print_json
    from prep.engine.run import open_run
    from prep.engine.showing import show
    from prep.errors import UsageError

    context = open_run(file, overrides, sample=sample)
    names = [entry.name for entry in context.pipeline.clean]
    if step is not None and step not in names:
        raise UsageError(f"{file} has no step {step}", hint=f"its steps are: {', '.join(names) or 'none'}")
    found = show(context, step, rows)
    if as_json:
        print_json(found)
    else:
        print_differences(found)
