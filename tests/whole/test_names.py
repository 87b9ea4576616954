"""What records are called, and what is kept of input that could not be read."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest

from prep import run

sys.path.insert(0, str(Path(__file__).parents[1]))
if TYPE_CHECKING:
    from conftest import Project

CarryOut = Callable[..., tuple[dict[str, Any], Path]]
PIPELINE = """
ids: {ids}
keep_quarantined: {kept}
max_quarantined: 0.9
ingest:
  - {{path: '*.jsonl', id: mail, text: [q, a], from_path: '(?P<who>[a-z]+)[.]jsonl$'}}
  - path: talk.csv
    conversation: {{by: t, role: r, text: x}}
format: {{user: "{{{{ q }}}}", assistant: "{{{{ a }}}}"}}
"""
LINES = b'{"mail":"ann@example.org","q":"Which one is it?","a":"The first."}\nbroken line\n'
TALK = b"t,r,x\nbob@example.org,user,Hello\nbob@example.org,assistant,Hi\n"


def test_opaque_ids_name_neither_file_nor_key(project: Project, carry_out: CarryOut) -> None:
    """In no output but the columns themselves; the same names give the same ids in every run."""
    runs = []
    for _ in range(2):
        path = project(PIPELINE.format(ids="opaque", kept="false"), smith__jsonl=LINES, talk__csv=TALK)
        result, out = carry_out(path, force=True)
        runs.append(pl.read_parquet(out / "ledger.parquet"))
    assert runs[0].equals(runs[1])
    told = runs[0].select("record", "_file", "ref").write_json() + (out / "manifest.json").read_text()
    for name in ("smith", "talk", "ann@", "bob@", "example.org"):
        assert name not in told, name
    assert result["records"]["read"] == 3


def test_readable_ids_are_files_and_keys(project: Project, carry_out: CarryOut) -> None:
    """The default."""
    path = project(PIPELINE.format(ids="readable", kept="false"), smith__jsonl=LINES, talk__csv=TALK)
    _, out = carry_out(path)
    records = set(pl.read_parquet(out / "ledger.parquet")["record"])
    assert {"smith.jsonl:ann@example.org", "smith.jsonl:2", "talk.csv#bob@example.org"} <= records
    assert not (out / "quarantined.jsonl").exists()


def test_what_could_not_be_read_is_kept_on_demand(project: Project, carry_out: CarryOut) -> None:
    """A line an entry: its place, its reason, its hash, and the start of what was there."""
    path = project(PIPELINE.format(ids="readable", kept="true"), smith__jsonl=LINES, talk__csv=TALK)
    _, out = carry_out(path)
    [line] = (out / "quarantined.jsonl").read_text().splitlines()
    entry = json.loads(line)
    assert (entry["place"], entry["reason"], entry["content"]) == ("smith.jsonl:2", "invalid_json", "broken line")
    assert "quarantined.jsonl" in json.loads((out / "manifest.json").read_text())["outputs"]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_file_that_the_system_does_not_let_be_read_costs_no_run(
    project: Project, tmp_path: Path, workers: int
) -> None:
    """It is one entry of the quarantine, and the manifest vouches for no bytes of it."""
    path = project("ingest: [{path: 'in/*.{txt,jsonl}'}]\nmax_quarantined: 1\noutput: {records: r.jsonl}\n")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("text")
    for name, place in (("b.txt", "/proc/self/mem"), ("c.jsonl", "/proc/1/mem")):
        (tmp_path / "in" / name).symlink_to(place)  # regular, and each read of it fails
    result = run(path, workers=workers)
    assert result["records"]["written"] == 1
    assert result["quarantined_by_reason"] == {"unreadable_file": 2}
    manifest = json.loads((Path(result["directory"]) / "manifest.json").read_text())
    assert manifest["inputs"]["in/b.txt"] == {"sha256": None}
