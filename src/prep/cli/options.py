"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

pipeline_file = click.argument("file", type=click.Path(path_type=Path))
data_files = click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
overrides = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a value of the pipeline file (repeatable)."
)
cache = click.option(
    "--cache", type=click.Path(path_type=Path), help="Folder of finished work; default: .prep beside the pipeline file."
)
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
