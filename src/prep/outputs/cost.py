"""What training would cost: tokens x epochs x the dated price, candidates side by side, and the gate on it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from prep.catalog.epochs import auto_epochs
from prep.catalog.models import encoding_of, max_training_tokens
from prep.catalog.offers import offers, target_offer
from prep.catalog.prices import age_days
from prep.errors import GateError, InputError
from prep.tokens.messages import PRIMING

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Sequence

    import numpy as np

    from prep.catalog.offers import Offer
    from prep.catalog.prices import Prices
    from prep.catalog.shape import Epochs

HOURS_A_MONTH = 24 * 30
OLD_DAYS = SOON_DAYS = 180
_MILLION = Decimal(1_000_000)
_LEVELS = ("low", "likely", "high")


@dataclass(frozen=True)
class Asked:
    """What an estimate is asked for: the target, further candidates, epochs (None: the provider's choice)."""

    provider: str
    model: str
    tier: str
    method: str
    region: str | None = None
    compare: Sequence[str] = ()
    epochs: int | None = None
    max_usd: float | None = None


def cost_report(
    asked: Asked, lengths: Callable[[str], np.ndarray[Any, Any]], prices: Prices, today: datetime.date
) -> dict[str, Any]:
    """The estimates as `prep cost --json` prints them: the target first, then by likely price.

    `lengths`: the tokens of every training example under a named encoding, without priming. Formulas: the provider
    bills sum(min(length, its most tokens an example)) x epochs x price.
    """
    own = target_offer(prices, asked.provider, asked.model, asked.tier, asked.region)
    wanted = [own] if own is not None else []
    for name in asked.compare:
        wanted += [one for one in offers(prices, name, method=asked.method, region=asked.region) if one not in wanted]
    found = [_estimate(offer, asked, lengths, today, is_target=offer is own) for offer in wanted]
    found.sort(key=lambda one: (not one["is_target"], _known(one["training_usd"]["likely"]), one["offer"]))
    warnings = (
        [] if own is not None else [f"the catalog has no {asked.model} at {asked.provider}: no price for the target"]
    )
    warnings += [warning for one in found for warning in one.pop("warnings")]
    high = found[0]["training_usd"]["high"] if own is not None else None
    return {
        "schema_version": 1,
        "as_of": today.isoformat(),
        "estimates": found,
        "sources": _sources(found, prices, today),
        "max_usd": asked.max_usd,
        "within_budget": None if asked.max_usd is None else high is not None and high <= asked.max_usd,
        "warnings": list(dict.fromkeys(warnings)),
    }


def gate(report: dict[str, Any]) -> None:
    """Raise GateError where the target's high estimate is over `max_usd`, or there is none to hold against it."""
    if report["within_budget"] is not False:
        return
    target = next((one for one in report["estimates"] if one["is_target"]), None)
    limit = report["max_usd"]
    if target is None or target["training_usd"]["high"] is None:
        raise GateError(
            f"no estimate to hold against max_usd {limit:,.2f}: the catalog has no price for the target",
            hint="name a price in a catalog file of your own (--catalog), or take `max_usd` out",
        )
    high = target["training_usd"]["high"]
    raise GateError(
        f"training may cost {high:,.2f} USD, more than max_usd {limit:,.2f}",
        where=f"{target['offer']}: {target['training_tokens']:,} tokens x {target['epochs_range']['high']} epochs "
        f"x {target['price_usd_per_million']:g} USD a million, and {PRIMING} tokens an example",
        hint="fix `epochs`, take fewer examples or a cheaper model or tier, or raise `max_usd`",
    )


def _estimate(
    offer: Offer, asked: Asked, lengths: Callable[[str], np.ndarray[Any, Any]], today: datetime.date, *, is_target: bool
) -> dict[str, Any]:
    encoding = encoding_of(offer.model)
    own = lengths(encoding.name)
    most = max_training_tokens(offer.provider, offer.model)
    billed = own.clip(max=most) if most is not None else own
    tokens, examples = int(billed.sum()), len(own)
    epochs, assumptions = _epochs(offer, asked, examples)
    figure = offer.training()
    price = figure.value
    usd: dict[str, float | None] = dict.fromkeys(_LEVELS)
    if asked.method not in offer.entry.methods:
        assumptions = [f"{offer.model} cannot be tuned by {asked.method} at {offer.provider}"]
        price = None
    elif asked.method == "rft":
        figure = offer.training_by_hour()
        hour = figure.value
        assumptions = [f"reinforcement training is billed by the hour ({hour} USD): how long it takes cannot be told"]
        price = None
    elif price is None:
        assumptions.append(f"the catalog has no training price of {offer}")
    else:
        for level in _LEVELS:
            count = tokens + (PRIMING * examples if level == "high" else 0)
            usd[level] = _usd(Decimal(count) * epochs[level] * Decimal(str(price)) / _MILLION)
        assumptions.append(f"high adds {PRIMING} tokens an example: how the bill counts a message is not published")
    if encoding.estimated:
        assumptions.append(f"the tokenizer of {offer.model} is not public: counted with {encoding.name}")
    if not offer.prices.providers[offer.provider].validation_tokens_billed:
        assumptions.append(f"validation tokens are not billed at {offer.provider}")
    key, source, hour_of_hosting = figure.key, figure.source, offer.hosting().value
    hosting = _usd(Decimal(str(hour_of_hosting)) * HOURS_A_MONTH) if hour_of_hosting is not None else None
    if offer.tier == "developer":
        assumptions.append("a developer deployment is free and lives 24 hours, without a service agreement")
    told, warnings = _availability(offer, today, is_target=is_target)
    age = age_days(source.as_of, today)
    if price is not None and age > OLD_DAYS:
        warnings.append(f"the price of {offer} is {age} days old ({key}, {source.as_of})")
    return {
        "offer": str(offer),
        "provider": offer.provider,
        "model": offer.model,
        "tier": offer.tier,
        "region": offer.region,
        "method": asked.method,
        "is_target": is_target,
        "examples": examples,
        "training_tokens": tokens,
        "truncated_examples": int((own > most).sum()) if most is not None else 0,
        "epochs": epochs["likely"],
        "epochs_range": epochs,
        "price_usd_per_million": price,
        "training_usd": usd,
        "hosting_usd_per_month": hosting,
        **told,
        "as_of": source.as_of,
        "source": key,
        "age_days": age,
        "confidence": source.confidence,
        "assumptions": assumptions,
        "warnings": warnings,
    }


def _epochs(offer: Offer, asked: Asked, examples: int) -> tuple[dict[str, int], list[str]]:
    """Epochs by level, and what they rest on."""
    if asked.epochs is not None:
        return dict.fromkeys(_LEVELS, asked.epochs), [f"{asked.epochs} epochs, as given"]
    rule: Epochs = offer.prices.providers[offer.provider].epochs
    if rule.rule == "cookbook":
        likely, known = max(1, auto_epochs(examples)), "by the cookbook's rule, the only one published"
    else:
        likely, known = (
            {str(name): epochs for name, epochs in rule.likely.items()}.get(asked.method, rule.low),
            "the rule is not published",
        )
    high = max(rule.high, likely)
    told = f"epochs `auto` at {offer.provider}: {likely}, from {rule.low} to {high}; {known} ({rule.source})"
    return {"low": rule.low, "likely": likely, "high": high}, [told]


def _availability(offer: Offer, today: datetime.date, *, is_target: bool) -> tuple[dict[str, Any], list[str]]:
    """Whether and how long the model can be had, and what must be said aloud of it."""
    life = offer.life(today)
    told = {
        "status": life.status,
        "trains_until": life.trains_until.isoformat() if life.trains_until else None,
        "retires": life.retires.isoformat() if life.retires else None,
        "days_left": life.days_left,
        "dates_source": life.key,
    }
    warnings = list(life.sentences)
    return told, warnings if is_target or life.status == "retired" else warnings[:1]


def per_1000_requests(tokens: int, provider: str, model: str, prices: Prices) -> dict[str, Any] | None:
    """What a prompt prefix of so many tokens costs in 1,000 requests to the base model, uncached and cached.

    None where the catalog has no price.
    """
    match = prices.find(provider, model) if provider in prices.providers else None
    if match is None or not match[1].base:
        return None
    name, entry = match
    tier, figures = next(iter(entry.base.items()))
    key, source = prices.source_of(
        entry.source or prices.providers[provider].source, f"providers.{provider}.models.{name}.base.{tier}"
    )
    thousand = Decimal(tokens) * 1000 / _MILLION
    prompt = {
        which: None if price is None else _usd(thousand * Decimal(str(price)))
        for which, price in (("input_usd", figures.input), ("cached_input_usd", figures.cached_input))
    }
    return {"model": name, "tier": tier, **prompt, "source": key, "as_of": source.as_of}


def _sources(found: Sequence[dict[str, Any]], prices: Prices, today: datetime.date) -> dict[str, Any]:
    keys = dict.fromkeys([key for one in found for key in (one["source"], one["dates_source"])])
    return {
        key: {"url": source.url, "as_of": source.as_of, "age_days": age_days(source.as_of, today),
              "confidence": source.confidence}
        for key in keys if (source := prices.sources[key])
    }  # fmt: skip


def _usd(amount: Decimal) -> float:
    return float(amount.quantize(Decimal("0.000001"), ROUND_HALF_UP))


def _known(usd: float | None) -> float:
    return float("inf") if usd is None else usd


def check_candidates(names: Sequence[str], prices: Prices, method: str) -> None:
    """Raise InputError for a candidate that the catalog does not know."""
    for name in names:
        try:
            offers(prices, name, method=method)
        except InputError as error:
            raise InputError(error.message, where=name, hint=error.hint) from None
