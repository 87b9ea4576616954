"""What training costs: figures that a hand calculation agrees with."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from prep import cost
from prep.catalog import load_prices
from prep.errors import GateError, InputError
from prep.outputs.cost import Asked, cost_report, gate, per_1000_requests
from prep.outputs.cost_measure import Measured

TODAY = datetime.date(2026, 11, 23)


def lengths(*tokens: int) -> Callable[[str], Measured]:
    return lambda _: Measured.of_lengths(tokens)


def report(tokens: Callable[[str], Any], **asked: Any) -> dict[str, Any]:
    asked = {"provider": "azure", "model": "gpt-4.1-mini", "tier": "global", "method": "sft", **asked}
    return cost_report(Asked(**asked), tokens, load_prices(), TODAY)


MILLION = lengths(*[50_000] * 20)


@pytest.mark.parametrize(
    ("provider", "model", "tier", "region", "wanted"),
    [
        ("azure", "gpt-4.1-mini", "global", None, 15.00),
        ("azure", "gpt-4.1-mini", "standard", None, 16.50),
        ("azure", "gpt-4.1-mini", "developer", None, 7.50),
        ("azure", "gpt-4.1-mini", "standard", "swedencentral", 18.15),
        ("azure", "gpt-4.1-mini", "standard", "eastus2", 16.50),
        ("azure", "gpt-4.1", "standard", "northeurope", 99.00),
        ("azure", "gpt-4o-mini", "global", None, 9.00),
        ("azure", "gpt-oss-20b", "global", None, 10.80),
        ("openai", "gpt-4.1-mini", "standard", None, 15.00),
        ("openai", "gpt-4.1-mini", "global", None, 15.00),
        ("openai", "ft:gpt-4.1-2025-04-14:org::x", "standard", None, 75.00),
    ],
)
def test_a_million_tokens_three_times(provider: str, model: str, tier: str, region: str | None, wanted: float) -> None:
    """Tokens x epochs x the tier's price; the high estimate adds three tokens an example."""
    [found] = report(MILLION, provider=provider, model=model, tier=tier, region=region, epochs=3)["estimates"]
    assert found["training_tokens"] == 1_000_000
    assert (found["training_usd"]["low"], found["training_usd"]["likely"]) == (wanted, wanted)
    assert found["training_usd"]["high"] == round(wanted * (1_000_000 + 3 * 20) / 1_000_000, 6)
    assert found["source"] in load_prices().sources


@pytest.mark.parametrize(
    ("provider", "examples", "epochs"),
    [
        ("openai", 10, (1, 10, 10)), ("openai", 100, (1, 3, 3)), ("openai", 30_000, (1, 1, 3)),
        ("azure", 10, (1, 2, 5)), ("azure", 30_000, (1, 2, 5)),
    ],
)  # fmt: skip
def test_epochs_left_to_the_provider(provider: str, examples: int, epochs: tuple[int, int, int]) -> None:
    """Likely by the published rule, or two at Azure; low and high are its extremes, and every price follows."""
    [found] = report(lengths(*[100] * examples), provider=provider, model="gpt-4.1")["estimates"]
    assert tuple(found["epochs_range"].values()) == epochs
    assert found["epochs"] == epochs[1]
    price = found["price_usd_per_million"]
    per_epoch = [100 * examples, 100 * examples, 103 * examples]
    usd = [round(tokens * count * price / 1e6, 6) for tokens, count in zip(per_epoch, epochs, strict=True)]
    assert list(found["training_usd"].values()) == pytest.approx(usd, abs=2e-6)
    assert any("epochs `auto`" in told for told in found["assumptions"])


def test_what_is_cut_off_is_not_billed() -> None:
    """An example longer than the model trains on counts with that length; how many are is said."""
    [found] = report(lengths(65_536, 65_537, 200_000, 10), epochs=1)["estimates"]
    assert (found["training_tokens"], found["truncated_examples"]) == (3 * 65_536 + 10, 2)


def test_candidates_stand_side_by_side() -> None:
    """The target first, then by likely price; a bare model means all its offers, `provider/model@tier` one."""
    found = report(MILLION, tier="standard", compare=["gpt-4o-mini", "openai/gpt-4.1@standard"], epochs=1)["estimates"]
    assert [(one["offer"], one["training_usd"]["likely"], one["hosting_usd_per_month"]) for one in found] == [
        ("azure/gpt-4.1-mini@standard", 5.5, 1224.0),
        ("azure/gpt-4o-mini@developer", 1.5, 0.0),
        ("azure/gpt-4o-mini@global", 3.0, 1224.0),
        ("openai/gpt-4o-mini@standard", 3.0, 0.0),
        ("azure/gpt-4o-mini@standard", 3.3, 1224.0),
        ("openai/gpt-4.1@standard", 25.0, 0.0),
    ]


@pytest.mark.parametrize(
    ("compare", "message", "hint"),
    [
        ("gpt-4.1-min", "no model gpt-4.1-min", "gpt-4.1-mini"),
        ("azur/gpt-4.1", "no provider azur", "azure"),
        ("gpt-4.1@globl", "no tier or region globl", "global"),
    ],
)
def test_an_unknown_candidate_names_the_nearest(compare: str, message: str, hint: str) -> None:
    """Model, provider and tier alike."""
    with pytest.raises(InputError) as caught:
        report(MILLION, compare=[compare])
    assert message in caught.value.message
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize(
    ("today", "status", "days", "warned"),
    [
        ("2026-11-23", "closes", 52, "lives 52 days"),
        ("2027-01-10", "closed", 4, "no new training jobs since 2027-01-06"),
        ("2027-01-20", "retired", -6, "is retired since 2027-01-14"),
        ("2025-01-01", "open", 743, ""),
    ],
)
def test_how_long_a_model_can_be_had(today: str, status: str, days: int, warned: str) -> None:
    """Closed, retired or soon to be: said aloud, with the date and its source."""
    asked = Asked("openai", "gpt-4.1-mini", "standard", "sft")
    found = cost_report(asked, MILLION, load_prices(), datetime.date.fromisoformat(today))
    assert (found["estimates"][0]["status"], found["estimates"][0]["days_left"]) == (status, days)
    assert any(warned in told for told in found["said_first"]) or (not warned and not found["said_first"])


def test_old_prices_are_warned_of() -> None:
    """After 180 days."""
    asked = Asked("azure", "gpt-4.1-mini", "standard", "sft")
    for day, old in (("2027-02-07", False), ("2027-02-08", True)):
        found = cost_report(asked, MILLION, load_prices(), datetime.date.fromisoformat(day))
        assert any("days old (azure_retail, 2026-08-11)" in told for told in found["warnings"]) is old


@pytest.mark.parametrize(("limit", "passes"), [(16.51, True), (16.50, False), (1, False)])
def test_the_gate_holds_the_high_estimate(limit: float, passes: bool) -> None:
    """One million tokens, three epochs, 60 tokens more each: 16.50099 USD."""
    found = report(MILLION, tier="standard", epochs=3, max_usd=limit)
    assert found["within_budget"] is passes
    if passes:
        gate(found)
    else:
        with pytest.raises(GateError, match="more than max_usd"):
            gate(found)


def test_without_a_price_there_is_no_budget_to_hold() -> None:
    """Unknown is not cheap: the gate says that it cannot tell."""
    no_price, no_hours = "no price for the target", "how long training takes is not said"
    for model, method, why in (
        ("Qwen-32B", "sft", no_price), ("o4-mini", "rft", no_hours), ("gpt-6-luna", "sft", no_price),
        ("llama-9", "sft", no_price),
    ):  # fmt: skip
        found = report(MILLION, model=model, method=method, max_usd=1000)
        assert found["within_budget"] is False
        with pytest.raises(GateError, match=why):
            gate(found)


def test_a_prefix_of_3000_tokens_in_1000_requests() -> None:
    """3 million tokens at 0.40, cached at 0.10."""
    found = per_1000_requests(3000, "azure", "gpt-4.1-mini", load_prices())
    assert found is not None
    assert (found["input_usd"], found["cached_input_usd"], found["source"]) == (1.2, 0.3, "azure_retail")


@pytest.fixture
def train(tmp_path: Path) -> Path:
    path = tmp_path / "train.jsonl"
    line = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}]}
    path.write_text((json.dumps(line) + "\n") * 50 + "no example\n")
    return path


def test_files_are_counted_and_what_is_no_example_is_said(train: Path) -> None:
    """3 + 1 + 1 tokens a message here; the broken line is named, not swallowed."""
    found = cost(train, epochs=1, as_of=TODAY)
    assert found["estimates"][0]["examples"] == 50
    assert found["estimates"][0]["training_tokens"] == 500
    assert found["estimates"][0]["training_usd"]["likely"] == 0.00275
    assert any("train.jsonl:51" in told for told in found["warnings"])


def test_own_figures_come_first(train: Path, tmp_path: Path) -> None:
    """A negotiated price and a new model, with the file as their source; all else is as it was."""
    own = tmp_path / "rates.yaml"
    own.write_text(
        "compiled: 2026-11-01\nproviders:\n  azure:\n    models:\n"
        "      gpt-4.1-mini: {training: {standard: 4.0}}\n"
        "      our-model: {methods: [sft], training: {standard: 1.0}}\n"
    )
    found = cost(train, catalog=own, epochs=1, compare=["azure/gpt-4.1-mini@global"], as_of=TODAY)["estimates"]
    assert [(one["price_usd_per_million"], one["source"], one["as_of"]) for one in found] == [
        (4.0, "overlay", "2026-11-01"), (5.0, "azure_retail", "2026-08-11"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("providers: {azur: {}}", "no provider azur"),
        (
            "providers: {azure: {models: {gpt-4.1-mini: {trainin: {standard: 1}}}}}",
            "`trainin` is unknown, did",
        ),
        ("providers: {azure: {models: {gpt-4.1-mini: {training: {standard: cheap}}}}}", "training.standard"),
        ("- a", "no mapping"),
        ("a: [", "no YAML"),
    ],
)
def test_a_wrong_file_of_figures_is_explained(train: Path, tmp_path: Path, text: str, message: str) -> None:
    """Where and what, with the nearest name."""
    own = tmp_path / "rates.yaml"
    own.write_text(text)
    with pytest.raises(InputError) as caught:
        cost(train, catalog=own)
    assert message in caught.value.message
