"""What flips the answer does flip it; a hybrid is never dearer than its halves."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))
from situations import situation

from prep.advice.choice import choose
from prep.advice.flips import flips
from prep.advice.formulas import Rates
from prep.advice.hybrid import best_hybrid, break_even
from prep.advice.ways import Load, Range, Way, bill, told_apart


def test_the_volume_that_flips_is_the_break_even() -> None:
    """Just under it prompting is chosen, at it tuning; it is what the closed formula says."""
    made = situation(requests_per_day=5_000, retrieve=20)
    ways = [one.way for one in made.found]
    found = {one.name: one for one in flips(ways, made.load)}
    volume = found["requests_per_day"]
    assert (volume.below, volume.to_above) == (None, "fine-tuned on azure/gpt-4.1-mini@global")
    assert volume.above == pytest.approx(made.verdict.break_even.per_day, rel=1e-3)  # type: ignore[union-attr]
    assert choose(ways, replace(made.load, requests_per_day=volume.above)).family == "tune"  # type: ignore[arg-type]
    assert choose(ways, replace(made.load, requests_per_day=volume.above * 0.999)).family == "prompt"  # type: ignore[operator]
    assert found["hosting"].below == pytest.approx((5_000 * 30 * 0.00112 - 15) / 1224, rel=1e-3)
    assert found["cache_hit"].above is None


def test_nothing_flips_where_there_is_one_kind_of_way() -> None:
    """Without a tuned way there is no other answer."""
    made = situation(models=["openai/gpt-6-luna"])
    assert flips([one.way for one in made.found], made.load) == []


def test_only_the_ends_that_face_each_other_tell_two_ways_apart() -> None:
    """A tuned way that may be dearer still is not confused with a cheaper prompt; one that may be cheaper is."""
    load = Load(1000, 30)
    prompt = bill(Way("few_shot", "a", 100, 100, 100, Rates(1, 1)), load)
    way = Way("fine_tuned", "b", 100, 100, 100, Rates(1, 1))
    dearer, cheaper = (bill(replace(way, training=Range(*usd)), load) for usd in ((10, 10, 90), (0, 10, 10)))
    assert told_apart(prompt, dearer)
    assert told_apart(dearer, prompt)
    assert not told_apart(prompt, cheaper)


prices = st.floats(0.01, 10)
rates = st.builds(Rates, prices, prices, st.none() | st.floats(0.001, 1))
prompts = st.builds(
    Way, st.just("few_shot"), st.just("a"), st.floats(0, 5000), st.floats(1, 500), st.floats(1, 500), rates
)
tuned = st.builds(
    lambda way, usd, hosting, life, trains: replace(
        way, option="fine_tuned", offer="b", training=Range(usd, usd, usd), hosting=hosting, life=life, trains=trains
    ),
    prompts, st.floats(0.1, 1000), st.floats(0, 3), st.integers(30, 400), st.integers(0, 400),
)  # fmt: skip
loads = st.builds(
    Load,
    st.floats(1, 1e6),
    st.integers(30, 400),
    st.floats(-0.3, 0.5),
    st.none() | st.integers(7, 200),
    st.floats(0, 1),
)


@settings(deadline=None, max_examples=60)
@given(prompt=prompts, way=tuned, load=loads)
def test_a_hybrid_is_cheaper_than_its_halves(prompt: Way, way: Way, load: Load) -> None:
    """Where one is found it costs less than prompting alone, no more than tuning at once, and trains while it can."""
    found = best_hybrid(prompt, way, load)
    if found is None:
        return
    assert found.total < found.only_prompt
    assert found.tune_now is None or found.total <= found.tune_now
    assert way.trains is not None
    assert 0 < found.switch <= way.trains


@settings(deadline=None, max_examples=60)
@given(prompt=prompts, way=tuned, load=loads)
def test_at_the_break_even_both_cost_the_same(prompt: Way, way: Way, load: Load) -> None:
    """A month at the break-even volume costs as much prompted as tuned, all in."""
    load = replace(load, requests_growth=0.0)
    found = break_even(prompt, way, load)
    if found.per_day is None or not 1e-6 < found.per_day < 1e12:
        return
    there = replace(load, requests_per_day=found.per_day)
    assert bill(way, there).monthly.likely == pytest.approx(bill(prompt, there).monthly.likely, rel=1e-6)
