"""The formulas give the worked figures, to the digit in which they are printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prep.advice.formulas import (
    Rates,
    break_even,
    hits_by_volume,
    hosting,
    mean_volume,
    payback_day,
    request,
    training,
    training_by_hour,
    training_days,
)

AZURE = Rates(0.40, 1.60, 0.10)  # gpt-4.1-mini, global: base and tuned cost the same
TUNED_OPENAI = Rates(0.80, 3.20, 0.20)
LUNA = Rates(0.10, 0.50, 0.01)
MONTH = hosting(720, 1.70)


def test_the_parts_of_the_worked_example() -> None:
    """A million tokens three times; a request with a prefix of 3,000 and of 200; a month of hosting."""
    assert training(1_000_000, 3, 5.00) == 15.00
    assert f"{request(3000, 300, 150, AZURE):.5f}" == "0.00156"
    assert f"{request(200, 300, 150, AZURE):.5f}" == "0.00044"
    assert f"{request(3000, 300, 150, AZURE, cache_hit=1):.5f}" == "0.00066"
    assert MONTH == 1224.00


@pytest.mark.parametrize(("cache_hit", "saving", "printed"), [(0.0, "0.00112", "1.11 M"), (1.0, "0.00022", "5.6 M")])
def test_azure_breaks_even_at_the_printed_volume(cache_hit: float, saving: float | str, printed: str) -> None:
    """Hosting dominates: 1.11 M requests in month one, 5.6 M where every prefix is found in the cache."""
    prompt = request(3000, 300, 150, AZURE, cache_hit=cache_hit)
    tuned = request(200, 300, 150, AZURE, cache_hit=cache_hit)
    assert f"{prompt - tuned:.5f}" == saving
    found = break_even(15.00, MONTH, prompt, tuned)
    assert found is not None
    assert f"{found / 1e6:.{len(printed.split()[0]) - 2}f} M" == printed


def test_openai_breaks_even_at_22_thousand_or_never() -> None:
    """No hosting, but tuned requests cost twice: 22 k uncached; with every prefix cached, never."""
    tuned = request(200, 300, 150, TUNED_OPENAI)
    assert f"{tuned:.5f}" == "0.00088"
    found = break_even(15.00, 0, request(3000, 300, 150, AZURE), tuned)
    assert found is not None
    assert f"{found / 1e3:.0f} k" == "22 k"
    assert break_even(15.00, 0, request(3000, 300, 150, AZURE, cache_hit=1), tuned) is None


def test_a_newer_model_untuned() -> None:
    """gpt-6-luna with the whole prompt, uncached, is cheaper than the tuned gpt-4.1-mini."""
    assert f"{request(3000, 300, 150, LUNA):.6f}" == "0.000405"


def test_a_short_prefix_is_not_cached() -> None:
    """Under 1,024 tokens the share of hits does not matter; from there on it does."""
    assert request(1023, 0, 0, AZURE, cache_hit=1) == pytest.approx(1023 * 0.40 / 1e6)
    assert request(1024, 0, 0, AZURE, cache_hit=1) == pytest.approx(1024 * 0.10 / 1e6)
    assert request(3000, 0, 0, Rates(0.4, 1.6), cache_hit=1) == pytest.approx(3000 * 0.40 / 1e6)


def test_writing_to_the_cache_has_a_price_where_it_is_used() -> None:
    """A prefix that is not found costs the price of writing; without caching it is plain input."""
    rates = Rates(0.10, 0.50, 0.01, write=0.125)
    assert request(2000, 0, 0, rates, cache_hit=0.5) == pytest.approx(2000 * (0.5 * 0.125 + 0.5 * 0.01) / 1e6)
    assert request(2000, 0, 0, rates) == pytest.approx(2000 * 0.10 / 1e6)


def test_a_share_by_batch() -> None:
    """c = (1 - b) c + b c_batch; without a price for batch nothing is discounted."""
    rates = Rates(0.80, 3.20, 0.20, batch=Rates(0.40, 1.60, 0.10))
    single, batched = request(200, 300, 150, rates), request(200, 300, 150, Rates(0.40, 1.60, 0.10))
    assert request(200, 300, 150, rates, batch_share=0.25) == pytest.approx(0.75 * single + 0.25 * batched)
    assert request(200, 300, 150, AZURE, batch_share=1) == request(200, 300, 150, AZURE)


def test_training_by_the_hour_adds_the_grader() -> None:
    """Hours x rate and the grader's tokens at its own price."""
    assert training_by_hour(2, 100, 1_000_000, 500_000, Rates(2.00, 8.00)) == 206.0


def test_training_again_while_it_can_be() -> None:
    """At the start and every so many days, as long as the model lives and new jobs are taken."""
    assert training_days(365, None) == [0]
    assert training_days(365, 90) == [0, 90, 180, 270, 360]
    assert training_days(365, 90, last=141) == [0, 90]
    assert training_days(0, 90) == []
    assert training_days(10, None, last=-1) == []


def test_the_day_on_which_it_has_paid_back() -> None:
    """15 dollars at 1,000 requests a day that save 0.00068 each: 22,059 requests, day 23; training again delays it."""
    assert payback_day([(0, 15.0)], 0, 0.00068, 1000, 0, 365) == 23
    assert payback_day([(0, 15.0), (30, 15.0)], 0, 0.00068, 1000, 0, 365) == 45
    assert payback_day([(0, 15.0)], 0, -0.1, 1000, 0, 365) is None
    assert payback_day([(0, 15.0)], 1.0, 0.00068, 1000, 0, 365) is None
    assert payback_day([(0, 15.0)], 1.0, 0.00068, 1000, 0.2, 365) is not None


def test_hits_by_volume() -> None:
    """One request in five minutes finds a prefix that lives five minutes in 63 of 100 cases."""
    assert hits_by_volume(288, 300) == pytest.approx(0.632, abs=1e-3)
    assert hits_by_volume(0, 300) == 0


@given(
    one_off=st.floats(0.01, 1e6), fixed=st.floats(0, 1e5), prompt=st.floats(1e-6, 1), tuned=st.floats(1e-6, 1)
)  # fmt: skip
def test_break_even_is_where_both_cost_the_same(one_off: float, fixed: float, prompt: float, tuned: float) -> None:
    """At the break-even volume prompting and tuning cost the same; where there is none, tuning costs more at any."""
    found = break_even(one_off, fixed, prompt, tuned)
    if found is None:
        assert one_off + fixed + 1e6 * tuned > 1e6 * prompt
    else:
        assert found * prompt == pytest.approx(one_off + fixed + found * tuned, rel=1e-6)


@given(requests=st.floats(1, 1e6), growth=st.floats(-0.5, 1), days=st.integers(1, 400))
def test_the_mean_volume_is_the_sum_over_the_days(requests: float, growth: float, days: int) -> None:
    """Between the first and the last day's volume."""
    ends = (requests, requests * (1 + growth) ** ((days - 1) / 30))
    assert min(ends) * (1 - 1e-9) <= mean_volume(requests, growth, days) <= max(ends) * (1 + 1e-9)
