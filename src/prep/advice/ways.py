"""The ways to answer requests, as plain numbers, and what each costs a month under a given load."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import hypot
from typing import TYPE_CHECKING

from prep.advice import formulas
from prep.advice.formulas import DAYS_A_MONTH

if TYPE_CHECKING:
    from prep.advice.formulas import Rates
    from prep.advice.quality import Quality

COMMITTED = ("zero_shot", "few_shot", "retrieved", "hybrid", "fine_tuned")  # the sooner, the easier undone


@dataclass(frozen=True)
class Range:
    """Dollars: low, likely, high."""

    low: float
    likely: float
    high: float

    def __add__(self, other: Range) -> Range:
        return Range(self.low + other.low, self.likely + other.likely, self.high + other.high)

    def times(self, factor: float) -> Range:
        """All three, times `factor` (0 or more)."""
        return Range(self.low * factor, self.likely * factor, self.high * factor)


def exactly(usd: float) -> Range:
    """A figure without a range."""
    return Range(usd, usd, usd)


@dataclass(frozen=True)
class Load:
    """How much is asked, for how long, and under which terms. Shares from 0 to 1; growth a month of 30 days."""

    requests_per_day: float
    horizon: int = 365
    requests_growth: float = 0.0
    retrain_every: int | None = None
    cache_hit: float | None = None  # None: each way's own `hits`
    batch_share: float = 0.0
    data_growth: float = 0.0
    cost_per_label: float = 0.0
    error_cost: float = 0.0
    deployments: int = 1
    hours_per_day: float = 24.0


@dataclass(frozen=True)
class Way:
    """One option on one model. Tokens of a request; hosting in dollars an hour; days from today."""

    option: str  # zero_shot | few_shot | retrieved | fine_tuned
    offer: str
    fixed: float
    variable: float
    output: float
    rates: Rates
    training: Range | None = None
    hosting: float = 0.0
    labels: int = 0
    life: int | None = None
    trains: int | None = None  # days in which new training jobs are taken
    hits: float = 0.0  # share of requests that find their prefix cached, estimated from the volume
    asked: float = 0.0  # retrieved few-shot: tokens that are embedded to find examples
    embedding: float = 0.0  # dollars a million of them
    index: float = 0.0  # dollars a month for where they are looked up
    quality: Quality | None = None
    refused: tuple[str, ...] = field(default=())  # why it cannot be had, in words

    @property
    def is_tuned(self) -> bool:
        """Whether a model is trained for it."""
        return self.option == "fine_tuned"

    @property
    def name(self) -> str:
        """How it is called in sentences."""
        return f"{spoken(self.option)} on {self.offer}"

    @property
    def prompt_tokens(self) -> float:
        """Tokens of a whole prompt: the proxy for latency."""
        return self.fixed + self.variable


def spoken(option: str) -> str:
    """An option's name in a sentence."""
    words = {"zero_shot": "zero-shot", "few_shot": "few-shot", "retrieved": "retrieved few-shot"}
    return words.get(option, option.replace("_", "-"))


@dataclass(frozen=True)
class Bill:
    """What a way costs: dollars; `monthly` is all of it in an average month of the days it lives."""

    way: Way
    per_request: float
    days: int
    mean_requests: float  # a day
    requests: float  # a month
    trained_on: tuple[int, ...]
    trainings: Range  # all of them
    labels: float
    running: float  # a month, requests alone
    hosting: float  # a month
    errors: Range | None  # a month; None: the quality is not known
    monthly: Range

    @property
    def one_off(self) -> Range:
        """Trainings and labels of all its days."""
        return self.trainings + exactly(self.labels)

    @property
    def per_1000(self) -> float:
        """A thousand requests alone."""
        return self.per_request * 1000


def request_cost(way: Way, load: Load) -> float:
    """One request of a way."""
    hit = way.hits if load.cache_hit is None else load.cache_hit
    made = formulas.request(way.fixed, way.variable, way.output, way.rates, cache_hit=hit, batch_share=load.batch_share)
    return made + formulas.lookup(way.asked, way.embedding)


def full_request_cost(way: Way, load: Load) -> float:
    """One request of a way, and what its errors cost where their price and the quality are known."""
    wrong = 1 - way.quality.share if way.quality is not None else 0.0
    return request_cost(way, load) + wrong * load.error_cost


def lived(way: Way, load: Load) -> int:
    """The days of the horizon in which the way can be had."""
    return load.horizon if way.life is None else max(0, min(load.horizon, way.life))


def grown(load: Load, day: int) -> float:
    """How large the data is on a day, against today."""
    return float((1 + load.data_growth) ** (day / DAYS_A_MONTH))


def bill(way: Way, load: Load) -> Bill:
    """What `way` costs under `load`: requests, hosting, and trainings and labels spread over the days it lives."""
    days = lived(way, load)
    per_request = request_cost(way, load)
    mean = formulas.mean_volume(load.requests_per_day, load.requests_growth, load.horizon)
    requests = mean * DAYS_A_MONTH
    trained = formulas.training_days(days, load.retrain_every, way.trains) if way.training else []
    trainings = (way.training or exactly(0)).times(sum(grown(load, day) for day in trained))
    labels = way.labels * load.cost_per_label * (grown(load, trained[-1]) if trained else 1)
    month = formulas.hosting(load.hours_per_day * DAYS_A_MONTH, way.hosting, load.deployments)
    errors = None
    if way.quality is not None and load.error_cost:
        wrong = [1 - way.quality.high, 1 - way.quality.share, 1 - way.quality.low]
        errors = Range(*(requests * load.error_cost * share for share in wrong))
    spread = (trainings + exactly(labels)).times(DAYS_A_MONTH / days if days else 0)
    monthly = exactly(requests * per_request + month + way.index) + spread + (errors or exactly(0))
    running = requests * per_request
    return Bill(
        way, per_request, days, mean, requests, tuple(trained), trainings, labels, running, month, errors, monthly
    )


def told_apart(left: Bill, right: Bill) -> bool:
    """Whether two monthly costs differ by more than their uncertainties, combined as of independent estimates.

    What counts is how much dearer the cheaper one may be, and how much cheaper the dearer one.
    """
    less, more = sorted((left.monthly, right.monthly), key=lambda one: one.likely)
    return more.likely - less.likely > hypot(less.high - less.likely, more.likely - more.low)
