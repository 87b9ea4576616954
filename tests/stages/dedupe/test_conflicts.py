"""Conflicting labels, and overlap with evaluation files."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prep.similarity.held import HeldTexts
from prep.similarity.jaccard import verify
from prep.stages.dedupe.against import overlaps
from prep.stages.dedupe.conflicts import find_conflicts, resolve
from prep.stages.dedupe.decide import decide
from prep.stages.dedupe.settings import Against, Dedupe
from prep.stages.dedupe.sign import matrix, sign

WORDS = "the tenant shall pay rent on every first day of each month without any deduction to the landlord here".split()


def text(start: int, length: int = 24) -> str:
    return " ".join(f"{WORDS[(start * 7 + at) % len(WORDS)]}{(start * 31 + at) % 97}" for at in range(length))


def decided(rows: list[tuple[str, str | None, str | None]], **settings: Any) -> Any:
    """`rows`: text, label, age."""
    chosen = Dedupe.model_validate({"near": {"threshold": 0.7}, **settings})
    texts = pl.Series([row[0] for row in rows])
    signs = sign(texts, chosen, near_wanted=True).with_columns(
        pl.Series("label", [row[1] for row in rows], dtype=pl.String),
        pl.Series("age", [row[2] for row in rows], dtype=pl.String),
        pl.Series("keep_value", [None] * len(rows), dtype=pl.String),
    )
    return decide(signs, matrix(signs["signature"], 128), partial(verify, texts=HeldTexts(texts)), chosen, None)


ROWS = [
    (text(1), "a", "2001"),
    (text(1), "b", "2003"),  # equal to 0
    (text(2), "a", "2001"),
    (text(2) + " extra", "c", "1999"),  # nearly 2
    (text(2) + " extra", "c", "1998"),  # equal to 3
    (text(3), "a", "2001"),
    (text(3) + " extra", "a", "2002"),  # nearly 5, same label
    (text(4), "a", "2001"),
    (text(4), None, "2002"),  # equal to 7, no label
]


def test_conflicts_are_found_among_equal_and_near_texts() -> None:
    """Each pair once, the first of equals with one label for all of them; a missing label conflicts with none."""
    found = decided(ROWS, conflicts="report")
    assert found.conflicts.select("a", "b").rows() == [(0, 1), (2, 3)]
    assert found.dropped.select("ordinal", "reason").rows() == [
        (1, "exact_duplicate"), (3, "near_duplicate"), (4, "exact_duplicate"), (6, "near_duplicate"),
        (8, "exact_duplicate"),
    ]  # fmt: skip


def test_all_sides_of_a_conflict_can_be_dropped() -> None:
    """With the record of the other label as reference; what has no conflict is deduplicated as ever."""
    found = decided(ROWS, conflicts="drop").dropped
    assert found.select("ordinal", "reason", "ref").rows() == [
        (0, "conflicting_label", 1), (1, "conflicting_label", 0), (2, "conflicting_label", 3),
        (3, "conflicting_label", 2), (4, "conflicting_label", 2), (6, "near_duplicate", 5), (8, "exact_duplicate", 7),
    ]  # fmt: skip


def test_the_newest_label_can_win() -> None:
    """Records of other labels give way to the newest; its own kind is deduplicated."""
    found = decided(ROWS, conflicts="keep_newest", newest="date").dropped
    assert found.select("ordinal", "reason", "ref").rows() == [
        (0, "conflicting_label", 1), (3, "conflicting_label", 2), (4, "conflicting_label", 2),
        (6, "near_duplicate", 5), (8, "exact_duplicate", 7),
    ]  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["a", "b", None]), st.integers(0, 9)), max_size=14))
def test_no_conflict_is_left(rows: list[tuple[int, str | None, int]]) -> None:
    """Whatever the records: after `drop` and after `keep_newest` no two kept equals have different labels, and nothing
    without a conflict is lost for one.
    """
    labels = pl.Series([label for _, label, _ in rows], dtype=pl.String)
    first = np.array([next(at for at, other in enumerate(rows) if other[0] == row[0]) for row in rows], dtype=np.int64)
    rank = np.argsort(np.argsort([-age for _, _, age in rows], kind="stable"))
    conflicts = find_conflicts(labels, first, np.empty((0, 2), dtype=np.int64), np.empty(0))
    for how in ("drop", "keep_newest"):
        lost = set(resolve(conflicts, how, labels, first, rank)["ordinal"]) if rows else set()  # type: ignore[arg-type]
        for number in set(first.tolist()):
            own = [at for at in range(len(rows)) if first[at] == number]
            told = {rows[at][1] for at in own} - {None}
            kept = {rows[at][1] for at in own if at not in lost} - {None}
            assert len(kept) <= 1
            assert (kept == told) if len(told) < 2 else (len(kept) == (how == "keep_newest"))
            assert all(at not in lost for at in own if rows[at][1] is None)


@pytest.fixture
def benchmark_file(tmp_path: Path) -> Path:
    rows = [{"clause": text(1, 40), "label": "a"}, {"clause": "Time is of the essence"}, {"clause": text(9, 40)}]
    path = tmp_path / "benchmark.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize(
    ("candidate", "ref"),
    [
        (text(1, 40), "benchmark.jsonl:1"),
        (text(1, 40).upper().replace(" ", " , "), "benchmark.jsonl:1"),
        (text(1, 40).replace(text(1, 40).split()[20], "changed"), "benchmark.jsonl:1"),
        (text(5, 100) + " " + text(1, 40), "benchmark.jsonl:1"),
        (text(1, 12) + " " + text(5, 60), None),
        ("time is of the essence!", "benchmark.jsonl:2"),
        ("time is of the utmost essence", None),
        ("", None),
        (None, None),
    ],
)
def test_overlap_is_found(benchmark_file: Path, candidate: str | None, ref: str | None) -> None:
    """Word for word, in other case and punctuation, with a word changed, inside a longer text; not for a few words."""
    settings = Against(files=[benchmark_file.name])
    found = overlaps(pl.Series([candidate], dtype=pl.String), settings, benchmark_file.parent, ["clause"])
    assert found["_leak_ref"].to_list() == [ref]


def test_an_evaluation_file_may_be_chat_or_text(tmp_path: Path) -> None:
    """Conversations are read by their contents, a text file is one item."""
    chat = {"messages": [{"role": "user", "content": text(1)}, {"role": "assistant", "content": "x"}]}
    (tmp_path / "chat.jsonl").write_text(json.dumps(chat) + "\n")
    (tmp_path / "notes.txt").write_text(text(2, 50))
    settings = Against(files=["chat.jsonl", "notes.txt"])
    found = overlaps(pl.Series([text(1), text(2, 40), text(3)]), settings, tmp_path, ["text"])
    assert found["_leak_ref"].to_list() == ["chat.jsonl:1", "notes.txt:1", None]


def test_an_item_is_called_by_its_line(tmp_path: Path) -> None:
    """Blank lines and cells of several lines count, so that the reference leads to the item."""
    (tmp_path / "a.jsonl").write_text("\n\n" + json.dumps({"text": text(1)}) + "\n\n" + json.dumps({"text": text(2)}))
    (tmp_path / "b.csv").write_text(f'text,n\n"{text(3)}\n{text(5)}",1\n\n{text(4)},2\n')
    settings = Against(files=["a.jsonl", "b.csv"])
    found = overlaps(pl.Series([text(1), text(2), text(4)]), settings, tmp_path, ["text"])
    assert found["_leak_ref"].to_list() == ["a.jsonl:3", "a.jsonl:5", "b.csv:5"]


def test_ids_and_labels_are_no_part_of_an_item(tmp_path: Path) -> None:
    """Where the file has other columns than the records, those of words are compared: a short item is found, too."""
    item = {"id": "q-0001-a-b-c", "question": "when does the agreement end early?", "type": "term_of_the_lease"}
    (tmp_path / "a.jsonl").write_text(json.dumps(item) + "\n")
    found = overlaps(pl.Series(["When does the agreement end early"]), Against(files=["a.jsonl"]), tmp_path, ["clause"])
    assert found.rows() == [("a.jsonl:1", 1.0)]
