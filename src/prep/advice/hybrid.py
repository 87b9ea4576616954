"""The hybrid path: prompt until there are so many requests a day, then tune; and the volume at which that pays."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from math import log
from typing import TYPE_CHECKING

from prep.advice import formulas
from prep.advice.formulas import DAYS_A_MONTH
from prep.advice.ways import bill, full_request_cost, grown, lived

if TYPE_CHECKING:
    from prep.advice.ways import Load, Way


@dataclass(frozen=True)
class BreakEven:
    """From how many requests on a tuned way is cheaper than a prompt; None: never."""

    prompt: Way
    tuned: Way
    saving: float  # dollars a request
    owed: float  # dollars for labels that the tuned way needs more
    first_month: float | None  # requests of the first month that pay for training, labels and hosting
    per_month: float | None  # requests a month, over all days it lives
    per_day: float | None
    payback: int | None  # the day by which it has paid back at the expected volume
    reached: int | None  # the day on which the expected volume reaches `per_day`, growing as given; 0: it is there


def break_even(prompt: Way, tuned: Way, load: Load) -> BreakEven:
    """The break-even of one pair."""
    made = bill(tuned, load)
    saving = full_request_cost(prompt, load) - full_request_cost(tuned, load)
    owed = _more_labels(prompt, tuned, load)
    ready = made.hosting - prompt.index
    first = tuned.training.likely if tuned.training is not None else 0.0
    per_month = per_day = None
    if made.days:
        spread = (made.trainings.likely + owed) * DAYS_A_MONTH / made.days
        per_month = formulas.break_even(spread, ready, saving, 0.0)
    per_day = per_month / DAYS_A_MONTH if per_month is not None else None
    costs = [(day, first * grown(load, day)) for day in made.trained_on] + [(0, owed)]
    payback = formulas.payback_day(
        costs, ready / DAYS_A_MONTH, saving, load.requests_per_day, load.requests_growth, made.days
    )
    return BreakEven(
        prompt, tuned, saving, owed, formulas.break_even(first + owed, ready, saving, 0.0), per_month, per_day,
        payback if made.trained_on else None, _reached(per_day, load),
    )  # fmt: skip


def _more_labels(prompt: Way, tuned: Way, load: Load) -> float:
    """What the tuned way's labels cost more than the prompt's."""
    return bill(tuned, load).labels - bill(prompt, load).labels


def _reached(per_day: float | None, load: Load) -> int | None:
    if per_day is None:
        return None
    if load.requests_per_day >= per_day:
        return 0
    if load.requests_growth <= 0 or load.requests_per_day <= 0:
        return None
    return int(DAYS_A_MONTH * log(per_day / load.requests_per_day) / log(1 + load.requests_growth)) + 1


@dataclass(frozen=True)
class Hybrid:
    """Prompting, then tuning from day `switch` on; dollars over the horizon."""

    prompt: Way
    tuned: Way
    switch: int
    volume: float  # requests on that day
    total: float
    monthly: float
    days: int  # of the horizon
    only_prompt: float
    tune_now: float | None  # None: it cannot be tuned at once
    end: int  # the day on which the tuned model goes, at most `days`
    trained_on: tuple[int, ...]
    training: float  # dollars, of all trainings
    labels: float


def best_hybrid(prompt: Way, tuned: Way, load: Load) -> Hybrid | None:
    """The cheapest day to switch from `prompt` to `tuned`; None where it is the first day, or no day is worth it.

    After the tuned model's end its requests are prompted again; a prompt whose model goes moves to a successor at the
    same price. Days count from 0.
    """
    end = lived(tuned, load)
    if tuned.training is None or end <= 0:
        return None
    volumes = [formulas.volume(load.requests_per_day, load.requests_growth, day) for day in range(load.horizon)]
    asked = [0.0, *accumulate(volumes)]
    by_prompt, by_tuned = full_request_cost(prompt, load), full_request_cost(tuned, load)
    ready, index = bill(tuned, load).hosting / DAYS_A_MONTH, prompt.index / DAYS_A_MONTH
    owed_first = prompt.labels * load.cost_per_label

    def trained(switch: int) -> tuple[int, ...]:
        days = (switch + day for day in formulas.training_days(end - switch, load.retrain_every))
        return tuple(day for day in days if tuned.trains is None or day <= tuned.trains)

    def spent(days: tuple[int, ...]) -> tuple[float, float]:
        training = tuned.training.likely * sum(grown(load, day) for day in days) if tuned.training else 0.0
        return training, max(owed_first, tuned.labels * load.cost_per_label * grown(load, days[-1]))

    def total(switch: int) -> float | None:
        days = trained(switch)
        if not days or days[0] != switch:
            return None
        training, labels = spent(days)
        prompted = (asked[switch] + asked[-1] - asked[end]) * by_prompt + (switch + load.horizon - end) * index
        return prompted + (asked[end] - asked[switch]) * by_tuned + (end - switch) * ready + training + labels

    never = asked[-1] * by_prompt + load.horizon * index + owed_first
    found = [(usd, day) for day in range(end) if (usd := total(day)) is not None]
    if not found:
        return None
    usd, day = min(found)
    if day == 0 or usd >= never:
        return None
    months = load.horizon / DAYS_A_MONTH
    return Hybrid(
        prompt, tuned, day, volumes[day], usd, usd / months, load.horizon, never, total(0), end, trained(day),
        *spent(trained(day)),
    )  # fmt: skip
