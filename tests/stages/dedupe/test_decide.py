"""Decisions against a plain implementation that compares every pair."""

from __future__ import annotations

import itertools
from functools import partial
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.similarity.held import HeldTexts
from prep.similarity.jaccard import verify
from prep.stages.dedupe.decide import Decisions, decide
from prep.stages.dedupe.settings import Dedupe
from prep.stages.dedupe.sign import matrix, sign

BASE = [f"word{number}" for number in range(30)]


def text(changed: tuple[int, ...]) -> str:
    """Thirty words, some of them replaced: a single change leaves a similarity of about 0.7."""
    return " ".join(f"other{at}" if at in changed else word for at, word in enumerate(BASE))


texts = st.lists(
    st.one_of(
        st.sets(st.integers(0, 29), max_size=3).map(lambda places: text(tuple(places))),
        st.sets(st.sampled_from([0, 1, 28, 29]), max_size=2).map(lambda places: text(tuple(places)).upper()),
        st.sampled_from(["", "a b", "A  b", "short text of few words", "short text of few word"]),
    ),
    min_size=1,
    max_size=9,
)
keeps = st.sampled_from(["first", "longest", "newest", {"column": "n", "order": "ascending"}])


def shingles(value: str) -> set[object]:
    words = value.lower().split()
    if len(words) >= 20:
        return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}
    line = " ".join(words)
    return {line[at : at + 5] for at in range(len(line) - 4)}


def similarity(one: str, other: str) -> float:
    left, right = shingles(one), shingles(other)
    return len(left & right) / len(left | right) if left | right else 0.0


def run(
    values: list[str], settings_: Dedupe | None, together: float | None = None, news: list[str] | None = None
) -> Decisions:
    column = pl.Series("text", values, dtype=pl.String)
    signs = sign(column, settings_, near_wanted=True)
    given_values = news or [None] * len(values)  # type: ignore[list-item]
    signs = signs.with_columns(pl.Series("keep_value", given_values, dtype=pl.String))
    return decide(signs, matrix(signs["signature"], 128), partial(verify, texts=HeldTexts(column)), settings_, together)


def dedupe(**near: Any) -> Dedupe:
    return Dedupe.model_validate({"exact": near.pop("exact", True), "near": near or None})


@settings(deadline=None, max_examples=150)
@given(texts, keeps, st.booleans(), st.sampled_from([0.5, 0.7, 0.8, 1.0]), st.data())
def test_chained_duplicates_are_those_of_a_plain_comparison(
    values: list[str], keep: Any, exact: bool, threshold: float, data: st.DataObject
) -> None:
    """Who goes, for whom, and how similar, whatever the policy."""
    news = data.draw(st.lists(st.sampled_from(["9", "10", "2"]), min_size=len(values), max_size=len(values)))
    near = {"threshold": threshold, "keep": keep} | ({"newest": "n"} if keep == "newest" else {})
    found = run(values, dedupe(exact=exact, **near), news=news)
    count = len(values)
    normal = [" ".join(value.lower().split()) for value in values]
    links = [
        (one, other)
        for one, other in itertools.combinations(range(count), 2)
        if (normal[one] == normal[other] and (exact or shingles(values[one])))
        or similarity(values[one], values[other]) >= threshold
    ]
    group = list(range(count))
    for _ in range(count):
        for one, other in links:
            group[one] = group[other] = min(group[one], group[other])

    def rank(record: int) -> tuple[float, int]:
        if keep == "first":
            return 0, record
        if keep == "longest":
            return -len(values[record]), record
        number = float(news[record])
        return (-number if keep == "newest" else number), record

    kept = {name: min((one for one in range(count) if group[one] == name), key=rank) for name in set(group)}
    rows = {row["ordinal"]: row for row in found.dropped.iter_rows(named=True)}
    assert {record: kept[group[record]] for record in range(count) if kept[group[record]] != record} == {
        record: row["ref"] for record, row in rows.items()
    }
    for record, row in rows.items():
        true = 1.0 if normal[record] == normal[row["ref"]] else similarity(values[record], values[row["ref"]])
        assert row["similarity"] == pytest.approx(true)
        assert (row["via"] is None) == (
            row["similarity"] >= threshold or (row["reason"] == "exact_duplicate" and true == 1)
        )
        assert row["ref"] not in rows


@settings(deadline=None, max_examples=100)
@given(texts, st.sampled_from([0.6, 0.8]))
def test_stars_drop_only_what_is_near_to_the_record_kept(values: list[str], threshold: float) -> None:
    """Each dropped record reaches the threshold with its `ref`; no two records that stay do."""
    found = run(values, dedupe(threshold=threshold, cluster="star"))
    gone = {row["ordinal"]: row for row in found.dropped.iter_rows(named=True)}
    for row in gone.values():
        assert row["ref"] not in gone
        if row["reason"] == "near_duplicate":
            assert row["similarity"] >= threshold
    left = [record for record in range(len(values)) if record not in gone]
    for one, other in itertools.combinations(left, 2):
        assert similarity(values[one], values[other]) < threshold


@settings(deadline=None, max_examples=60)
@given(texts)
def test_what_hangs_together_is_found_without_dedupe(values: list[str]) -> None:
    """The split asks alone: nothing is dropped, pairs at 0.7 and equal texts share a component."""
    found = run(values, None, together=0.7)
    assert found.dropped.is_empty()
    for one, other in itertools.combinations(range(len(values)), 2):
        equal = values[one].lower().split() == values[other].lower().split()
        if equal or similarity(values[one], values[other]) >= 0.7:
            assert found.components[one] == found.components[other]
    for one, other, alike in found.pairs.iter_rows():
        assert one < other
        assert alike >= 0.7


def test_both_engines_decide_the_same() -> None:
    """Every pair is verified, so the signatures' maker does not show."""
    values = [text((number,)) for number in range(0, 30, 3)] + [text(()), text((1, 2)), "x y z"]
    results = [run(values, dedupe(threshold=0.6, engine=engine)).dropped for engine in ("rensa", "datasketch")]
    assert results[0].equals(results[1])
    assert results[0].height > 3


def test_a_chain_names_the_neighbour_on_its_way() -> None:
    """A is near B, B near C, A not near C: C goes for A through B, with its true similarity to A."""
    values = [text(()), text((0,)), text((0, 15))]
    alike = [similarity(values[0], values[1]), similarity(values[1], values[2]), similarity(values[0], values[2])]
    threshold = (alike[2] + min(alike[:2])) / 2
    [_, last] = run(values, dedupe(threshold=threshold)).dropped.iter_rows(named=True)
    assert (last["ordinal"], last["ref"], last["via"]) == (2, 0, 1)
    assert last["similarity"] == pytest.approx(alike[2])


def test_no_records_are_no_error() -> None:
    """An empty table is decided at once."""
    found = run([], dedupe(threshold=0.8), together=0.7)
    assert (found.dropped.height, found.components.tolist(), found.pairs.height) == (0, [], 0)
    assert isinstance(found.components, np.ndarray)
