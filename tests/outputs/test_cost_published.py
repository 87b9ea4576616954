"""Figures that providers and the cookbook have published, reproduced to the printed digit."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from prep.catalog import load_prices
from prep.outputs.cost import Asked, cost_report
from prep.outputs.cost_measure import Measured

TODAY = datetime.date(2026, 11, 24)


def estimate(lengths: list[int], overlay: Path | None = None, **asked: Any) -> dict[str, Any]:
    asked = {"provider": "azure", "model": "gpt-4.1-mini", "tier": "global", "method": "sft", **asked}
    data = Measured.of_lengths(lengths)
    [found] = cost_report(Asked(**asked), lambda _: data, load_prices(overlay), TODAY)["estimates"]
    return dict(found)


def test_the_toy_file_of_the_cookbook(tmp_path: Path) -> None:
    """5 examples of 26, 28, 45, 111 and 8,032 tokens, cut at 4,096: 4306 tokens, 20 epochs, 86120 billed.

    The notebook counts what starts an answer, 3 tokens an example, as our high estimate does.
    """
    own = tmp_path / "old.yaml"
    own.write_text(
        "compiled: 2026-11-01\nproviders: {openai: {models: {gpt-3.5-turbo: {max_training_tokens: 4096}}}}\n"
    )
    lengths = [length - 3 for length in (45, 111, 28, 26, 8032)]
    found = estimate(lengths, own, provider="openai", model="gpt-3.5-turbo", tier="standard")
    assert found["training_tokens_range"]["high"] == 4306
    assert found["epochs"] == 20
    assert found["trained_tokens"]["high"] == 86120
    assert found["truncated_examples"] == 1
    assert found["training_usd"]["high"] == 0.68896


def test_azures_worked_example() -> None:
    """500 examples of a million tokens, 2 epochs: tokens x epochs x price a million, validation not billed."""
    found = estimate([2000] * 500)
    assert (found["training_tokens"], found["epochs"], found["trained_tokens"]["likely"]) == (1_000_000, 2, 2_000_000)
    assert found["training_usd"]["likely"] == 10.00
    assert found["validation"]["billed"] is False


def test_a_million_tokens_three_epochs_and_a_month_of_hosting() -> None:
    """Azure Global gpt-4.1-mini: 15 USD of training, 1,224 USD for 30 days of one deployment."""
    found = estimate([2000] * 500, epochs=3)
    assert found["training_usd"]["likely"] == 15.00
    assert found["hosting_usd_per_month"] == 1224.00


@pytest.mark.parametrize(
    ("examples", "epochs"),
    [(10, 10), (33, 3), (34, 3), (25, 4), (8333, 3), (8334, 2), (25_000, 1), (30_000, 1)],
)
def test_epochs_by_the_published_rule(examples: int, epochs: int) -> None:
    """The points of the cookbook's rule, as the likely epochs of an OpenAI job."""
    found = estimate([100] * examples, provider="openai", tier="standard")
    assert found["epochs"] == epochs
    assert found["trained_tokens"]["likely"] == 100 * examples * epochs


@pytest.mark.parametrize(
    ("model", "provider", "most"),
    [("gpt-4.1", "openai", 65_536), ("gpt-4o", "azure", 65_536), ("gpt-4.1-nano", "azure", 32_768),
     ("gpt-4.1-nano", "openai", 65_536), ("gpt-3.5-turbo", "openai", 16_385)],
)  # fmt: skip
def test_what_is_longer_is_cut_from_the_end(model: str, provider: str, most: int) -> None:
    """Billed is sum(min(length, most)); a token less is not cut."""
    found = estimate([most - 1, most, most + 1, 10 * most], provider=provider, model=model, epochs=1)
    assert found["training_tokens"] == 4 * most - 1
    assert found["truncated_examples"] == 2


@pytest.mark.parametrize(
    ("tier", "region", "price"),
    [("global", None, 5.00), ("standard", None, 5.50), ("standard", "swedencentral", 6.05), ("developer", None, 2.50)],
)
def test_tiers(tier: str, region: str | None, price: float) -> None:
    """Regional 1.1 x, Sweden 1.21 x, developer half of the global price."""
    assert estimate([1000] * 100, tier=tier, region=region)["price_usd_per_million"] == price
