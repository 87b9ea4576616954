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
from conftest import ROOT, Project, prep

TABLES = {
    "answers.csv": "Id,Question Text,Answer\n" + "".join(f"{n},How do I do {n}?,Do it {n} times.\n" for n in range(12)),
    "labels.tsv": "text\tintent\n"
    + "".join(f"send item {n} to me\t{'order' if n % 2 else 'ask'}\n" for n in range(12)),
    "semicolons in cp1252.csv": 'Größe der Frage;Réponse "finale" (à l\'agent);not\n'
    + "".join(f"wie groß ist {n};sehr groß {n};1\n" for n in range(12)),
    "template words.csv": "is,not\n" + "".join(f"how do I {n},like this {n}\n" for n in range(12)),
    "{{[odd]*$ #.csv": "a{{x}},b: c,#d\n" + "".join(f"some words {n},other words {n},{n}\n" for n in range(12)),
    "finished.jsonl": "".join(
        json.dumps({"messages": [{"role": "user", "content": f"is it {n}"}, {"role": "assistant", "content": "yes"}]})
        + "\n"
        for n in range(12)
    ),
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
    """Whatever the names of file and columns, in any encoding and with any delimiter: every row is in the examples."""
    (tmp_path / name).write_bytes(TABLES[name].encode("cp1252" if "cp1252" in name else "utf-8"))
    made = prep("init", "mine", "--from", name, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    done = prep("run", "--set", "dedupe.near=false", "--json", cwd=tmp_path / "mine")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["records"]["written"] == 12
    line = json.loads((tmp_path / "mine/build/dataset/finetune/azure/train.jsonl").read_text().splitlines()[0])
    assert [turn["role"] for turn in line["messages"]][-2:] == ["user", "assistant"]


def test_what_is_guessed_is_told(tmp_path: Path) -> None:
    """On the console and in the file; a table of one text becomes a table, for there is no answer to train."""
    (tmp_path / "t.csv").write_text("left,right\n" + "".join(f"one two {n},three four {n}\n" for n in range(9)))
    told = "`left` is taken for what is asked and `right` for the answer: no name says so."
    assert told in prep("init", "mine", "--from", "t.csv", cwd=tmp_path).stdout
    assert f"# {told}" in (tmp_path / "mine" / "pipeline.yaml").read_text()
    (tmp_path / "one.csv").write_text("what it says\n" + "".join(f"one two {n}\n" for n in range(9)))
    assert prep("init", "other", "--from", "one.csv", cwd=tmp_path).returncode == 0
    assert prep("run", cwd=tmp_path / "other").returncode == 0
    assert len((tmp_path / "other" / "build" / "dataset" / "dataset.csv").read_text().splitlines()) == 10


def test_an_id_counts_only_where_all_rows_have_their_own(tmp_path: Path) -> None:
    """One that repeats far down in the table would fail the run."""
    rows = "".join(f"{n % 30_000},what is the number {n},it is the number {n}\n" for n in range(40_000))
    (tmp_path / "t.csv").write_text("id,question,answer\n" + rows)
    assert prep("init", "mine", "--from", "t.csv", cwd=tmp_path).returncode == 0
    assert "id:" not in (tmp_path / "mine" / "pipeline.yaml").read_text()


def test_a_table_without_text_is_named_with_its_columns(tmp_path: Path) -> None:
    """Nothing is written."""
    (tmp_path / "t.csv").write_text("a,b\n1,2\n")
    done = prep("init", "mine", "--from", "t.csv", cwd=tmp_path)
    assert done.returncode == 2
    assert "a, b" in done.stderr
    assert not (tmp_path / "mine").exists()


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_works_where_no_environment_is_active(tmp_path: Path) -> None:
    """A prep that the shell does not know by name is called by its place."""
    bare = {"PATH": "/usr/bin:/bin"}
    if shutil.which("prep", path=bare["PATH"]) is None:
        made = prep("init", "mine", cwd=tmp_path, **bare)
        assert f"{Path(sys.executable).with_name('prep')} run pipeline.yaml" in made.stdout
        done = subprocess.run(
            ["make"], cwd=tmp_path / "mine", capture_output=True, text=True, check=False, env=os.environ | bare
        )
        assert "written" in done.stdout, done.stderr


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """A second `prep init` says what is in the way."""
    prep("init", "mine", cwd=tmp_path)
    (tmp_path / "mine" / "pipeline.yaml").write_text("mine")
    done = prep("init", "mine", cwd=tmp_path)
    assert done.returncode == 2
    assert "pipeline.yaml" in done.stderr
    assert (tmp_path / "mine" / "pipeline.yaml").read_text() == "mine"


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_cost_stops_a_pipeline_above_its_budget(tmp_path: Path) -> None:
    """`make cost` fails, and `make` itself does so before anything runs; the pipeline's own limit counts as well."""
    prep("init", "mine", cwd=tmp_path)
    folder = tmp_path / "mine"
    for targets in ([], ["cost"]):
        over = make(folder, *targets, "MAX_USD=0.0000001")
        assert over.returncode != 0
        assert "OVER the budget" in over.stdout
        assert not (folder / "build" / "dataset").exists()
    assert make(folder, "cost", "MAX_USD=50").returncode == 0
    text = (folder / "pipeline.yaml").read_text()
    (folder / "pipeline.yaml").write_text(text.replace("output:\n", "output:\n  cost: {max_usd: 0.0000001}\n"))
    assert make(folder, "cost").returncode != 0


STEPS = """
import pathlib
import polars as pl
from prep import TextStepConfig, step

class Meddle(TextStepConfig):
    '''Change the input while it is worked on.'''

@step
def meddle(text: pl.Expr, config: Meddle) -> pl.Expr:
    with open(pathlib.Path(__file__).parent / "d.csv", "a") as file:
        file.write("one more,row\\n")
    return text
"""


def test_what_changes_during_a_run_is_newer_than_its_stamp(project: Project, tmp_path: Path) -> None:
    """An input that is edited after it was read must not look done to Make."""
    path = project(
        "plugins: [steps.py]\ningest: [{path: d.csv, text: a}]\nclean: [meddle]\n"
        'format: {user: "{{ a }}", assistant: "{{ b }}"}\n',
        d__csv="a,b\nsome words,b\n",
        steps__py=STEPS,
    )
    done = prep("run", path, "--workers", "1", "--stamp", tmp_path / "s", "--depfile", tmp_path / "s.d")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "d.csv").stat().st_mtime_ns > (tmp_path / "s").stat().st_mtime_ns


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_outputs_in_a_folder_that_is_looked_into_do_not_rebuild(tmp_path: Path) -> None:
    """The run's own folders are no change of its input."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "d.csv").write_text("a,b\nsome words,b\n")
    (tmp_path / "p.yaml").write_text(
        'ingest: [{path: "**/*.csv", text: a}]\nformat: {user: "{{ a }}", assistant: "{{ b }}"}\n'
        "output: {directory: out/p}\n"
    )
    (tmp_path / "Makefile").write_text(
        "out.stamp: p.yaml\n\t$(PREP) run p.yaml --stamp $@ --depfile out.d\n-include out.d\n"
    )
    assert "written" in make(tmp_path).stdout
    assert "up to date" in make(tmp_path).stdout


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
    times = (folder / "build" / "pipeline.stamp").stat().st_mtime_ns + 1_000_000_000
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
