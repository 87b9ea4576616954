"""Situations that differ in one input each, and the verdict that follows for that reason."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import ValidationError

sys.path.insert(0, str(Path(__file__).parent))
from situations import TODAY, Given, situation

from prep.advice.hybrid import break_even
from prep.advice.settings import Advise
from prep.advice.trace import steps
from prep.advice.verdict import hybrid_told
from prep.advice.ways import bill
from prep.errors import UsageError

if TYPE_CHECKING:
    from prep.advice.report import Weighed

MINI = "azure/gpt-4.1-mini@global"
LUNA = "openai/gpt-6-luna"


def said(made: Weighed) -> str:
    return made.verdict.sentence


def test_one_input_after_another_flips_the_verdict() -> None:
    """From prompt to tune and back, each time by one input, for the reason that the figures give."""
    # Few-shot against fine-tuned; k is the whole bank, so that retrieving saves nothing.
    load: dict[str, Any] = {"retrieve": 20, "requests_per_day": 5_000}
    first = situation(**load)
    assert (first.verdict.kind, first.choice.best.way.option) == ("prompt", "few_shot")  # type: ignore[union-attr]
    assert "would pay from 36,875 requests a day on, 7.4 times as many" in said(first)

    load["requests_per_day"] = 50_000  # volume: the saving now outweighs hosting
    second = situation(**load)
    assert second.verdict.kind == "tune"
    assert "the cheapest prompt, few-shot on azure/gpt-4.1-mini@global, 2,340.00" in said(second)
    assert "is earned back on 2026-11-24, day 1 of the 30" in said(second)

    load["cache_hit"] = 1.0  # caching: it takes the saving that tuning promises
    third = situation(**load)
    assert third.verdict.kind == "prompt"
    assert "187,727 requests a day" in said(third)

    load["quality"] = {"few_shot": "0.90±0.01", "fine_tuned": "0.95±0.01"}
    load["error_cost"] = 0.0  # quality alone: few-shot is measurably worse, and is no longer a choice
    fourth = situation(**load)
    assert fourth.verdict.kind == "tune"
    assert "worth its money where an error costs more than 0.01 USD" in said(fourth)

    load["quality"] = {"few_shot": "0.90±0.05", "fine_tuned": "0.95±0.01"}  # uncertainty: now they may be equally good
    fifth = situation(**load)
    assert fifth.verdict.kind == "prompt"

    load["error_cost"] = 0.05  # errors have a price: 5 points of 1.5 M requests are worth more than hosting
    sixth = situation(**load)
    assert sixth.choice.cheapest(tuned=True).monthly.likely < sixth.choice.cheapest(tuned=False).monthly.likely  # type: ignore[union-attr]
    assert sixth.verdict.kind == "prompt"
    assert said(sixth).startswith("Cannot be told apart: few-shot on azure/gpt-4.1-mini@global (")
    assert said(sixth).endswith("few-shot is advised, as it is easier undone.")

    load["quality"] = {"few_shot": "0.90±0.01", "fine_tuned": "0.95±0.01"}  # measured better, the same price of errors
    seventh = situation(**load)
    assert seventh.verdict.kind == "tune"

    load["today"] = datetime.date(2027, 4, 15)  # a day after the last training job
    eighth = situation(**load)
    assert eighth.verdict.kind == "none"
    assert "takes no new training jobs since 2027-04-14" in said(eighth)


@pytest.mark.parametrize(
    ("before", "after", "kinds", "reason"),
    [
        ({"requests_per_day": 40_000}, {"retrain_every": 1}, ("tune", "prompt"), "15 USD of training a day"),
        ({}, {"deployments": 3}, ("tune", "prompt"), "three deployments are hosted"),
        ({"requests_per_day": 30_000}, {"hours_per_day": 12.0}, ("prompt", "tune"), "half the hosting"),
        ({}, {"models": [MINI, LUNA]}, ("tune", "prompt"), "a newer model untuned costs less than the tuned one"),
        ({"models": [MINI, LUNA]}, {"residency": "region", "models": ["azure/gpt-4.1-mini@standard", LUNA]},
         ("prompt", "tune"), "data must stay in its region, where the newer model is not"),
        ({}, {"cost_per_label": 2.0}, ("tune", "prompt"), "a thousand labels are still to be paid"),
        ({"requests_per_day": 1_000}, {"models": ["openai/gpt-4.1-mini"]}, ("prompt", "tune"), "no hosting at OpenAI"),
        ({"models": ["openai/gpt-4.1-mini"]}, {"cache_hit": 1.0}, ("tune", "prompt"), "never, where all is cached"),
        ({"requests_per_day": 5_000}, {"latency": 1000, "requests_per_day": 5_000}, ("prompt", "tune"), "long prompts"),
    ],
)  # fmt: skip
def test_a_single_input_flips_it(
    before: dict[str, Any], after: dict[str, Any], kinds: tuple[str, str], reason: str
) -> None:
    """At 50,000 requests a day tuning pays, at less it does not; one input more or less turns that around."""
    base: dict[str, Any] = {"retrieve": 20, "requests_per_day": 50_000, "quality": {}}
    if "latency" in after:  # zero-shot was measured as too weak
        base["quality"] = {"zero_shot": "0.5±0.01", "few_shot": "0.9±0.01", "fine_tuned": "0.9±0.01"}
    found = tuple(situation(**base | before | more).verdict.kind for more in ({}, after))
    assert found == kinds, reason


def test_the_worked_figures_through_the_catalog() -> None:
    """The break-evens printed in the literature follow from the catalog's own prices: 1.11 M, 5.6 M, 22 k, never."""

    def pair(name: str, hit: float) -> Any:
        made = situation(models=[name], cache_hit=hit, retrieve=20)
        ways = {one.way.option: one.way for one in made.found}
        return break_even(ways["few_shot"], ways["fine_tuned"], made.load)

    assert f"{pair(MINI, 0.0).first_month / 1e6:.2f} M" == "1.11 M"
    assert f"{pair(MINI, 1.0).first_month / 1e6:.1f} M" == "5.6 M"
    assert f"{pair('openai/gpt-4.1-mini', 0.0).first_month / 1e3:.0f} k" == "22 k"
    assert pair("openai/gpt-4.1-mini", 1.0).first_month is None
    luna = next(one for one in situation(models=[LUNA]).choice.bills if one.way.option == "few_shot")
    assert f"{luna.per_request:.6f}" == "0.000405"


def test_prompt_until_there_are_enough_requests() -> None:
    """Requests that grow through the break-even volume are prompted first and tuned from then on."""
    made = situation(requests_per_day=10_000, requests_growth=0.5, horizon=300, retrieve=20)
    hybrid = made.verdict.hybrid
    assert made.verdict.kind == "hybrid"
    assert hybrid is not None
    assert hybrid.tune_now is not None
    assert hybrid.total < min(hybrid.only_prompt, hybrid.tune_now)
    assert 30_000 < hybrid.volume < 45_000  # near hosting over saving: 1,224 / 30 / 0.00112 = 36,429
    assert f"fine-tune {MINI} when there are {hybrid.volume:,.0f} requests a day" in said(made)
    assert situation(requests_per_day=10_000, horizon=300, retrieve=20).verdict.kind == "prompt"


@pytest.mark.parametrize(
    ("load", "told"),
    [
        (
            {},
            "until there are 36,875 requests a day, then fine-tune azure/gpt-4.1-mini@global: the volume does not grow",
        ),
        ({"requests_per_day": 50_000}, "that is now, so that the path is to fine-tune at once"),
        ({"requests_growth": 0.1}, "at this growth in 629 days, too late to pay within 30"),
        (
            {"models": ["openai/gpt-4.1-mini"], "cache_hit": 1.0},
            "a request to the tuned model saves nothing at any volume",
        ),
    ],
)
def test_the_hybrid_path_is_told_where_it_is_none(load: dict[str, Any], told: str) -> None:
    """From which volume on one would change, and why that is not the advice."""
    made = situation(**{"requests_per_day": 5_000, "retrieve": 20} | load)
    assert told in str(hybrid_told(made.choice, made.load, TODAY))


def test_one_record_and_no_bank_are_answered_in_words() -> None:
    """Too few examples to tune: a verdict with the provider's reason; without a bank zero-shot is the prompt."""
    made = situation(Given(examples=1, banked=0))
    assert made.verdict.kind == "prompt"
    assert "azure asks for 10 training examples at least, there is 1" in said(made)
    assert {one.way.option for one in made.choice.bills} == {"zero_shot"}


def test_a_model_that_lives_for_days_is_no_answer() -> None:
    """gpt-5 goes in 17 days: refused, and said so."""
    made = situation(models=["openai/gpt-5"])
    assert made.verdict.kind == "none"
    assert "openai/gpt-5 lives 17 more days, fewer than 30" in said(made)
    assert TODAY.isoformat() == "2026-11-24"


def test_no_volume_is_not_said_of_what_another_tuned_model_would_pay() -> None:
    """With a cached prompt OpenAI's tuned model, the cheapest for want of hosting, never pays; Azure's does at last."""
    made = situation(models=["azure/gpt-4.1-mini@global", "openai/gpt-4.1-mini"], cache_hit=1.0, requests_per_day=100)
    told = made.verdict.sentence
    assert "on openai/gpt-4.1-mini@standard" in told
    assert "no volume makes it pay. Tuning azure/gpt-4.1-mini@global would pay from" in told
    # (15 + 1224) / 0.00022 = 5.63 million in a month of 30 days
    assert "187,727 requests a day on." in told
    path = hybrid_told(made.choice, made.load, TODAY)
    assert path is not None
    assert "until there are 187,727 requests a day, then fine-tune azure/gpt-4.1-mini@global" in path


def test_without_requests_the_cheaper_request_is_named() -> None:
    """All prompts cost nothing then."""
    made = situation(models=["azure/gpt-4.1-mini@global", "openai/gpt-6-luna"], requests_per_day=0)
    assert made.choice.best is not None
    assert made.choice.best.way.offer == "openai/gpt-6-luna@standard"


def test_retrieved_examples_cost_their_tokens_the_embedding_and_the_index() -> None:
    """F 200, V 300 and 5 examples of 140, O 150 at 0.40 and 1.60; 300 tokens embedded at 0.13; 60 USD a month."""
    made = situation(requests_per_day=1000, retrieval_usd_per_month=60.0)
    [found] = [one for one in made.choice.bills if one.way.option == "retrieved"]
    per_request = ((200 + 300 + 700) * 0.40 + 150 * 1.60 + 300 * 0.13) / 1e6
    assert found.per_request == pytest.approx(per_request)
    assert found.monthly.likely == pytest.approx(30_000 * per_request + 60)
    own = situation(requests_per_day=1000, embedding_price=0.02)
    [other] = [one for one in own.choice.bills if one.way.option == "retrieved"]
    assert other.per_request == pytest.approx(per_request - 300 * 0.11 / 1e6)
    [tuned] = [one for one in made.choice.bills if one.way.is_tuned]
    even = break_even(found.way, tuned.way, made.load)
    assert even.first_month == pytest.approx((15 + 1224 - 60) / (per_request - 0.00044))


def test_reinforcement_is_billed_by_the_hour_and_for_its_grader() -> None:
    """10 hours at 100 USD, and a grader that reads 20 and writes 2 million tokens at 0.40 and 1.60."""
    rft = {"provider": "azure", "model": "o4-mini", "tier": "global", "method": "rft"}
    options = {"models": ["azure/o4-mini@global"], "training_hours": 10.0, "horizon": 30}
    graded = {"grader": "gpt-4.1-mini", "grader_tokens": (20_000_000, 2_000_000)}
    with_grader, without = (situation(Given(rft), **options, **more) for more in (graded, {}))  # type: ignore[arg-type]
    for made, usd in ((with_grader, 1000 + 8 + 3.2), (without, 1000)):
        [tuned] = [one for one in made.choice.bills if one.way.is_tuned]
        assert tuned.way.training is not None
        assert tuned.way.training.likely == pytest.approx(usd)
    [tuned] = [one for one in with_grader.found if one.way.is_tuned]
    lines = {step.name: step for step in steps(tuned, bill(tuned.way, with_grader.load), with_grader.load)}
    assert lines["train"].numbers == "10 x 100 + (20000000 x 0.4 + 2000000 x 1.6) / 1e6"
    assert {figure.key for figure in tuned.figures.values()} == {"azure_retail"}


def test_a_grader_without_tokens_is_no_figure() -> None:
    """Each of the two needs the other, and both need reinforcement."""
    with pytest.raises(UsageError, match="`grader` is for rft; this run is for sft"):
        situation(grader="gpt-4.1", grader_tokens=(1, 1))
    for half in ({"grader": "gpt-4.1"}, {"grader_tokens": [1, 1]}):
        with pytest.raises(ValidationError, match="grader_tokens"):
            Advise.model_validate(half)
