"""`prep steps`: the clean steps and their settings."""

from __future__ import annotations

import click

from prep.cli import options


@click.command("steps")
@click.argument("name", required=False)
@options.as_json
def command(name: str | None, as_json: bool) -> None:
    """List the clean steps, or explain the step NAME."""
    from prep.console import print_json, print_step, print_steps
    from prep.stages.clean.describe import describe, describe_all

    if name is None:
        steps = describe_all()
        if as_json:
            print_json({"schema_version": 1, "steps": steps})
        else:
            print_steps(steps)
        return
    found = describe(name)
    if as_json:
        print_json({"schema_version": 1, **found})
    else:
        print_step(found)
