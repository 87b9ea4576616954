"""`prep run`: carry a pipeline out."""

from __future__ import annotations

import datetime
import time
from pathlib import Path

import click

from prep.cli import options

_ROWS = 2  # differences a step and column that `--sample` shows


@click.command("run")
@options.pipeline_file
@options.overrides
@options.workers
@options.memory
@click.option("--sample", type=click.IntRange(min=1), metavar="N", help="Read N records of each source; publish apart.")
@click.option("--force", is_flag=True, help="Do everything anew, whatever is cached.")
@options.cache
@options.catalog
@options.as_of
@click.option("--stamp", type=click.Path(path_type=Path), help="File to touch after every successful run.")
@click.option("--depfile", type=click.Path(path_type=Path), help="File for Make with everything the run depends on.")
@click.option("--quiet", is_flag=True, help="Print errors only.")
@options.as_json
def command(
    file: Path,
    overrides: tuple[str, ...],
    workers: int | None,
    memory: str | None,
    sample: int | None,
    force: bool,
    cache: Path | None,
    catalog: Path | None,
    as_of: datetime.datetime | None,
    stamp: Path | None,
    depfile: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    """Carry out the pipeline FILE and publish its outputs."""
    started = time.time_ns()
    from prep.console import Live, print_json, print_report
    from prep.engine.make import touch, write_depfile
    from prep.engine.progress import Silent
    from prep.engine.run import execute, open_run
    from prep.engine.sizes import parse_size

    context = open_run(
        file, overrides, cache=cache, sample=sample, force=force, catalog=catalog, as_of=options.today(as_of),
        workers=workers, memory=parse_size(memory, "--memory") if memory else None,
    )  # fmt: skip
    result = execute(context, Silent() if quiet else Live())
    if depfile is not None:
        write_depfile(context, depfile, stamp)
    if stamp is not None:
        touch(context, stamp, started)
    if as_json:
        print_json(result)
    elif not quiet:
        print_report(result)
        if sample is not None:
            from prep.console import print_differences
            from prep.engine.showing import show

            print_differences(show(context, None, _ROWS, masked=True))
