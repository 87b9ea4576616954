"""The labelled set: what is there is found whole, what only looks like it stays."""

from __future__ import annotations

import polars as pl
import pytest
from benchmarks.look_alikes import NEGATIVES, negatives
from benchmarks.personal_data import PLAIN, TOLD, Row, measure, positives

from prep.personal.find import Search, find
from prep.personal.kinds import DEFAULT, KINDS

ALL = list(KINDS)
ROWS = list(positives())


def test_the_set_has_every_kind_that_needs_no_extra() -> None:
    """And several thousand rows."""
    assert {row.kind for row in ROWS} == {*PLAIN, *TOLD} == set(DEFAULT)
    assert len(ROWS) == 3_600


@pytest.mark.parametrize("kind", [*PLAIN, *TOLD])
def test_recall_and_precision_of_each_kind(kind: str) -> None:
    """Both are 0.98 at least."""
    figures = measure(ROWS).filter(pl.col("kind") == kind).row(0, named=True)
    assert figures["recall"] >= 0.98
    assert figures["precision"] >= 0.98


@pytest.mark.parametrize("family", NEGATIVES)
def test_look_alikes_of_a_family_stay(family: str) -> None:
    """None of them is taken for personal data, whatever is looked for."""
    texts = [text for name, text in negatives() if name == family]
    assert len(texts) == 15
    assert find(pl.Series(texts), Search(ALL)).select("kind", "value").rows() == []


@pytest.mark.parametrize("seed", [1, 2])
def test_another_draw_gives_the_same_figures(seed: int) -> None:
    """The set was not chosen to please."""
    rows: list[Row] = list(positives(seed, 60))
    figures = measure(rows)
    assert figures["recall"].min() >= 0.98  # type: ignore[operator]
    assert figures["precision"].min() >= 0.98  # type: ignore[operator]
    assert find(pl.Series([text for _, text in negatives(seed + 100, 8)]), Search(DEFAULT)).is_empty()
