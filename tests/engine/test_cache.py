"""Finished tasks are whole or absent."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from prep.engine.cache import DONE, Cache


def cache(folder: Path) -> Cache:
    return Cache(folder / ".prep").open()


def write(folder: Path) -> dict[str, Any]:
    (folder / "a.txt").write_text("data")
    return {"rows": 1}


def test_a_finished_task_is_found_by_its_key(tmp_path: Path) -> None:
    """What `work` returned comes back as facts, and its files lie in the task's folder."""
    store = cache(tmp_path)
    store.make("k", write)
    mark = store.done("k")
    assert mark is not None
    assert mark["facts"] == {"rows": 1}
    assert (store.folder("k") / "a.txt").read_text() == "data"


def test_a_task_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """An error in the middle leaves neither a folder nor a done-mark nor anything temporary."""
    store = cache(tmp_path)

    def fail(folder: Path) -> dict[str, Any]:
        write(folder)
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        store.make("k", fail)
    assert store.done("k") is None
    assert list((store.root / "tmp").iterdir()) == []


@pytest.mark.parametrize("damage", ["cut", "missing", "mark", "foreign"])
def test_a_damaged_entry_counts_as_missing(tmp_path: Path, damage: str) -> None:
    """A file that is gone or of another size, an unreadable mark, or another key's mark: the task is not done."""
    store = cache(tmp_path)
    store.make("k", write)
    folder = store.folder("k")
    if damage == "cut":
        (folder / "a.txt").write_text("da")
    elif damage == "missing":
        (folder / "a.txt").unlink()
    elif damage == "mark":
        (folder / DONE).write_text("{")
    else:
        (folder / DONE).write_text(json.dumps({"key": "other", "files": {}, "facts": {}}))
    assert store.done("k") is None
    store.make("k", write)
    assert store.done("k") is not None


def test_the_cache_is_private_and_ignored_by_git(tmp_path: Path) -> None:
    """Only its owner may look into the folder, and git never lists it."""
    store = cache(tmp_path)
    assert stat.S_IMODE(store.root.stat().st_mode) == 0o700
    assert (store.root / ".gitignore").read_text() == "*\n"
