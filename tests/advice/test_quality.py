"""Accuracies as people write them, and when two cannot be told apart."""

from __future__ import annotations

import pytest

from prep.advice.quality import Quality, difference, is_worse, parse_quality, split_option
from prep.errors import UsageError


@pytest.mark.parametrize(
    ("text", "share", "half"),
    [
        ("0.91±0.02", 0.91, 0.02), ("0.91+-0.02", 0.91, 0.02), ("0.91 +/- 0.02", 0.91, 0.02), ("91%±2%", 0.91, 0.02),
        (".5±.1", 0.5, 0.1), ("1±0", 1, 0), ("0.91", 0.91, 0.0),
    ],
)  # fmt: skip
def test_what_is_read(text: str, share: float, half: float) -> None:
    """A share or a percentage, with plus-minus in three spellings, or without."""
    found = parse_quality(text)
    assert (found.share, found.half) == (pytest.approx(share), pytest.approx(half))


def test_without_an_uncertainty_it_follows_from_the_test_split() -> None:
    """0.9 over 100 examples: 1.96 times the root of 0.9 x 0.1 / 100."""
    assert parse_quality("0.9", 100).half == pytest.approx(1.96 * 0.03)
    assert not parse_quality("0.9", 100).given


@pytest.mark.parametrize("text", ["", "good", "1.2", "120%", "-0.5", "0.9±2", "0.9±", "nan", "0.9 0.8"])
def test_what_is_no_accuracy(text: str) -> None:
    """Refused in words."""
    with pytest.raises(UsageError):
        parse_quality(text)


def test_options_by_name() -> None:
    """With a hyphen or an underscore, with a model or without; an unknown one is refused with the known ones."""
    assert split_option("few-shot") == ("few_shot", None)
    assert split_option("fine_tuned:azure/gpt-4.1") == ("fine_tuned", "azure/gpt-4.1")
    with pytest.raises(UsageError, match="there is no option `fewshot`") as caught:
        split_option("fewshot")
    assert "zero_shot, few_shot, retrieved, fine_tuned" in str(caught.value.hint)


def test_told_apart_by_the_combined_uncertainty() -> None:
    """0.05 apart: worse at ±0.02 each (0.028 combined), not at ±0.04 (0.057)."""
    assert difference(Quality(0.9, 0.03), Quality(0.95, 0.04)) == (pytest.approx(-0.05), pytest.approx(0.05))
    assert is_worse(Quality(0.90, 0.02), Quality(0.95, 0.02))
    assert not is_worse(Quality(0.90, 0.04), Quality(0.95, 0.04))
    assert not is_worse(Quality(0.95, 0.0), Quality(0.90, 0.0))
