"""What a changed setting, file or cache costs: only what it touches is done anew, and the reason is said."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from prep import plan, run

if TYPE_CHECKING:
    from conftest import Project

PIPELINE = """
name: p
label: label
ingest: [{path: "*.csv", id: id, text: text}]
clean: [normalize_text]
dedupe: {near: {threshold: 0.8}}
format: {user: "{{ text }}", assistant: "{{ label }}"}
split: {into: {train: 0.8, test: 0.2}}
"""
SEGMENTS = ["read", "decide", "transform", "assign", "write"]


def table(name: str, rows: int) -> str:
    lines = [
        f"{name}{row},the {name} text of row {row} about {'things ' * (row % 7)},{'ab'[row % 2]}" for row in range(rows)
    ]
    return "id,text,label\n" + "\n".join(lines) + "\n"


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every file is a part of its own."""
    from prep.engine import sizing

    monkeypatch.setattr(sizing, "PART_BYTES", 2048)


def counts(result: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """(reused, run) by segment."""
    return {entry["segment"]: (entry["reused"], entry["run"]) for entry in result["segments"]}


def reasons(outlook: dict[str, Any]) -> dict[str, str | None]:
    return {entry["segment"]: entry["why"] for entry in outlook["segments"]}


def write(project: Project, files: int = 6) -> Path:
    return project(PIPELINE, **{f"f{number}__csv": table(f"f{number}-", 60) for number in range(files)})


@pytest.mark.usefixtures("small_parts")
def test_a_changed_threshold_signs_nothing_again(project: Project) -> None:
    """The parts are reused; the plan, `--json` and the run name the setting with its old and new value."""
    path = write(project)
    parts = counts(run(path, workers=1))["read"][1]
    why = "dedupe.near.threshold 0.8 -> 0.85"
    change = ["dedupe.near.threshold=0.85"]
    assert reasons(plan(path, change)) == {"read": None, **dict.fromkeys(SEGMENTS[1:], why)}
    again = run(path, change, workers=1)
    assert counts(again)["read"] == (parts, 0)
    assert reasons(again)["decide"] == why


@pytest.mark.usefixtures("small_parts")
def test_one_more_file_runs_its_own_parts_and_the_barriers(project: Project) -> None:
    """Of six files five are not read again, nor formatted again."""
    path = write(project)
    whole = counts(run(path, workers=1))
    parts = whole["read"][1]
    (path.parent / "f9.csv").write_text(table("f9-", 60))
    assert reasons(plan(path))["read"] == "f9.csv added"
    grown = counts(run(path, workers=1))
    assert grown["read"] == (parts, parts // 6)
    assert grown["transform"][0] == whole["transform"][1]


@pytest.mark.usefixtures("small_parts")
def test_a_changed_and_a_deleted_file_are_named(project: Project) -> None:
    """`f1.csv changed`, `f2.csv deleted`."""
    path = write(project)
    run(path, workers=1)
    (path.parent / "f1.csv").write_text(table("f1-", 61))
    assert reasons(plan(path))["read"] == "f1.csv changed"
    (path.parent / "f1.csv").write_text(table("f1-", 60))
    (path.parent / "f2.csv").unlink()
    assert plan(path)["why"] == "f2.csv deleted"


def test_touching_a_file_reruns_nothing(project: Project) -> None:
    """Another time stamp on the same bytes: up to date."""
    path = write(project)
    run(path, workers=1)
    os.utime(path.parent / "f1.csv", (1, 1))
    assert plan(path)["up_to_date"]
    assert run(path, workers=1)["ran_tasks"] == 0


def test_another_version_is_the_reason(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`polars 2.1.0 -> 9.9`."""
    from prep.engine import keys
    from prep.engine import reasons as module

    path = write(project, 1)
    run(path, workers=1)
    versions = keys.library_versions()
    for where in (keys, module):
        monkeypatch.setattr(where, "library_versions", lambda: versions | {"polars": "9.9"})
    assert plan(path)["why"] == f"polars {versions['polars']} -> 9.9"


@pytest.mark.parametrize("how", ["flipped", "cut", "gone", "mark"])
def test_a_corrupt_entry_of_the_cache_is_made_again(project: Project, how: str) -> None:
    """A flipped byte, a cut file, a missing one, a broken mark: the output is what it was."""
    path = write(project, 2)
    result = run(path, workers=1)
    out = Path(result["directory"])
    before = {file.name: file.read_bytes() for file in out.rglob("*.jsonl")}
    for name in (path.parent / ".prep" / "tasks").rglob("*.records.parquet" if how != "mark" else "done.json"):
        data = name.read_bytes()
        name.unlink()
        if how != "gone":
            name.write_bytes({"cut": data[:-9], "mark": b"{", "flipped": data[:-9] + b"x" + data[-8:]}[how])
    (out / "run.json").unlink()
    run(path, ["format.system=Say it."], workers=1)
    again = run(path, workers=1)
    assert {file.name: file.read_bytes() for file in Path(again["directory"]).rglob("*.jsonl")} == before


def test_a_cache_that_was_copied_is_used(project: Project, tmp_path: Path) -> None:
    """Other inodes and times, the same bytes: nothing is done again but publishing."""
    import shutil

    path = write(project, 2)
    run(path, workers=1)
    shutil.copytree(path.parent / ".prep", tmp_path / "copy")
    shutil.rmtree(tmp_path / "copy" / "published")
    assert run(path, workers=1, cache=tmp_path / "copy")["ran_tasks"] == 0


def test_what_was_not_used_for_longest_leaves_a_full_cache_first(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a limit of one byte only the last run's tasks are left, and the run before it is done anew."""
    path = write(project, 2)
    monkeypatch.setenv("PREP_CACHE_LIMIT", "1B")
    first = run(path, workers=1)
    second = run(path, ["clean=[]"], workers=1)
    left = len(list((path.parent / ".prep" / "tasks").iterdir()))
    verified = 1  # the similarities found, which the next run may need
    assert left == second["ran_tasks"] + second["reused_tasks"] + verified
    assert run(path, workers=1)["ran_tasks"] == first["ran_tasks"]


def test_memory_sizes_parts_and_workers(project: Project) -> None:
    """Little memory: smaller parts, then fewer workers; the plan says what was chosen; too little is refused."""
    from prep import UsageError

    path = write(project, 1)
    small = plan(path, memory="700MiB", workers=2)
    assert (small["workers"], small["part_bytes"]) == (2, 2 * 2**20)
    assert small["memory_bytes"] <= 700 * 2**20
    with pytest.raises(UsageError, match=r"--memory 100\.0 MiB is not enough: 1 worker and the calling process need"):
        plan(path, memory="100MiB")
    run(path, workers=2, memory="700MiB")
    assert plan(path)["up_to_date"]  # the cut of the last run stays until --memory says otherwise


@pytest.mark.usefixtures("small_parts")
def test_pairs_that_were_verified_are_not_verified_again(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more file: only its own pairs are looked at, a damaged memory of the others counts as none, the end is the
    same."""
    from prep.similarity import verified

    counts: list[int] = []
    verify = verified.verify
    monkeypatch.setattr(verified, "verify", lambda pairs, texts: counts.append(len(pairs)) or verify(pairs, texts))
    alike = "id,text,label\n" + "".join(f"x{row},{'the same long text ' * 9} {row},a\n" for row in range(20))
    path = project(PIPELINE, a__csv=alike, b__csv=alike.replace("x", "y"))
    run(path, workers=1)
    first = sum(counts)
    counts.clear()
    (path.parent / "c.csv").write_text("id,text,label\nz1,a text of another kind with words of its own,a\n")
    grown = run(path, workers=1)
    assert counts
    assert first > 100
    assert sum(counts) == 0
    for memory in (path.parent / ".prep" / "tasks").glob("*/pairs.parquet"):
        if not (memory.parent / "together.parquet").exists():
            memory.write_bytes(b"damaged")
    (path.parent / "d.csv").write_text("id,text,label\nz2,yet another text with its own words that nobody has,a\n")
    run(path, workers=1)
    assert sum(counts) == first
    assert run(path, workers=1, force=True)["records"]["read"] == grown["records"]["read"] + 1
