"""A worker that dies in native code: what killed it is set aside, the rest goes through."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from conftest import Project, prep

# A step, and a reader, that die as native code does: by a signal, past every handler of Python.
STEP = '''
import ctypes, os, signal
import polars as pl
from prep import step
from prep.stages.registry import StepConfig


class Fragile(StepConfig):
    """Die of one word."""


@step
def fragile(part, config: Fragile):
    if part.frame["text"].str.contains("poison").fill_null(False).any():
        os.kill(os.getpid(), signal.SIGSEGV)
    return part
'''
READER = """
import os, signal
from prep import reader
from prep.stages.ingest.rows import Rows


@reader(".frag")
def read_frag(file, piece, batch_bytes):
    data = file.path.read_bytes()
    if b"poison" in data:
        os.kill(os.getpid(), signal.SIGSEGV)
    yield Rows(file, columns={"text": [data.decode()]}, rows=[1], json=[None], size=len(data))
"""
# A reader that never comes back: in a loop of its own, or in a native call that holds the interpreter's lock.
HANGING = """
import ctypes
from prep import reader
from prep.stages.ingest.rows import Rows


@reader(".frag")
def read_frag(file, piece, batch_bytes):
    data = file.path.read_bytes()
    while b"poison" in data:
        pass
    if b"venom" in data:
        lock, mutex = ctypes.PyDLL(None).pthread_mutex_lock, ctypes.create_string_buffer(64)
        lock(mutex)
        lock(mutex)
    yield Rows(file, columns={"text": [data.decode()]}, rows=[1], json=[None], size=len(data))
"""
PIPELINE = """
name: p
plugins: [plugin.py]
max_quarantined: 0.9
ingest: [{path: "*.jsonl", text: text}]
clean: [fragile]
format: {user: "{{ text }}", assistant: "yes"}
"""
FILES = """
name: p
plugins: [plugin.py]
max_quarantined: 0.9
ingest: [{path: "*.frag"}]
format: {user: "{{ text }}", assistant: "yes"}
"""


def lines(count: int, poisoned: set[int]) -> str:
    words = ["poison" if number in poisoned else "plain" for number in range(count)]
    return "".join(json.dumps({"text": f"{word} text number {number}"}) + "\n" for number, word in enumerate(words))


def quarantined(path: Path) -> list[tuple[str, str]]:
    book = pl.read_parquet(path.parent / "build" / "p" / "ledger.parquet")
    return book.filter(pl.col("event") == "quarantined").select("record", "reason").rows()


def run(path: Path) -> dict[str, int]:
    done = prep("run", path, "--json")
    assert done.returncode == 0, done.stderr
    found: dict[str, int] = json.loads(done.stdout)["records"]
    return found


def test_records_that_kill_a_worker_are_set_aside_and_the_rest_is_written(project: Project) -> None:
    """Two records of two files: each in the ledger as `worker_crashed`, under its place; the next run reuses all."""
    files = {"a__jsonl": lines(64, {7}), "b__jsonl": lines(64, {0}), "c__jsonl": lines(64, set())}
    path = project(PIPELINE, plugin__py=STEP, **files)
    assert run(path) == {"read": 190, "created": 0, "quarantined": 2, "dropped": 0, "written": 190}
    assert quarantined(path) == [("a.jsonl:8", "worker_crashed"), ("b.jsonl:1", "worker_crashed")]
    assert json.loads(prep("plan", path, "--json").stdout)["up_to_date"]


def test_a_file_that_kills_its_reader_is_set_aside(project: Project) -> None:
    """One of many small files in one task: named in the ledger, all others are read."""
    files = {f"f{number}__frag": f"plain text {number} " for number in range(6)}
    path = project(FILES, plugin__py=READER, bad__frag="poison", **files)
    assert run(path)["quarantined"] == 1
    assert quarantined(path) == [("bad.frag", "worker_crashed")]


def test_a_worker_that_always_dies_ends_the_run_with_words(project: Project) -> None:
    """No file and no record is to blame: exit 2, what died is named, nothing is published."""
    path = project(PIPELINE, plugin__py=STEP.replace(".any()", ".any() or True"), a__jsonl=lines(3, set()))
    done = prep("run", path)
    assert done.returncode == 2
    assert (
        "a worker ended with signal 11 in a task of kind read, and no single file or record is to blame" in done.stderr
    )
    assert not (path.parent / "build").exists()


@pytest.mark.parametrize(
    ("word", "reason"),
    [("poison", "took_too_long"), pytest.param("venom", "worker_crashed", marks=pytest.mark.slow)],
)
def test_a_reader_that_hangs_is_ended(project: Project, word: str, reason: str) -> None:
    """A plug-in that loops, or a native call that never returns, costs its file and no more than its time."""
    files = {f"f{number}__frag": f"plain text {number} " for number in range(3)}
    pipeline = FILES.replace('"*.frag"', '"*.frag", limits: {seconds: 0.5}')
    path = project(pipeline, plugin__py=HANGING, bad__frag=word, **files)
    begun = time.monotonic()
    assert run(path)["quarantined"] == 1
    assert time.monotonic() - begun < 120
    assert quarantined(path) == [("bad.frag", reason)]


def test_a_workbook_with_a_cell_far_out_kills_no_run(tmp_path: Path) -> None:
    """Its parser takes memory for every cell between: the file is set aside, nothing is printed, others are read."""
    for name, place in (("far", "XFD1048576"), ("near", "A2")):
        book = openpyxl.Workbook()
        book.active["A1"] = "text"
        book.active[place] = "a record"
        book.save(tmp_path / f"{name}.xlsx")
    path = tmp_path / "p.yaml"
    path.write_text("max_quarantined: 1.0\ningest: [{path: '*.xlsx'}]\noutput: {records: r.parquet}\n")
    done = prep("run", path, "--json")
    assert done.returncode == 0, done.stderr
    assert quarantined(path) == [("far.xlsx", "worker_crashed")]
    assert json.loads(done.stdout)["records"]["read"] == 1
    assert "alloc" not in done.stderr


def test_a_pipe_among_the_inputs_is_never_opened(tmp_path: Path) -> None:
    """Opened, it would wait for a writer for ever: it is set aside, in the outputs and the manifest as well."""
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "good.txt").write_text("a record of a few words")
    path = tmp_path / "p.yaml"
    path.write_text("max_quarantined: 1.0\ningest: [{path: '*.txt'}]\noutput: {records: r.parquet}\n")
    for command in ("plan", "run"):
        done = prep(command, path, "--json")
        assert done.returncode == 0, done.stderr
    assert quarantined(path) == [("pipe.txt", "not_a_file")]
    assert json.loads(done.stdout)["records"]["read"] == 1
