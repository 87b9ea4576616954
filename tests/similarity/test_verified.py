"""Similarities that an earlier look has found."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest

from prep.similarity import verified as module
from prep.similarity.held import HeldTexts
from prep.similarity.jaccard import verify
from prep.similarity.verified import PAIRS, Verified

if TYPE_CHECKING:
    from prep.similarity.jaccard import Pairs

TEXTS = pl.Series(
    [" ".join(f"word{(number * 7 + at) % 90}" for at in range(40 + number)) for number in range(12)] + ["", "tiny"]
)
WORDS = pl.Series([f"hash of {text}".encode() for text in TEXTS])
EVERY = np.array(list(itertools.combinations(range(len(TEXTS)), 2)))


def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many pairs each call verifies."""
    counts: list[int] = []

    def counting(pairs: Pairs, texts: Any) -> Any:
        counts.append(len(pairs))
        return verify(pairs, texts)

    monkeypatch.setattr(module, "verify", counting)
    return counts


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_what_is_known_is_not_verified_again_and_changes_no_figure(
    share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever part of the pairs is known, in whichever order its texts stood: the same similarities."""
    first = Verified(HeldTexts(TEXTS), WORDS, pl.DataFrame(schema=PAIRS))
    plain = first(EVERY[:, ::-1])
    counts = asked(monkeypatch)
    known = first.all().sample(fraction=share, seed=3)
    again = Verified(HeldTexts(TEXTS), WORDS, known)
    assert again(EVERY).tolist() == plain.tolist() == verify(EVERY, HeldTexts(TEXTS)).tolist()
    assert counts == [len(EVERY) - known.height]
    assert again.all().sort("a", "b").equals(first.all().sort("a", "b"))


def test_a_text_that_changed_is_verified_again() -> None:
    """Known is what was found for the same words, not for the same record."""
    first = Verified(HeldTexts(TEXTS), WORDS, pl.DataFrame(schema=PAIRS))
    first(EVERY)
    texts, words = TEXTS.clone(), WORDS.clone()
    texts[0], words[0] = TEXTS[5], b"another"
    again = Verified(HeldTexts(texts), words, first.all())
    assert again(np.array([[0, 5]])).tolist() == [1.0]
