"""How much data is enough: nested subsets, what each adds, and where that flattens."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from prep.advice.enough import enough
from prep.advice.tell import flattens_told
from prep.outputs.subsets import lines_of, write_subsets


def chat(asked: str, answer: str) -> str:
    messages = [{"role": "system", "content": "Same for all."}, {"role": "user", "content": asked}]
    return json.dumps({"messages": [*messages, {"role": "assistant", "content": answer}]}) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Forty examples: the second half repeats the first; the label `rare` comes at line 15."""
    words = [f"alpha{n} beta{n} gamma{n}" for n in range(20)] * 2
    lines = [chat(text, "rare" if at == 14 else f"label {at % 2}") for at, text in enumerate(words)]
    (tmp_path / "train.jsonl").write_text("".join(lines))
    held = [chat(f"alpha{n} beta{n} delta", "label 0") for n in range(20)]
    (tmp_path / "validation.jsonl").write_text("".join(held))
    return tmp_path


def test_what_each_quarter_adds(folder: Path) -> None:
    """Ten new questions a quarter; from the half on nothing is new, and that is where it flattens."""
    found = enough(folder / "train.jsonl", folder / "validation.jsonl", np.full(40, 7), lambda count: count * 0.5)
    rows = found["subsets"]
    assert [row["percent"] for row in rows] == [25, 50, 75, 100]
    assert [row["examples"] for row in rows] == [10, 20, 30, 40]
    assert [row["tokens"] for row in rows] == [70, 140, 210, 280]
    assert [row["training_usd"] for row in rows] == [5.0, 10.0, 15.0, 20.0]
    assert [(row["labels"], row["new_labels"]) for row in rows] == [(2, 2), (3, 1), (3, 0), (3, 0)]
    assert rows[1]["coverage"] > rows[0]["coverage"] + 0.2
    assert rows[3]["coverage"] == rows[2]["coverage"] == rows[1]["coverage"]
    assert [row["novelty"] for row in rows] == [1.0, 1.0, 0.0, 0.0]
    assert found["flattens_at"] == 50
    assert flattens_told(found).startswith("From 50 % on no step adds 0.01 of coverage or a label")


def test_still_gaining(folder: Path) -> None:
    """Where the last quarter brings new questions there is no flat end, and more data is likely to help."""
    text = (folder / "train.jsonl").read_text().splitlines(keepends=True)[:20]
    (folder / "train.jsonl").write_text("".join(text))
    found = enough(folder / "train.jsonl", folder / "validation.jsonl", np.full(20, 7), lambda _: None)
    assert found["flattens_at"] is None
    assert "more data is likely to help" in flattens_told(found)
    assert found["subsets"][0]["training_usd"] is None


def test_without_validation_and_with_one_record(folder: Path) -> None:
    """No split, one example: no coverage, no traceback, and said so."""
    (folder / "train.jsonl").write_text(chat("a b c", "x"))
    found = enough(folder / "train.jsonl", None, np.array([7]), lambda _: 0.1)
    assert [row["examples"] for row in found["subsets"]] == [1, 1, 1, 1]
    assert [row["coverage"] for row in found["subsets"]] == [None] * 4
    assert flattens_told(found) == "There is no validation split, so that coverage cannot be measured."


def test_each_subset_begins_the_next(folder: Path) -> None:
    """Byte by byte, a mark at the beginning of the file included; 100 per cent is the file itself."""
    train = folder / "train.jsonl"
    train.write_bytes(b"\xef\xbb\xbf" + train.read_bytes())
    names = write_subsets(train, folder / "out", [10, 25, 75, 100])
    assert names == [f"subsets/train_{one}.jsonl" for one in (10, 25, 75)]
    texts = [(folder / "out" / name).read_bytes() for name in names] + [train.read_bytes()]
    assert all(after.startswith(before) and before for before, after in pairwise(texts))
    assert [text.count(b"\n") for text in texts] == [4, 10, 30, 40]
    assert lines_of(3, 1) == 1
    assert lines_of(0, 50) == 0
