"""Choosing the examples of a bank."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.outputs.fewshot import FULL, choose
from prep.similarity.lexical import cosines, vectors

CANDIDATES = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 60), st.integers(0, 9)), max_size=40)


def chosen(rows: list[tuple[str, int, int]], per_label: int | None, budget: int | None) -> list[int]:
    words = vectors([f"word{row[2]} word{row[2] // 2} word{row[1] % 5}" for row in rows])
    costs = np.array([row[1] for row in rows], dtype=np.int64)
    return choose(
        [row[0] for row in rows], costs, lambda own: cosines(words[own], words[own]), per_label=per_label, budget=budget
    )


@settings(deadline=None)
@given(CANDIDATES, st.integers(1, 5), st.integers(1, 400))
def test_a_bank_keeps_its_budget_and_its_balance(rows: list[tuple[str, int, int]], per_label: int, budget: int) -> None:
    """Never over the budget; no label has more than asked for, none is left behind while it has what fits."""
    found = chosen(rows, per_label, budget)
    used = sum(rows[at][1] for at in found)
    assert used <= budget
    assert len(set(found)) == len(found)
    held = Counter(rows[at][0] for at in found)
    assert all(count <= per_label for count in held.values())
    for at, (label, cost, _) in enumerate(rows):
        if at not in found and cost <= budget - used:
            assert held[label] == per_label


@settings(deadline=None)
@given(CANDIDATES.filter(lambda rows: len(rows) > 5), st.integers(100, 400))
def test_a_budget_is_used_when_candidates_fit(rows: list[tuple[str, int, int]], budget: int) -> None:
    """Below nine tenths there is neither a candidate that fits nor a longer one to exchange for."""
    found = chosen(rows, None, budget)
    used = sum(rows[at][1] for at in found)
    if used < FULL * budget:
        for at, (label, cost, _) in enumerate(rows):
            if at in found:
                continue
            assert cost > budget - used
            twins = [rows[other][1] for other in found if rows[other][0] == label]
            assert not any(0 < cost - own <= budget - used for own in twins)


def test_every_label_comes_before_any_comes_twice() -> None:
    """A round leaves room for the labels that are still to come."""
    rows = [("a", 10, 1), ("a", 10, 2), ("b", 30, 3), ("c", 5, 4), ("c", 5, 5)]
    found = chosen(rows, 2, 45)
    assert sorted(rows[at][0] for at in found) == ["a", "b", "c"]


def test_what_stands_for_most_comes_first_and_no_twin_follows() -> None:
    """Of four questions on refunds and two on delivery one of each is chosen, the commonest kind first."""
    texts = [
        "how do I get a refund", "how can I get a refund please", "I want a refund", "when comes my refund",
        "where is my parcel delivery", "my parcel delivery is late",
    ]  # fmt: skip
    words = vectors(texts)
    found = choose(
        ["x"] * 6, np.ones(6, dtype=np.int64), lambda own: cosines(words[own], words[own]), per_label=2, budget=None
    )
    assert len(found) == 2
    assert "refund" in texts[found[0]]
    assert "parcel" in texts[found[1]]


def test_vectors_of_nothing() -> None:
    """Texts without words, and no texts at all, are no trouble."""
    assert cosines(vectors(["", "..."]), vectors(["", "..."])).tolist() == [[0, 0], [0, 0]]
    assert vectors([]).shape[0] == 0
