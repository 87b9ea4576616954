"""Whether everything a run needs is there and as it should be: for `prep doctor`."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from shutil import which
from typing import TYPE_CHECKING, Any

from prep.errors import PrepError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

# Programs that are not needed: what they are good for.
OPTIONAL = {"make": "the Makefile that `prep init` writes", "git": "versions of the pipeline file"}
OLD_DAYS = 180


def examine(today: date) -> dict[str, Any]:
    """Every check with its state: ok, warning or failed; `ok` is false where one failed."""
    checks = [*_software(), *_tokenizers(), *_catalog(today), *_folder(), *_optional()]
    return {"schema_version": 1, "ok": all(check["state"] != "failed" for check in checks), "checks": checks}


def _check(what: str, state: str, says: str, hint: str | None = None) -> dict[str, Any]:
    return {"check": what, "state": state, "says": says, "hint": hint}


def _software() -> Iterator[dict[str, Any]]:
    told = f"prep {version('prep')}, Python {platform.python_version()}, {platform.system()} {platform.machine()}"
    yield _check("software", "ok", told)
    for name in ("polars", "gigatoken", "tiktoken", "datasketch", "pypdfium2", "resiliparse"):
        try:
            yield _check(name, "ok", version(name))
        except PackageNotFoundError:
            yield _check(name, "failed", "is not installed", "install prep again")


def _tokenizers() -> Iterator[dict[str, Any]]:
    from prep.tokens.counter import counter
    from prep.tokens.ranks import RANK_HASHES, rank_file

    for name in sorted(RANK_HASHES):
        try:
            rank_file(name)
            tokens = int(counter(name).count(["The tenant pays the rent."])[0])
        except PrepError as error:
            yield _check(f"tokenizer {name}", "failed", error.message, error.hint)
        else:
            yield _check(f"tokenizer {name}", "ok", f"the published ranks, works offline ({tokens} tokens in a sample)")


def _catalog(today: date) -> Iterator[dict[str, Any]]:
    from prep.catalog import catalog_age

    for name, as_of, days in catalog_age(today):
        told = f"as of {as_of}, {days} days old"
        if days > OLD_DAYS:
            yield _check(f"catalog {name}", "warning", told, "newer figures come by --catalog FILE, or a newer prep")
        else:
            yield _check(f"catalog {name}", "ok", told)


def _folder() -> Iterator[dict[str, Any]]:
    here = Path.cwd()
    try:
        with tempfile.TemporaryFile(dir=here):
            free = os.statvfs(here).f_bavail * os.statvfs(here).f_frsize if sys.platform != "win32" else 0
    except OSError as error:
        yield _check("this folder", "warning", f"cannot be written: {error.strerror}", "run where results may lie")
    else:
        yield _check("this folder", "ok", f"can be written, {free / 1e9:,.1f} GB free, {os.cpu_count()} cores")


def _optional() -> Iterator[dict[str, Any]]:
    for name, use in OPTIONAL.items():
        there = which(name) is not None
        yield _check(f"{name} (optional)", "ok" if there else "warning", f"{'is' if there else 'is not'} there: {use}")
