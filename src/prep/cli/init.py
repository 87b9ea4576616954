"""`prep init`: a folder to start from."""

from __future__ import annotations

from pathlib import Path

import click

from prep.cli import options


@click.command("init")
@click.argument("name", type=click.Path(path_type=Path), default=".")
@click.option(
    "--from", "table", type=click.Path(path_type=Path), metavar="TABLE", help="Fit the pipeline to this table."
)
@options.as_json
def command(name: Path, table: Path | None, as_json: bool) -> None:
    """Write a pipeline file and a Makefile into the folder NAME (default: this one).

    Without --from a small table of questions and answers comes along. With --from the columns of a CSV, TSV, JSONL or
    Parquet file say what is asked and answered, what is text and label, or who speaks in which conversation; where no
    name says it, the values do, and a comment in the pipeline file tells what was guessed.
    """
    from prep.console import print_json, print_start
    from prep.pipeline.starter import start

    written = start(name, table)
    if as_json:
        print_json({"schema_version": 1, "directory": str(name), "files": written.files, "guessed": written.guessed})
    else:
        print_start(str(name), written.files, written.guessed, written.command)
