"""The arithmetic of fine-tuning against prompting: plain numbers in, US dollars out.

Sources: the providers' pricing pages for what is billed (tokens x epochs, cached input, hosting by the hour); the
break-even is the one-off and fixed costs of a period over what a request saves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

MILLION = 1_000_000
CACHED_FROM = 1024  # tokens: a shorter prefix is not cached (OpenAI, prompt caching guide)
DAYS_A_MONTH = 30
HOURS_A_DAY = 24


@dataclass(frozen=True)
class Rates:
    """US dollars a million tokens; `cached` None: no discount; `write`: a prefix on its way into the cache."""

    input: float
    output: float
    cached: float | None = None
    write: float | None = None
    batch: Rates | None = None
    cached_from: int = CACHED_FROM  # tokens: the shortest prefix that is cached


def training(tokens: float, epochs: float, price: float) -> float:
    """Training by tokens (sft, dpo): `price` in dollars a million; `tokens` cut at a model's longest example."""
    return tokens * epochs * price / MILLION


def training_by_hour(hours: float, rate: float, grader_input: float, grader_output: float, grader: Rates) -> float:
    """Training by the hour (rft), and the tokens of the model that grades."""
    return hours * rate + (grader_input * grader.input + grader_output * grader.output) / MILLION


def cached_share(fixed: float, rates: Rates, cache_hit: float) -> float:
    """The share of requests that find their fixed prefix in the cache; 0 where it is too short, or has no price."""
    return cache_hit if fixed >= rates.cached_from and rates.cached is not None else 0.0


def request(
    fixed: float, variable: float, output: float, rates: Rates, *, cache_hit: float = 0.0, batch_share: float = 0.0
) -> float:
    """One request: a fixed prefix, what varies, and the answer, in tokens; a share of all goes by batch.

    Where prefixes are cached and writing them has a price of its own, a prefix that is not found costs that.
    """
    hit = cached_share(fixed, rates, cache_hit)
    missed = rates.write if hit and rates.write is not None else rates.input
    found = rates.cached if hit and rates.cached is not None else 0.0
    prefix = fixed * ((1 - hit) * missed + hit * found)
    single = (prefix + variable * rates.input + output * rates.output) / MILLION
    if not batch_share or rates.batch is None:
        return single
    batched = request(fixed, variable, output, rates.batch, cache_hit=cache_hit)
    return (1 - batch_share) * single + batch_share * batched


def lookup(tokens: float, price: float) -> float:
    """Finding the nearest examples for one request: what is asked, embedded; `price` in dollars a million tokens."""
    return tokens * price / MILLION


def hosting(hours: float, rate: float, deployments: int = 1) -> float:
    """A tuned model kept ready for `hours`."""
    return hours * rate * deployments


def break_even(one_off: float, fixed: float, prompt: float, tuned: float) -> float | None:
    """Requests of a period from which tuning is cheaper; None: never, for a request to the tuned model saves nothing.

    `one_off`: training and labels that the period pays for; `fixed`: its hosting, less what a prompt's index costs
    (never under 0 requests, however dear that is); `prompt`, `tuned`: one request.
    """
    saving = prompt - tuned
    return max(0.0, one_off + fixed) / saving if saving > 0 else None


def volume(requests_per_day: float, growth: float, day: float) -> float:
    """Requests on a day, counted from 0, that grow by the share `growth` in 30 days."""
    return float(requests_per_day * (1 + growth) ** (day / DAYS_A_MONTH))


@lru_cache(maxsize=1024)
def mean_volume(requests_per_day: float, growth: float, days: int) -> float:
    """Requests on the average day of the first `days`."""
    if not growth:
        return requests_per_day
    return sum(volume(requests_per_day, growth, day) for day in range(days)) / days


def training_days(lived: int, every: int | None, last: int | None = None) -> list[int]:
    """The days on which is trained: at the start, then every so many while the model lives and takes new jobs."""
    days = range(0, lived, every) if every else range(min(1, lived))
    return [day for day in days if last is None or day <= last]


def payback_day(
    costs: list[tuple[int, float]],
    hosting_per_day: float,
    saving: float,
    requests_per_day: float,
    growth: float,
    days: int,
) -> int | None:
    """The first day by whose end tuning has cost no more than prompting, and from which on that stays so; None: never.

    `costs`: (day, dollars) of trainings and labels; `saving`: dollars a request; days count from 1.
    """
    by_day: dict[int, float] = {}
    for day, usd in costs:
        by_day[day] = by_day.get(day, 0.0) + usd
    balance, found = 0.0, None
    for day in range(days):
        balance -= by_day.get(day, 0.0) + hosting_per_day
        balance += volume(requests_per_day, growth, day) * saving
        if balance < 0:
            found = None
        elif found is None:
            found = day + 1
    return found


def hits_by_volume(requests_per_day: float, idle_seconds: float) -> float:
    """The share of requests that come while a prefix is still cached, where they come at random through the day.

    A cached prefix lives `idle_seconds` after its last use; arrivals are taken as a Poisson process.
    """
    from math import exp

    return 1 - exp(-requests_per_day * idle_seconds / (HOURS_A_DAY * 3600))
