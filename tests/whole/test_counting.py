"""Counting in whole runs: windows in the ledger and on one side of the split, a tokenizer of one's own, estimates."""

from __future__ import annotations

import json
import random
import re
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import polars as pl
import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import Project, prep
from recount import same_bytes

from prep import PipelineError, plan

PIPELINE = """
ingest: [{path: d.jsonl, id: id}]
dedupe: {exact: true, near: {threshold: 0.8}}
format: {passthrough: true}
count: {window: {max_tokens: 120, overlap: 1}}
split: {into: {train: 0.7, test: 0.3}}
output: {directory: out}
"""


def dialogues(count: int) -> str:
    """Dialogues of 1 to 14 turns, every fifth twice; each question names its dialogue."""
    rng = random.Random(4)
    words = "alpha beta gamma delta river stone light paper green seven house".split()
    lines = []
    for number in range(count):
        messages = [{"role": "system", "content": "Be kind."}]
        for turn in range(rng.randint(1, 14)):
            messages.append({"role": "user", "content": f"q{number}.{turn} {' '.join(rng.choices(words, k=8))}"})
            messages.append({"role": "assistant", "content": f"a{turn} {' '.join(rng.choices(words, k=10))}"})
        lines.append(json.dumps({"id": f"d{number}", "messages": messages}))
        if number % 5 == 0:
            lines.append(json.dumps({"id": f"e{number}", "messages": messages}))
    return "\n".join(lines)


def test_windows_are_children_in_the_ledger_on_one_side(project: Project, carry_out: Any) -> None:
    """Dialogues are dropped as `chunked`, their windows created; a duplicate's survivor lives on in its windows."""
    result, out = carry_out(project(PIPELINE, d__jsonl=dialogues(40)))
    records = result["records"]
    assert records["created"] > records["dropped"] > 0
    assert records["read"] + records["created"] == records["dropped"] + records["written"]
    sides = defaultdict(set)
    lines = 0
    for split in ("train", "test"):
        for line in (out / "finetune" / "azure" / f"{split}.jsonl").read_text().splitlines():
            lines += 1
            for number in re.findall(r'"q([0-9]+)\.', line):
                sides[number].add(split)
    assert lines == records["written"]
    assert len(sides) == 40
    assert all(len(found) == 1 for found in sides.values())
    assert {next(iter(found)) for found in sides.values()} == {"train", "test"}
    assert not any("dropped for a record that was dropped later" in told for told in result["warnings"])
    assert all(entry["percentiles"]["max"] <= 120 for entry in result["splits"].values())
    ledger = pl.read_parquet(out / "ledger.parquet")
    created = ledger.filter(pl.col("event") == "created")
    chunked = ledger.filter(pl.col("reason") == "chunked")["record"]
    assert set(created["ref"]) == set(chunked)
    assert set(ledger.filter(pl.col("reason") == "exact_duplicate")["ref"]) & set(chunked)
    certificate = json.loads((out / "manifest.json").read_text())["certificate"]
    assert (certificate["parents_across"], certificate["pairs_across"]) == (0, 0)


def test_windows_are_the_same_whatever_the_workers(project: Project, tmp_path: Path) -> None:
    """Same bytes with one process and with two."""
    path = project(PIPELINE, d__jsonl=dialogues(30))
    for workers in ("1", "2"):
        done = prep("run", path, "--force", "--workers", workers, "--set", f"output.directory=w{workers}")
        assert done.returncode == 0, done.stderr
    same_bytes(tmp_path / "w1", tmp_path / "w2")


TINY = {
    "version": "1.0",
    "added_tokens": [],
    "pre_tokenizer": {"type": "Whitespace"},
    "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "yes": 1}, "unk_token": "[UNK]"},
}
ONE = '{"messages":[{"role":"user","content":"one two three"},{"role":"assistant","content":"yes yes"}]}\n'
LLAMA = """
target: {model: llama-3.3-70b}
ingest: [{path: d.jsonl}]
format: {passthrough: true}
count: {tokenizer: t.json}
output: {directory: out}
"""


def test_a_tokenizer_of_ones_own_counts(project: Project, carry_out: Any) -> None:
    """Words of the file's vocabulary: 3 a message, role, text; no estimate any more. Another file, another count."""
    path = project(LLAMA, d__jsonl=ONE * 12, t__json=json.dumps(TINY))
    result, out = carry_out(path)
    train = result["splits"]["train"]
    assert (train["tokens"], train["estimated_examples"]) == (12 * (2 * 4 + 5), 0)
    assert "t.json" in json.loads((out / "manifest.json").read_text())["inputs"]
    assert plan(path)["up_to_date"]
    split = TINY | {
        "pre_tokenizer": {"type": "Split", "pattern": {"String": "e"}, "behavior": "Isolated", "invert": False}
    }
    project(LLAMA, d__jsonl=ONE * 12, t__json=json.dumps(split))
    assert not plan(path)["up_to_date"]
    assert carry_out(path)[0]["splits"]["train"]["tokens"] > train["tokens"]
    without, _ = carry_out(project(LLAMA.replace("{tokenizer: t.json}", "{}"), d__jsonl=ONE * 12))
    assert without["splits"]["train"]["estimated_examples"] == 12


def test_a_tokenizer_that_cannot_be_had_is_told(
    project: Project, carry_out: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No file, a file that is none, and the package that is missing: each with what to do."""
    path = project(LLAMA, d__jsonl=ONE)
    done = prep("run", path)
    assert (done.returncode, "cannot read t.json: No such file" in done.stderr) == (2, True)
    project(LLAMA, t__json="{}")
    done = prep("run", path)
    assert (done.returncode, "the tokenizer is none" in done.stderr) == (2, True)
    monkeypatch.setattr("prep.engine.preflight.find_spec", lambda _: None)
    with pytest.raises(PipelineError) as caught:
        carry_out(path)
    assert caught.value.problems[0].message == "this needs the package tokenizers"
    assert caught.value.problems[0].hint == "pip install 'prep[tokenizers]'"
