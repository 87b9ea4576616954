"""`prep doctor`: whether everything is there and as it should be."""

from __future__ import annotations

import datetime

import click

from prep.cli import options


@click.command("doctor")
@options.as_of
@options.as_json
def command(as_of: datetime.datetime | None, as_json: bool) -> int:
    """Check tokenizers, the age of the catalog, this folder, and optional parts; exit 1 if something is broken."""
    from prep.console import print_checks, print_json
    from prep.engine.doctor import examine

    found = examine(options.today(as_of))
    if as_json:
        print_json(found)
    else:
        print_checks(found)
    return 0 if found["ok"] else 1
