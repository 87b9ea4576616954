"""Options that several commands share."""

from __future__ import annotations

import datetime
from pathlib import Path

import click

pipeline_file = click.argument("file", type=click.Path(path_type=Path), default="pipeline.yaml")
data_files = click.argument("data", nargs=-1, required=True, type=click.Path(path_type=Path))
overrides = click.option(
    "--set", "overrides", multiple=True, metavar="KEY=VALUE", help="Override a value of the pipeline file (repeatable)."
)
cache = click.option(
    "--cache", type=click.Path(path_type=Path), help="Folder of finished work; default: .prep beside the pipeline file."
)
workers = click.option("--workers", type=click.IntRange(min=1), help="Worker processes; default: one a core.")
memory = click.option("--memory", metavar="SIZE", help="Memory the run may take (2GiB): sizes parts and workers.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
as_of = click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Day that ages count from; default: today."
)
catalog = click.option(
    "--catalog", type=click.Path(path_type=Path), metavar="FILE", help="Your own figures, laid over the catalog's."
)


def today(as_of: datetime.datetime | None) -> datetime.date:
    """The day that `--as-of` names, else today."""
    return as_of.date() if as_of is not None else datetime.date.today()
