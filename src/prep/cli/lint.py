"""`prep lint`: the pipeline file alone."""

from __future__ import annotations

from pathlib import Path

import click

from prep.cli import options


@click.command("lint")
@options.pipeline_file
@options.overrides
@options.as_json
def command(file: Path, overrides: tuple[str, ...], as_json: bool) -> None:
    """Check the pipeline FILE; every mistake at once, no data is read."""
    from prep.console import print_json
    from prep.pipeline.load import load

    loaded = load(file, overrides)
    if as_json:
        print_json({"schema_version": 1, "valid": True, "pipeline": loaded.pipeline.name, "problems": []})
    else:
        click.echo(f"{file}: no mistakes")
