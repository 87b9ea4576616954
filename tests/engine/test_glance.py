"""A run with nothing to do knows it from a listing."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from prep.engine import run as module
from prep.engine.progress import Silent
from prep.engine.run import execute, open_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    Again = Callable[[], tuple[dict[str, Any], bool]]

LONG_AGO = 1_600_000_000
PIPELINE = """ingest: [{path: data/**/*.txt}]
clean: [normalize_text]
output: {directory: out, records: records.jsonl}
"""


@pytest.fixture
def again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Again:
    """Run the pipeline over two old files once more; says whether the inputs were looked into."""
    looked: list[object] = []
    make_plan = module.make_plan
    monkeypatch.setattr("prep.engine.glance.UNSETTLED_NS", 0)
    monkeypatch.setattr("prep.engine.inputs.UNSETTLED_NS", 0)

    def watched(*arguments: Any) -> Any:
        looked.append(arguments)
        return make_plan(*arguments)

    monkeypatch.setattr(module, "make_plan", watched)
    for name in ("a.txt", "deep/b.txt"):
        path = tmp_path / "data" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"The text of {name}.\n")
        os.utime(path, (LONG_AGO, LONG_AGO))
    (tmp_path / "pipeline.yaml").write_text(PIPELINE)

    def run() -> tuple[dict[str, Any], bool]:
        looked.clear()
        result = execute(open_run(tmp_path / "pipeline.yaml", workers=1), Silent())
        return result, bool(looked)

    run()
    return run


def test_a_run_with_nothing_to_do_only_lists(again: Again) -> None:
    """The second run finds the same listing and ends; no plan is made."""
    result, looked = again()
    assert result["up_to_date"]
    assert not looked


@pytest.mark.parametrize("change", ["added", "changed", "deleted", "renamed", "setting", "output"])
def test_whatever_changes_is_seen(again: Again, tmp_path: Path, change: str) -> None:
    """A file that is added, changed, deleted or renamed, a setting and a lost output each make a run."""
    file = tmp_path / "data" / "a.txt"
    if change == "added":
        (tmp_path / "data" / "c.txt").write_text("One more.\n")
    elif change == "changed":
        status = file.stat()
        file.write_text(file.read_text().upper())
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    elif change == "deleted":
        file.unlink()
    elif change == "renamed":
        file.rename(file.with_name("z.txt"))
    elif change == "setting":
        (tmp_path / "pipeline.yaml").write_text(PIPELINE.replace("normalize_text", "drop_short: {min_words: 1}"))
    else:
        (tmp_path / "out" / "records.jsonl").unlink()
    result, looked = again()
    assert looked
    assert not result["up_to_date"]
    result, looked = again()
    assert result["up_to_date"]
    assert not looked


def test_a_touched_file_is_looked_into_once(again: Again, tmp_path: Path) -> None:
    """Other times, the same bytes: the plan finds nothing to do, and from then on the listing is enough."""
    os.utime(tmp_path / "data" / "a.txt", (LONG_AGO + 9, LONG_AGO + 9))
    assert (again()[1], again()[1]) == (True, False)


def test_a_link_to_another_file_is_seen(again: Again, tmp_path: Path) -> None:
    """A link is asked for the file it leads to."""
    other = tmp_path / "other.text"
    other.write_text("Elsewhere.\n")
    link = tmp_path / "data" / "link.txt"
    link.symlink_to(other)
    again()
    assert not again()[1]
    other.write_text("Elsewhere, changed.\n")
    assert again()[1]


def test_what_has_just_changed_is_looked_into(again: Again, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that may change again without a new time stamp is not taken by its stamp."""
    monkeypatch.setattr("prep.engine.glance.UNSETTLED_NS", 10**18)
    assert again()[1]
