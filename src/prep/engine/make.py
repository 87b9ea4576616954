"""What Make needs: a stamp that every successful run touches, and a file with everything the run depends on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from prep.engine.files import write_atomic
from prep.engine.plan import make_plan
from prep.engine.vouch import read_files
from prep.stages.ingest.globs import folders
from prep.stages.ingest.query import database_path
from prep.stages.ingest.remote import is_remote

if TYPE_CHECKING:
    from prep.engine.context import Context


def touch(context: Context, stamp: Path, started: int) -> None:
    """Make `stamp`, as of `started` (nanoseconds): what changed while the run went on is newer.

    A folder that is looked into and that the run writes into changed by the run alone.
    """
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.touch()
    written = {path.resolve().parent for path in (context.directory, context.cache.root, stamp)}
    times = [started]
    for path in _looked_into(context):
        if path.resolve() in written or path.resolve().is_relative_to(context.directory.resolve()):
            times.append(path.stat().st_mtime_ns)
    os.utime(stamp, ns=(started, max(times)))


def _looked_into(context: Context) -> list[Path]:
    return sorted({path for source in context.pipeline.ingest for path in folders(source.path, context.base)})


def write_depfile(context: Context, depfile: Path, stamp: Path | None) -> None:
    """Write a Makefile fragment: the stamp depends on every file read and every folder looked into.

    Each of them is a target of its own without a recipe, so that a deleted input rebuilds instead of stopping Make.
    What lies elsewhere has no time that Make could see: then the stamp depends on a file that is never there, too, and
    each run asks for itself what changed. Copies are our own, and newer than the run that made them began.
    """
    plan = make_plan(context)
    paths = [path for path in read_files(plan).values() if not path.is_relative_to(context.copies)]
    databases, has_unseen = _beyond(context)
    paths += [*databases, *_looked_into(context)]
    if has_unseen:
        paths.append(context.copies / "always")
    names = list(dict.fromkeys(_escaped(path) for path in paths))
    target = _escaped(stamp if stamp is not None else context.directory / "manifest.json")
    lines = [f"{target}: {' '.join(names)}", *(f"{name}:" for name in names)]
    depfile.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(depfile, ("\n".join(lines) + "\n").encode("utf-8", "surrogateescape"))


def _beyond(context: Context) -> tuple[list[Path], bool]:
    """(the database files that are asked, whether anything is read that lies elsewhere)."""
    sources = context.pipeline.ingest
    asked = [database_path(source.path, context.base) for source in sources if source.query is not None]
    has_unseen = None in asked or any(is_remote(source.path) for source in sources if source.query is None)
    return [path for path in asked if path is not None], has_unseen or bool(context.elsewhere)


def _escaped(path: Path) -> str:
    name = os.path.relpath(path)
    return name.replace("$", "$$").replace("#", "\\#").replace(" ", "\\ ").replace("%", "\\%")
