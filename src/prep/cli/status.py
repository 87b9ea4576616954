"""`prep status`: whether a run would do something."""

from __future__ import annotations

from pathlib import Path

import click

from prep.cli import options
from prep.errors import EXIT_WORK_TO_DO


@click.command("status")
@options.pipeline_file
@options.overrides
@options.cache
@options.as_json
def command(file: Path, overrides: tuple[str, ...], cache: Path | None, as_json: bool) -> int:
    """Say whether the outputs of FILE are up to date; exit 3 if `run` would do something."""
    from prep.api import plan
    from prep.console import print_json

    outlook = plan(file, overrides, cache=cache)
    if as_json:
        print_json({name: outlook[name] for name in ("schema_version", "pipeline", "up_to_date", "why")})
    else:
        click.echo(f"{'up to date' if outlook['up_to_date'] else 'work to do'}: {outlook['why']}")
    return 0 if outlook["up_to_date"] else EXIT_WORK_TO_DO
