"""`prep why`: one record's whole life."""

from __future__ import annotations

from pathlib import Path

import click

from prep.cli import options


@click.command("why")
@options.pipeline_file
@click.argument("record", metavar="ID")
@options.overrides
@options.as_json
def command(file: Path, record: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Tell the life of one record of FILE; ID may also be a line of an output (train.jsonl:17)."""
    from prep.console import print_json, print_life
    from prep.engine.life import life
    from prep.engine.run import open_run

    found = life(open_run(file, overrides), record)
    if as_json:
        print_json(found)
    else:
        print_life(found)
