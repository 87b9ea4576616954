"""`prep init` leaves a folder in which `prep run` and `make` work at once."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import ROOT, prep

TABLES = {
    "answers.csv": "Id,Question Text,Answer\n" + "".join(f"{n},How do I do {n}?,Do it {n} times.\n" for n in range(12)),
    "labels.tsv": "text\tintent\n"
    + "".join(f"send item {n} to me\t{'order' if n % 2 else 'ask'}\n" for n in range(12)),
    "talk.jsonl": "".join(
        json.dumps({"ticket_id": f"T{n // 2}", "sender_type": "Agent" if n % 2 else "Customer", "body": f"words {n}"})
        + "\n"
        for n in range(24)
    ),
}


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`make` in a folder, with the `prep` of this environment."""
    command = ["make", f"PREP={sys.executable} -m prep", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_starter_runs_without_a_warning(tmp_path: Path) -> None:
    """What a newcomer sees first is clean."""
    assert prep("init", "mine", cwd=tmp_path).returncode == 0
    done = prep("run", "--json", cwd=tmp_path / "mine")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["warnings"] == []
    assert result["splits"]["train"]["examples"] >= 10


@pytest.mark.parametrize("name", TABLES)
def test_a_pipeline_fitted_to_a_table_runs(tmp_path: Path, name: str) -> None:
    """Questions and answers, texts with labels, and one row a message: every row is in the examples."""
    (tmp_path / name).write_text(TABLES[name])
    made = prep("init", "mine", "--from", name, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    done = prep("run", "--set", "dedupe.near=false", "--json", cwd=tmp_path / "mine")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["records"]["written"] == 12
    line = json.loads((tmp_path / "mine/build/dataset/finetune/azure/train.jsonl").read_text().splitlines()[0])
    assert [turn["role"] for turn in line["messages"]][-2:] == ["user", "assistant"]


def test_a_table_that_says_nothing_is_named_with_its_columns(tmp_path: Path) -> None:
    """Nothing is guessed, nothing is written."""
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    done = prep("init", "mine", "--from", "t.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert "a, b" in done.stderr
    assert not (tmp_path / "mine").exists()


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A second `prep init` says what is in the way."""
    prep("init", "mine", cwd=tmp_path)
    (tmp_path / "mine" / "pipeline.yaml").write_text("mine")
    done = prep("init", "mine", cwd=tmp_path)
    assert done.returncode == 2
    assert "pipeline.yaml" in done.stderr
    assert (tmp_path / "mine" / "pipeline.yaml").read_text() == "mine"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_the_second_make_does_nothing_and_every_change_of_the_input_rebuilds(tmp_path: Path) -> None:
    """Editing, adding and deleting an input, with the Makefile that `prep init` wrote."""
    prep("init", "mine", cwd=tmp_path)
    folder = tmp_path / "mine"
    pipeline = folder / "pipeline.yaml"
    pipeline.write_text(pipeline.read_text().replace("data/qa.csv", "data/*.csv"))

    def read() -> str:
        done = make(folder)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert "written" in read()
    assert "up to date" in read()
    table = folder / "data" / "qa.csv"
    times = (folder / "build" / "pipeline.stamp").stat().st_mtime_ns + 1_000_000
    table.write_text(table.read_text() + "99,other,Is there one more?,Yes there is one more.\n")
    os.utime(table, ns=(times, times))
    assert "written" in read()
    assert "up to date" in read()
    shutil.copy(ROOT / "sample_data/support/qa.csv", folder / "data" / "more.csv")
    added = make(folder)  # another table has other columns: that it is read is what matters
    assert "up to date" not in added.stdout
    (folder / "data" / "more.csv").unlink()
    assert "up to date" not in read()
    assert "up to date" in read()
