"""Shingles, signatures, candidates and similarity against plain definitions."""

from __future__ import annotations

import itertools
import random

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.similarity import jaccard as jaccard_module
from prep.similarity.bands import RECALL, candidates, shape
from prep.similarity.components import components
from prep.similarity.held import HeldTexts
from prep.similarity.jaccard import verify
from prep.similarity.minhash import signatures
from prep.similarity.shingles import as_sets, shingles
from prep.similarity.words import words_of

words = st.sampled_from(["a", "B", "lease", "Straße", "ÉTÉ", "İ", "Σς", "中文", "👩‍👩‍👧", "x1", "٣"])
spaces = st.sampled_from([" ", "  ", "\n", "\t", "\u3000", "\u00a0", "\u2003 ", "\x1f"])
hostile = st.lists(st.tuples(words, spaces), max_size=40).map(lambda pairs: "".join(word + gap for word, gap in pairs))


def plain(text: str) -> set[object]:
    """The definition, word for word."""
    found = text.lower().split()
    if len(found) >= 20:
        return {tuple(found[at : at + 5]) for at in range(len(found) - 4)}
    line = " ".join(found)
    return {line[at : at + 5] for at in range(len(line) - 4)}


def similarity(one: str, other: str) -> float:
    left, right = plain(one), plain(other)
    return len(left & right) / len(left | right) if left | right else 0.0


@settings(deadline=None)
@given(st.lists(st.one_of(hostile, st.text(max_size=60)), min_size=1, max_size=6))
def test_sets_of_shingles_have_the_sizes_of_the_plain_definition(texts: list[str]) -> None:
    """Every text, whatever its scripts and white space."""
    texts = [text.encode("utf-8", "replace").decode() for text in texts]
    sets = as_sets(*shingles(words_of(pl.Series(texts))))
    assert [len(one) for one in sets] == [len(plain(text)) for text in texts]


@settings(deadline=None)
@given(st.lists(hostile, min_size=2, max_size=6))
def test_similarity_is_the_plain_jaccard(texts: list[str]) -> None:
    """Of every pair, whatever else is verified with it."""
    pairs = np.array(list(itertools.combinations(range(len(texts)), 2)))
    column = pl.Series(texts)
    found = verify(pairs, HeldTexts(column))
    assert found.tolist() == pytest.approx([similarity(texts[one], texts[other]) for one, other in pairs])


def corpus(seed: int, count: int) -> list[str]:
    """Texts of 3 to 120 words, and for each third one an edited copy."""
    rng = random.Random(seed)
    vocabulary = [f"word{number}" for number in range(3000)]
    texts = []
    for _ in range(count):
        text = [rng.choice(vocabulary) for _ in range(rng.choice([3, 12, 19, 20, 21, 60, 120]))]
        texts.append(" ".join(text))
        if rng.random() < 0.4:
            for _ in range(max(1, len(text) // 40)):
                text[rng.randrange(len(text))] = rng.choice(vocabulary)
            texts.append("  ".join(text).upper())
    return texts


@pytest.mark.parametrize("engine", ["rensa", "datasketch"])
@pytest.mark.parametrize("threshold", [0.5, 0.7, 0.8, 0.9])
def test_candidates_hold_nearly_all_similar_pairs(engine: str, threshold: float) -> None:
    """With either engine at least 99 of 100 pairs at or above the threshold."""
    texts = corpus(5, 400)
    hashes, offsets = shingles(words_of(pl.Series(texts)))
    filled = np.flatnonzero(np.diff(offsets))
    made = signatures(hashes, offsets, 128, engine)
    found = {tuple(pair) for pair in filled[candidates(made[filled], threshold)].tolist()}
    true = {
        (one, other)
        for one, other in itertools.combinations(range(len(texts)), 2)
        if similarity(texts[one], texts[other]) >= threshold
    }
    assert len(true) > 20
    assert len(true & found) >= 0.99 * len(true)


@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7, 0.8, 0.95, 1.0])
def test_bands_reach_their_recall(threshold: float) -> None:
    """The shape chosen finds a pair at the threshold with the stated probability."""
    bands, rows = shape(threshold, 128)
    assert bands * rows <= 128
    assert 1 - (1 - threshold**rows) ** bands >= RECALL


def test_thousands_of_nearly_equal_texts_are_one_cluster_without_their_square() -> None:
    """A bucket with everything in it: few pairs, all connected."""
    base = [f"term{number}" for number in range(60)]
    texts = [" ".join([*base, f"end{number}"]) for number in range(4000)]
    hashes, offsets = shingles(words_of(pl.Series(texts)))
    pairs = candidates(signatures(hashes, offsets, 128), 0.8)
    assert len(pairs) < 40 * len(texts)
    assert set(components(len(texts), pairs).tolist()) == {0}


def test_verification_does_not_depend_on_its_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """One piece or one a text, all pairs at once or two: the same figures."""
    texts = pl.Series(corpus(9, 30))
    pairs = np.array(list(itertools.combinations(range(len(texts)), 2)))
    whole = verify(pairs, HeldTexts(texts))
    monkeypatch.setattr(jaccard_module, "PAIRS_AT_ONCE", 2)
    assert verify(pairs, HeldTexts(texts, pieces=len(texts))).tolist() == whole.tolist()


@pytest.mark.parametrize("held", [0, 20_000])
def test_verification_does_not_depend_on_what_memory_holds(held: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """All sets in the scratch file or some: the same figures."""
    texts = pl.Series(corpus(9, 30))
    pairs = np.array(list(itertools.combinations(range(len(texts)), 2)))
    whole = verify(pairs, HeldTexts(texts))
    monkeypatch.setattr(jaccard_module, "HELD_BYTES", held)
    assert verify(pairs, HeldTexts(texts)).tolist() == whole.tolist()


def graphs(count: int) -> st.SearchStrategy[tuple[int, list[tuple[int, int]]]]:
    """So many numbers, and edges between them."""
    end = st.integers(0, count - 1)
    return st.tuples(st.just(count), st.lists(st.tuples(end, end), max_size=15))


@given(st.integers(1, 12).flatmap(graphs))
def test_components_are_the_lowest_number_reached(graph: tuple[int, list[tuple[int, int]]]) -> None:
    """As a plain search finds them."""
    count, edges = graph
    lowest = list(range(count))
    for _ in range(count):
        for one, other in edges:
            lowest[one] = lowest[other] = min(lowest[one], lowest[other])
    assert components(count, np.array(edges, dtype=np.int64).reshape(-1, 2)).tolist() == lowest
