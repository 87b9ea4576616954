"""What would flip the answer: each input alone is moved until another family of ways is the one to choose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp, log
from typing import TYPE_CHECKING

from prep.advice.choice import choose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from prep.advice.formulas import Rates
    from prep.advice.ways import Load, Way

    Case = tuple[Sequence[Way], Load]

STEPS = 48
MOST_DAYS = 3650


@dataclass(frozen=True)
class Flip:
    """One input: its value now, and the nearest values below and above at which the answer is another one."""

    name: str
    unit: str
    now: float
    low: float  # the range that was tried
    high: float
    below: float | None
    above: float | None
    to_below: str | None  # what is to be chosen there
    to_above: str | None


def flips(ways: Sequence[Way], load: Load) -> list[Flip]:
    """Every input that matters here, moved alone. Prices and hosting as a factor of what they are."""
    ways = [way for way in ways if not way.refused]
    family = choose(ways, load).family
    tuned = any(way.is_tuned for way in ways)
    if family == "none" or not tuned or all(way.is_tuned for way in ways):
        return []
    return [_flip(family, vary) for vary in _inputs(ways, load)]


@dataclass(frozen=True)
class _Vary:
    name: str
    unit: str
    now: float
    low: float
    high: float
    case: Callable[[float], Case]
    whole: bool = False  # days
    linear: bool = False


def _inputs(ways: Sequence[Way], load: Load) -> list[_Vary]:
    def of_load(**changes: float | int | None) -> Case:
        return ways, replace(load, **changes)  # type: ignore[arg-type]

    def of_ways(change: Callable[[Way], Way]) -> Case:
        return [change(way) for way in ways], load

    requests = load.requests_per_day or 1.0
    found = [
        _Vary("requests_per_day", "requests a day", requests, requests / 1e4, requests * 1e4,
              lambda x: of_load(requests_per_day=x)),
        _Vary("cache_hit", "share", _hits(ways, load), 0, 1, lambda x: of_load(cache_hit=x), linear=True),
        _Vary("retrain_every", "days", load.retrain_every or load.horizon, 1, load.horizon,
              lambda x: of_load(retrain_every=None if x >= load.horizon else int(x)), whole=True),
        _Vary("horizon", "days", load.horizon, 1, MOST_DAYS, lambda x: of_load(horizon=int(x)), whole=True),
        _Vary("training_price", "x", 1, 0.01, 100,
              lambda x: of_ways(lambda way: replace(way, training=way.training and way.training.times(x)))),
        _Vary("tuned_price", "x", 1, 0.01, 100,
              lambda x: of_ways(lambda way: _priced(way, x) if way.is_tuned else way)),
        _Vary("prompt_price", "x", 1, 0.01, 100,
              lambda x: of_ways(lambda way: way if way.is_tuned else _priced(way, x))),
    ]  # fmt: skip
    if any(way.hosting for way in ways):
        found.insert(3, _Vary("hosting", "x", 1, 0, 10, linear=True,
                              case=lambda x: of_ways(lambda way: replace(way, hosting=way.hosting * x))))  # fmt: skip
    if load.cost_per_label:
        found.append(_Vary("cost_per_label", "USD", load.cost_per_label, load.cost_per_label / 1e3,
                           load.cost_per_label * 1e3, lambda x: of_load(cost_per_label=x)))  # fmt: skip
    known = [way for way in ways if way.is_tuned and way.quality is not None]
    if known and load.error_cost:
        found.append(_Vary("error_cost", "USD an error", load.error_cost, load.error_cost / 1e4, load.error_cost * 1e4,
                           lambda x: of_load(error_cost=x)))  # fmt: skip
    if known and any(way.quality is not None for way in ways if not way.is_tuned):
        now = known[0].quality.share if known[0].quality else 0.0
        found.append(_Vary("fine_tuned_quality", "share right", now, 0, 1,
                           lambda x: of_ways(lambda way: _better(way, x)), linear=True))  # fmt: skip
    return found


def _better(way: Way, share: float) -> Way:
    if not way.is_tuned or way.quality is None:
        return way
    return replace(way, quality=replace(way.quality, share=share))


def _priced(way: Way, factor: float) -> Way:
    return replace(way, rates=_times(way.rates, factor))


def _times(rates: Rates, factor: float) -> Rates:
    def by(price: float | None) -> float | None:
        return None if price is None else price * factor

    batch = _times(rates.batch, factor) if rates.batch else None
    return replace(
        rates,
        input=rates.input * factor,
        output=rates.output * factor,
        cached=by(rates.cached),
        write=by(rates.write),
        batch=batch,
    )


def _flip(family: str, vary: _Vary) -> Flip:
    below, to_below = _nearest(family, vary, vary.low)
    above, to_above = _nearest(family, vary, vary.high)
    return Flip(vary.name, vary.unit, vary.now, vary.low, vary.high, below, above, to_below, to_above)


def _nearest(family: str, vary: _Vary, end: float) -> tuple[float | None, str | None]:
    """The first value on the way from now to `end` at which another family is chosen, and what is chosen there."""
    last = vary.now
    for step in range(1, STEPS + 1):
        value = _between(vary, vary.now, end, step / STEPS)
        if value == last:
            continue
        if choose(*vary.case(value)).family != family:
            value = _bisected(family, vary, last, value)
            best = choose(*vary.case(value)).best
            return value, best.way.name if best else None
        last = value
    return None, None


def _bisected(family: str, vary: _Vary, same: float, other: float) -> float:
    for _ in range(40):
        if abs(same - other) <= (1 if vary.whole else 1e-4 * abs(other)):
            break
        middle = _between(vary, same, other, 0.5)
        if choose(*vary.case(middle)).family == family:
            same = middle
        else:
            other = middle
    return other


def _between(vary: _Vary, start: float, end: float, share: float) -> float:
    value = start + (end - start) * share if vary.linear else exp(log(start) + (log(end) - log(start)) * share)
    return round(value) if vary.whole else value


def _hits(ways: Sequence[Way], load: Load) -> float:
    """The share of hits that the answer rests on."""
    best = choose(ways, load).cheapest(tuned=False)
    return load.cache_hit if load.cache_hit is not None else best.way.hits if best is not None else 0.0
