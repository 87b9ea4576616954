"""`prep cache`: how much finished work is kept, and how to be rid of it."""

from __future__ import annotations

from pathlib import Path

import click

from prep.cli import options


@click.command("cache")
@options.pipeline_file
@options.cache
@click.option("--clean", is_flag=True, help="Remove all finished work; the next run does everything anew.")
@click.option("--keep", metavar="SIZE", help="Remove what was not used for longest until SIZE (2GiB) is left.")
@options.as_json
def command(file: Path, cache: Path | None, clean: bool, keep: str | None, as_json: bool) -> None:
    """Show, or make smaller, the folder of finished work beside FILE. Outputs are not touched."""
    from prep.console import print_cache, print_json
    from prep.engine.cache_size import describe
    from prep.engine.sizes import parse_size

    folder = (cache or file.resolve().parent / ".prep").resolve()
    most = 0 if clean else parse_size(keep, "--keep") if keep else None
    found = describe(folder, most)
    if as_json:
        print_json(found)
    else:
        print_cache(found)
