"""The estimate of one offer: training, validation, hosting, requests, the repeated prompt, and shares of the data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from prep.catalog.epochs import auto_epochs
from prep.catalog.graders import grader
from prep.tokens.messages import PRIMING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.catalog import Figure, Offer
    from prep.outputs.cost_measure import Counts, Measured, Sample

HOURS_A_MONTH = 24 * 30
SHARES = (25, 50, 75, 100)  # per cent of the data, for the marginal view
LEVELS = ("low", "likely", "high")
_MILLION = Decimal(1_000_000)


@dataclass(frozen=True)
class Asked:
    """What an estimate is asked for: the target, further candidates, epochs (None: the provider's choice)."""

    provider: str
    model: str
    tier: str
    method: str
    region: str | None = None
    compare: Sequence[str] | None = ()  # None: the target's model in its other tiers and at other providers
    epochs: int | None = None
    max_usd: float | None = None
    hours: float | None = None  # rft: how long the core training loop takes
    grader: str | None = None  # rft: model that grades, and the tokens it reads and writes in the whole job
    grader_tokens: tuple[int, int] = (0, 0)
    evaluations: int | None = None  # how often validation is run, where it is billed; None: once an epoch
    tokenizer: str | None = None  # path of a tokenizer.json that the target is counted with
    short_system: str | None = None  # short form of the system prompt; None: its first sentence


def usd(amount: Decimal) -> float:
    """Dollars to a millionth."""
    return float(amount.quantize(Decimal("0.000001"), ROUND_HALF_UP))


def exact(value: float) -> Decimal:
    """The decimal that a price was written as."""
    return Decimal(str(value))


def training(offer: Offer, asked: Asked, data: Measured, validation: Measured | None) -> dict[str, Any]:
    """What training by sft or dpo costs: `training_usd` by level, and everything it is made of.

    billed = sum(min(length, most tokens an example)) x epochs x price; high adds what starts an answer.
    """
    most = offer.max_training_tokens
    tokens, interval = _billed(data, most)
    epochs, told = epochs_of(offer, asked, data.examples)
    assumptions = [told]
    price = offer.training()
    usable = asked.method in offer.entry.methods and price.value is not None
    if asked.method not in offer.entry.methods:
        assumptions = [f"{offer.name} cannot be tuned by {asked.method}"]
    elif price.value is None:
        assumptions.append(f"the catalog has no training price of {offer}")
    else:
        assumptions.append(f"high adds {PRIMING} tokens an example: how the bill counts a message is not published")
    if data.other is not None:
        assumptions.append(
            "whether both answers of a pair are billed is not published: low counts each prompt with the shorter side, "
            "likely and high with the one and then with the other"
        )
    checks = _validation(offer, asked, validation, epochs, most)
    if checks["billed"] and checks["tokens"] and asked.evaluations is None:
        assumptions.append("validation is run once an epoch")
    trained = {level: tokens[level] * epochs[level] for level in LEVELS}
    money: dict[str, float | None] = dict.fromkeys(LEVELS)
    if usable and price.value is not None:
        for level in LEVELS:
            count = trained[level] + checks["trained_tokens"][level]
            money[level] = usd(Decimal(count) * exact(price.value) / _MILLION)
    cut = np.maximum(data.tokens, data.other) > most if most is not None and data.other is not None else None
    cut = data.tokens > most if most is not None and cut is None else cut
    return {
        "training_tokens": tokens["likely"],
        "training_tokens_range": tokens,
        "interval": interval,
        "truncated_examples": data.total(cut.astype(np.int64)) if cut is not None else 0,
        "max_training_tokens": most,
        "epochs": epochs["likely"],
        "epochs_range": epochs,
        "trained_tokens": trained,
        "price_usd_per_million": price.value if usable else None,
        "training_usd": money,
        "validation": checks,
        "pairs": _pairs(data, most, price.value if usable else None, epochs["likely"]),
        "assumptions": assumptions,
    }


def _billed(data: Measured, most: int | None) -> tuple[dict[str, int], dict[str, Any] | None]:
    """Billed tokens of one epoch by level; and, from a sample, where the likely ones truly lie, and how surely."""
    lengths = [data.tokens] + ([data.other] if data.other is not None else [])
    sides = [_cut(one, most) for one in lengths]
    primed = [_cut(one + PRIMING, most) for one in lengths]
    whole = sides[0] if len(sides) == 1 else sides[0] + sides[1]
    least = sides[0] if len(sides) == 1 else min(sides, key=data.total)
    levels = {
        "low": data.interval(least)[0],
        "likely": data.total(whole),
        "high": data.interval(primed[0] if len(sides) == 1 else primed[0] + primed[1])[1],
    }
    if data.sample is None:
        return levels, None
    return levels, {"rate": data.sample.rate, "training_tokens": list(data.interval(whole))}


def _cut(tokens: Counts, most: int | None) -> Counts:
    return tokens if most is None else np.minimum(tokens, most)


def _pairs(data: Measured, most: int | None, price: float | None, epochs: int) -> dict[str, Any] | None:
    """The ways in which preference pairs may be billed."""
    if data.other is None:
        return None
    one, other = _cut(data.tokens, most), _cut(data.other, most)
    ways = {"preferred": one, "non_preferred": other, "both": one + other}
    counted = {name: data.total(values) for name, values in ways.items()}
    return {
        name: {"tokens": tokens, "training_usd": None if price is None else _product(tokens, epochs, price)}
        for name, tokens in counted.items()
    }


def _product(tokens: int, epochs: int, price: float) -> float:
    return usd(Decimal(tokens) * epochs * exact(price) / _MILLION)


def epochs_of(offer: Offer, asked: Asked, examples: int) -> tuple[dict[str, int], str]:
    """Epochs by level, and what they rest on."""
    if asked.epochs is not None:
        return dict.fromkeys(LEVELS, asked.epochs), f"{asked.epochs} epochs, as given"
    rule = offer.provider_entry.epochs
    if rule.rule == "cookbook":
        likely, known = max(1, auto_epochs(examples)), "by the cookbook's rule, the only one published"
    else:
        by_method = {str(name): count for name, count in rule.likely.items()}
        likely, known = by_method.get(asked.method, rule.low), "the rule is not published"
    high = max(rule.high, likely)
    told = f"epochs `auto` at {offer.provider}: {likely}, from {rule.low} to {high}; {known} ({rule.source})"
    return {"low": rule.low, "likely": likely, "high": high}, told


def _validation(
    offer: Offer, asked: Asked, validation: Measured | None, epochs: dict[str, int], most: int | None
) -> dict[str, Any]:
    """Validation tokens, and what of them is billed: evaluations x tokens at providers that bill them."""
    billed = offer.provider_entry.validation_tokens_billed
    tokens = 0
    if validation is not None:
        sides = [validation.tokens] + ([validation.other] if validation.other is not None else [])
        tokens = sum(validation.total(_cut(side, most)) for side in sides)
    times = {level: asked.evaluations if asked.evaluations is not None else epochs[level] for level in LEVELS}
    return {
        "billed": billed,
        "tokens": tokens,
        "evaluations": times,
        "trained_tokens": {level: tokens * times[level] if billed else 0 for level in LEVELS},
    }


def reinforcement(offer: Offer, asked: Asked) -> tuple[dict[str, Any], list[Figure], list[str]]:
    """What rft costs: hours x price and the grader's tokens; unknown without hours. (figures, prices, assumptions)."""
    hourly = offer.training_by_hour()
    used = [hourly]
    told = []
    grading: float | None = 0.0
    if asked.grader is not None:
        reads, writes = grader(offer, asked.grader)
        used += [reads, writes]
        pairs = list(zip(asked.grader_tokens, (reads, writes), strict=True))
        known = all(figure.value is not None for count, figure in pairs if count)
        grading = usd(sum((count * exact(figure.value or 0) for count, figure in pairs), Decimal(0)) / _MILLION)
        grading = grading if known else None
    else:
        told.append("a grader that is no model costs nothing: `--grader` names one that is")
    total = None
    if hourly.value is None:
        told.append(f"the catalog has no price for an hour of training at {offer}")
    elif asked.hours is None:
        told.append(
            f"reinforcement training is billed by the hour ({hourly.value:g} USD): how long it takes cannot be told; "
            "`--hours` says it"
        )
    elif grading is not None:
        told.append(f"{asked.hours:g} hours of the core training loop, as given")
        total = usd(exact(asked.hours) * exact(hourly.value) + exact(grading))
    limits = offer.limits
    pause = limits.pause_usd.get("rft") if limits is not None else None
    if pause is not None and hourly.value:
        told.append(f"a job at {offer.provider} pauses at {pause:,.0f} USD, after {pause / hourly.value:,.1f} hours")
    reinforced = {
        "usd_per_hour": hourly.value,
        "hours": asked.hours,
        "grader": asked.grader,
        "grader_tokens": {"input": asked.grader_tokens[0], "output": asked.grader_tokens[1]},
        "grader_usd": grading,
        "training_usd": total,
    }
    return reinforced, used, told


def hosting(offer: Offer) -> float | None:
    """US dollars for 30 days of one deployment; None where the catalog does not know."""
    hourly = offer.hosting().value
    return None if hourly is None else usd(exact(hourly) * HOURS_A_MONTH)


def shares(offer: Offer, asked: Asked, data: Measured) -> list[dict[str, Any]]:
    """What the first 25, 50, 75 and 100 % of the examples would cost, in the order of the file."""
    found = []
    for percent in SHARES:
        part = first(data, percent)
        told = training(offer, asked, part, None)
        names = ("training_tokens", "epochs", "epochs_range", "training_usd")
        found.append({"percent": percent, "examples": part.examples, **{name: told[name] for name in names}})
    return found


def first(data: Measured, percent: int) -> Measured:
    """The first `percent` of the examples; a sample stands for that share of the whole."""
    if data.sample is not None:
        return replace(data, sample=_Share(data.sample, percent / 100))
    return data.ordered(np.arange(len(data.tokens) * percent // 100))


@dataclass(frozen=True)
class _Share:
    """A share of what a sample stands for."""

    of: Sample
    share: float

    @property
    def rate(self) -> float:
        return self.of.rate

    def total(self, values: Counts) -> float:
        return self.of.total(values) * self.share

    def half_width(self, values: Counts) -> float:
        return self.of.half_width(values) * self.share
