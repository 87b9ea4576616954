"""How large the cache is, and how it stays below its limit: what was not used for longest goes first."""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from prep.engine.cache import DONE, Cache
from prep.engine.sizes import parse_size
from prep.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LIMIT_VARIABLE = "PREP_CACHE_LIMIT"
DEFAULT_LIMIT = "50GiB"


def limit() -> int:
    """The bytes the cache may keep after a run: PREP_CACHE_LIMIT ("20GiB"), else 50 GiB. UsageError for no size."""
    return parse_size(os.environ.get(LIMIT_VARIABLE, DEFAULT_LIMIT), LIMIT_VARIABLE)


@contextmanager
def in_use(cache: Cache) -> Iterator[None]:
    """Hold the cache while its tasks are read and made: nobody removes any. Runs share it."""
    with (cache.root / "in-use.lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield


def describe(folder: Path, most: int | None) -> dict[str, Any]:
    """What the cache `folder` holds, after it was made smaller where `most` (bytes) says so.

    UsageError where another run uses it, so that nothing may be removed.
    """
    cache = Cache(folder)
    shrunk = shrink(cache, most) if most is not None else {}
    if shrunk is None:
        raise UsageError("a run uses this cache", where=str(folder), hint="wait until it has finished")
    tasks = contents(cache)
    return {
        "schema_version": 1,
        "cache": str(folder),
        "tasks": len(tasks),
        "bytes": sum(entry["bytes"] for entry in tasks),
        "longest_unused": tasks[0]["used"] if tasks else None,
        "last_used": tasks[-1]["used"] if tasks else None,
        "limit_bytes": limit(),
        "removed": shrunk.get("removed", 0),
        "removed_bytes": shrunk.get("removed_bytes", 0),
    }


def contents(cache: Cache) -> list[dict[str, Any]]:
    """Every finished task: `key`, `bytes`, `used` (seconds since the epoch), the longest unused first."""
    found = []
    folders = list(cache.tasks.iterdir()) if cache.tasks.is_dir() else []
    for folder in folders:
        try:
            used = (folder / DONE).stat().st_mtime
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        except OSError:
            used, size = 0.0, 0  # damaged, or removed by another run just now
        found.append({"key": folder.name, "bytes": size, "used": used})
    return sorted(found, key=lambda entry: (entry["used"], entry["key"]))


def shrink(cache: Cache, most: int, *, since: float | None = None) -> dict[str, int] | None:
    """Remove tasks until the cache has `most` bytes; those used after `since` stay. None: another run uses the cache.

    Returns how many tasks and bytes went, and how many are left. What killed runs left half-made goes, too.
    """
    if not cache.root.is_dir():
        return {"removed": 0, "removed_bytes": 0, "tasks": 0, "bytes": 0}
    with (cache.root / "in-use.lock").open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return None
        half = cache.root / "tmp"
        if half.is_dir():
            _remove_all(half)
        return _remove_tasks(cache, most, time.time() + 1 if since is None else since)


def _remove_tasks(cache: Cache, most: int, since: float) -> dict[str, int]:
    tasks = contents(cache)
    size, removed, removed_bytes = sum(entry["bytes"] for entry in tasks), 0, 0
    for entry in tasks:
        if size <= most or entry["used"] >= since:
            break
        _remove(cache.folder(entry["key"]))
        size, removed, removed_bytes = size - entry["bytes"], removed + 1, removed_bytes + entry["bytes"]
    return {"removed": removed, "removed_bytes": removed_bytes, "tasks": len(tasks) - removed, "bytes": size}


def _remove(folder: Path) -> None:
    """The mark first: a task that is half removed does not count as done."""
    (folder / DONE).unlink(missing_ok=True)
    shutil.rmtree(folder)


def _remove_all(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path)
