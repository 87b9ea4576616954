"""`prep plan`: what a run would do, and why."""

from __future__ import annotations

from pathlib import Path

import click

from prep.cli import options


@click.command("plan")
@options.pipeline_file
@options.overrides
@options.cache
@options.workers
@options.memory
@options.as_json
def command(
    file: Path, overrides: tuple[str, ...], cache: Path | None, workers: int | None, memory: str | None, as_json: bool
) -> None:
    """Say what a run of FILE would do, what is cached, and why."""
    from prep.api import plan
    from prep.console import print_json, print_plan

    outlook = plan(file, overrides, cache=cache, workers=workers, memory=memory)
    if as_json:
        print_json(outlook)
    else:
        print_plan(outlook)
