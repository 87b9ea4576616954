"""The cache stays below its limit, and never loses what a run uses."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from prep.engine.cache import DONE, Cache
from prep.engine.cache_size import contents, describe, in_use, limit, shrink
from prep.engine.sizes import parse_size, told
from prep.errors import UsageError


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    """Three tasks, "a" used longest ago."""
    store = Cache(tmp_path / ".prep").open()
    for age, name in enumerate("cba"):

        def write(folder: Path) -> dict[str, Any]:
            (folder / "data").write_bytes(b"x" * 10_000)
            return {}

        store.make(name, write)
        os.utime(store.folder(name) / DONE, (1_000_000 - age, 1_000_000 - age))
    return store


def test_what_was_not_used_for_longest_goes_first(cache: Cache) -> None:
    """Of three tasks one has to go: the oldest."""
    size = sum(entry["bytes"] for entry in contents(cache))
    assert shrink(cache, size - 1) is not None
    assert [entry["key"] for entry in contents(cache)] == ["b", "c"]


def test_a_used_task_is_not_the_oldest_any_more(cache: Cache) -> None:
    """Reuse counts as use."""
    assert cache.use("a") is not None
    assert [entry["key"] for entry in contents(cache)] == ["b", "c", "a"]


def test_what_this_run_used_stays_whatever_the_limit(cache: Cache) -> None:
    """Tasks used since the run began are kept."""
    found = shrink(cache, 0, since=1_000_000 - 1)
    assert found is not None
    assert (found["removed"], found["tasks"]) == (1, 2)


def test_nothing_is_removed_while_a_run_uses_the_cache(cache: Cache) -> None:
    """Another run's tasks are safe: `prep cache` says so."""
    with in_use(cache):
        assert shrink(cache, 0) is None
        with pytest.raises(UsageError, match="a run uses this cache"):
            describe(cache.root, 0)
    assert len(contents(cache)) == 3


def test_what_killed_runs_left_half_made_goes(cache: Cache) -> None:
    """Folders under tmp/ that nobody will rename any more."""
    (cache.root / "tmp" / "task-dead").mkdir(parents=True)
    assert shrink(cache, 10**9) is not None
    assert list((cache.root / "tmp").iterdir()) == []


def test_a_folder_without_a_cache_has_nothing(tmp_path: Path) -> None:
    """Neither an error nor a folder made."""
    found = describe(tmp_path / "none", 0)
    assert (found["tasks"], found["bytes"], found["removed"]) == (0, 0, 0)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    ("text", "size"), [("2GiB", 2 * 2**30), ("500MB", 500_000_000), ("1.5 k", 1536), ("7", 7), ("3tib", 3 * 2**40)]
)
def test_sizes_are_read_as_people_write_them(text: str, size: int) -> None:
    """Thousands and 1,024s."""
    assert parse_size(text, "x") == size


@pytest.mark.parametrize("text", ["", "much", "-1", "2 GiB more", "1e9", "nan"])
def test_what_is_no_size_is_said(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the name of what was given."""
    monkeypatch.setenv("PREP_CACHE_LIMIT", text)
    with pytest.raises(UsageError, match=r"PREP_CACHE_LIMIT: .* is no size"):
        limit()


def test_sizes_are_told_in_the_unit_that_fits() -> None:
    """From bytes to GiB."""
    assert [told(size) for size in (0, 999, 1536, 2**20, 5 * 2**40)] == [
        "0 bytes", "999 bytes", "1.5 KiB", "1.0 MiB", "5,120.0 GiB"
    ]  # fmt: skip
