"""What training would cost: tokens x epochs x the dated price, candidates side by side, and the gate on it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from prep.catalog import OLD_DAYS, target_offer
from prep.catalog.offers import offers
from prep.catalog.prices import age_days
from prep.errors import GateError, InputError
from prep.outputs.cost_estimate import (
    LEVELS,
    Asked,
    exact,
    hosting,
    reinforcement,
    shares,
    training,
    usd,
)
from prep.outputs.cost_explain import formulas
from prep.outputs.cost_requests import prefix, requests

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Sequence

    from prep.catalog import Figure, Offer, Prices
    from prep.outputs.cost_measure import Measured

__all__ = ["EVERYTHING", "Asked", "check_candidates", "cost_report", "gate", "per_1000_requests"]

EVERYTHING = "all"  # as a candidate: every model that can be tuned by the method, wherever


def cost_report(
    asked: Asked,
    train: Callable[[str], Measured],
    prices: Prices,
    today: datetime.date,
    validation: Callable[[str], Measured | None] = lambda _: None,
) -> dict[str, Any]:
    """The estimates as `prep cost --json` prints them: the target first, then by likely price.

    `train` and `validation` measure the examples under a named encoding. `said_first`: what is retired, closed or soon
    to be; `warnings`: what else to beware of. InputError for a candidate or grader that the catalog does not know.
    """
    own = target_offer(prices, asked.provider, asked.model, asked.tier, asked.region)
    wanted = candidates(asked, prices, own)
    found = [_estimate(offer, asked, train, validation, today, is_target=offer is own) for offer in wanted]
    found.sort(key=lambda one: (not one["is_target"], _known(one["training_usd"]["likely"]), one["offer"]))
    first = [told for one in found for told in one.pop("said_first")]
    warnings = [warning for one in found for warning in one.pop("warnings")]
    if own is None:
        first.insert(0, f"the catalog has no {asked.model} at {asked.provider}: no price for the target")
    high = found[0]["training_usd"]["high"] if own is not None else None
    return {
        "schema_version": 1,
        "as_of": today.isoformat(),
        "estimates": found,
        "sources": _sources(found, prices, today),
        "max_usd": asked.max_usd,
        "within_budget": None if asked.max_usd is None else high is not None and high <= asked.max_usd,
        "said_first": list(dict.fromkeys(first)),
        "warnings": list(dict.fromkeys(warnings)),
    }


def candidates(asked: Asked, prices: Prices, own: Offer | None) -> list[Offer]:
    """The offers to estimate: the target first."""
    wanted = [own] if own is not None else []
    names = asked.compare
    if names is None:
        names = [asked.model] if own is not None else []
    for name in names:
        every = [f"{provider}/{model}" for provider, one in prices.providers.items() for model in one.models]
        for one in every if name == EVERYTHING else [name]:
            wanted += [
                offer for offer in offers(prices, one, method=asked.method, region=asked.region) if offer not in wanted
            ]
    return wanted


def gate(report: dict[str, Any]) -> None:
    """Raise GateError where the target's high estimate is over `max_usd`, or there is none to hold against it."""
    if report["within_budget"] is not False:
        return
    target = next((one for one in report["estimates"] if one["is_target"]), None)
    limit = report["max_usd"]
    if target is None or target["training_usd"]["high"] is None:
        by_hour = target is not None and target["method"] == "rft" and target["rft"]["usd_per_hour"] is not None
        raise GateError(
            f"no estimate to hold against max_usd {limit:,.2f}: "
            + ("how long training takes is not said" if by_hour else "the catalog has no price for the target"),
            hint="say how many hours (--hours)"
            if by_hour
            else "name a price in a catalog file of your own (--catalog), or take `max_usd` out",
        )
    high = target["training_usd"]["high"]
    told = next(one["formula"] for one in target["formulas"] if one["what"] == "training, high")
    raise GateError(
        f"training may cost {high:,.2f} USD, more than max_usd {limit:,.2f}",
        where=f"{target['offer']}: {told}",
        hint="fix `epochs`, take fewer examples or a cheaper model or tier, or raise `max_usd`",
    )


def _estimate(
    offer: Offer,
    asked: Asked,
    train: Callable[[str], Measured],
    validation: Callable[[str], Measured | None],
    today: datetime.date,
    *,
    is_target: bool,
) -> dict[str, Any]:
    encoding = offer.encoding
    tokenizer = asked.tokenizer if is_target else None
    counted_with = tokenizer or encoding.name
    data = train(counted_with)
    told = training(offer, asked, data, validation(counted_with))
    used: list[Figure] = [offer.training()]
    by_hour = None
    if asked.method == "rft":
        by_hour, used, words = reinforcement(offer, asked)
        told["training_usd"] = dict.fromkeys(LEVELS, by_hour["training_usd"])
        told["price_usd_per_million"] = None
        told["assumptions"] = words if asked.method in offer.entry.methods else told["assumptions"]
    assumptions = told.pop("assumptions")
    if encoding.estimated and tokenizer is None:
        assumptions.append(f"the tokenizer of {offer.model} is not public: counted with {encoding.name}")
    if not told["validation"]["billed"]:
        assumptions.append(f"validation tokens are not billed at {offer.provider}")
    region = offer.unlisted_region
    if region is not None:
        note = offer.provider_entry.regions_note or "it is taken to cost as `standard`"
        assumptions.append(f"the catalog has no price of the region {region}: {note}")
    terms = offer.terms
    if terms is not None and terms.deployment_hours is not None:
        hours = f"{terms.deployment_hours:g} hours"
        assumptions.append(
            f"a {offer.tier} deployment lives {hours}" + ("" if terms.sla else ", without a service agreement")
        )
    if data.estimated and not encoding.estimated:  # else all of it is, and said to be
        assumptions.append(
            f"the tokens of {data.estimated:,} examples hold estimates (tools, calls, images): `prep count` says which"
        )
    asked_of = requests(offer, data)
    life = offer.life(today)
    tuned, base = offer.tuned(), offer.base()
    ages = _ages(offer, [*used, offer.hosting(), tuned.input, base.input], today)
    limits = _limits(offer, asked, data, told) if is_target else []
    figures = {
        "training": offer.training_by_hour() if by_hour is not None else offer.training(),
        "hosting": offer.hosting(),
        **{f"tuned_{name}": getattr(tuned, name) for name in ("input", "cached_input", "output")},
        **{f"base_{name}": getattr(base, name) for name in ("input", "cached_input", "output")},
        **dict(zip(("grader_input", "grader_output"), used[1:], strict=False)),
    }
    main = figures["training"]
    found = {
        "offer": str(offer),
        "provider": offer.provider,
        "model": offer.model,
        "tier": offer.tier,
        "region": offer.region,
        "method": asked.method,
        "is_target": is_target,
        "examples": data.examples,
        **told,
        "rft": by_hour,
        "hosting_usd_per_month": hosting(offer),
        "per_1000_requests": asked_of,
        "prefix": prefix(offer, data, told) if by_hour is None else None,
        "marginal": shares(offer, asked, data) if by_hour is None else [],
        "status": life.status,
        "trains_until": life.trains_until.isoformat() if life.trains_until else None,
        "retires": life.retires.isoformat() if life.retires else None,
        "days_left": life.days_left,
        "dates_source": life.key,
        "as_of": main.source.as_of,
        "source": main.key,
        "age_days": main.age(today),
        "confidence": main.source.confidence,
        "figures": {name: figure.told(today) for name, figure in figures.items()},
        "assumptions": assumptions,
        "said_first": life.sentences if is_target or life.status in ("retired", "closed") else life.sentences[:1],
        "warnings": [*limits, *ages],
    }
    found["formulas"] = formulas(found)
    return found


def _limits(offer: Offer, asked: Asked, data: Measured, told: dict[str, Any]) -> list[str]:
    """What the provider would refuse."""
    limits, found = offer.limits, []
    if asked.method not in offer.entry.methods:
        other = ", ".join(offer.entry.methods)
        found.append(f"{offer.name} cannot be tuned by {asked.method}" + (f", only by {other}" if other else ""))
    if limits is None:
        return found
    read = f"({limits.source})"
    least, most = limits.min_examples, dict(limits.max_examples)
    count = data.examples
    if least is not None and count < least:
        found.append(f"{offer.provider} refuses fewer than {least} examples, and here are {count} {read}")
    for method, limit in most.items():
        if method == asked.method and count > limit:
            found.append(f"{offer.provider} takes {limit:,} examples at most, and here are {count:,} {read}")
    tokens, likely = limits.max_tokens_by_epochs, told["trained_tokens"]["likely"]
    if tokens is not None and likely > tokens:
        found.append(f"{offer.provider} refuses a job of {likely:,} tokens x epochs: {tokens:,} is the most {read}")
    if limits.max_epochs is not None and asked.epochs is not None and asked.epochs > limits.max_epochs:
        found.append(f"{offer.provider} takes {limits.max_epochs} epochs at most {read}")
    return found


def _ages(offer: Offer, figures: Sequence[Figure], today: datetime.date) -> list[str]:
    """Figures that are old, and figures from after the day that is asked for; each source once."""
    found = {}
    for figure in figures:
        age, read = figure.age(today), f"({figure.key}, {figure.source.as_of})"
        if figure.value is not None and age > OLD_DAYS:
            found[figure.key] = f"the price of {offer} is {age} days old {read}"
        elif figure.value is not None and age < 0:
            found[figure.key] = f"the price of {offer} was read {-age} days after {today} {read}"
    key, source = offer.dates_source()
    age = age_days(source.as_of, today)
    if age > OLD_DAYS and offer.life(today).retires is not None:
        found[f"dates of {key}"] = f"the dates of {offer} are {age} days old ({key}, {source.as_of})"
    return list(found.values())


def per_1000_requests(
    tokens: int, provider: str, model: str, prices: Prices, *, tier: str | None = None, region: str | None = None
) -> dict[str, Any] | None:
    """What a prompt prefix of so many tokens costs in 1,000 requests to the base model, uncached and cached.

    `tier` None: the one whose price the catalog has. None where the catalog has no price.
    """
    match = prices.find(provider, model)
    if match is None or not match[1].base:
        return None
    offer = target_offer(prices, provider, model, tier or next(iter(match[1].base)), region)
    figures = offer.base() if offer is not None else None
    if offer is None or figures is None or figures.input.value is None:
        return None
    thousand = Decimal(tokens) * 1000 / 1_000_000
    prompt = {
        which: None if figure.value is None else usd(thousand * exact(figure.value))
        for which, figure in (("input_usd", figures.input), ("cached_input_usd", figures.cached_input))
    }
    source = figures.input
    return {"model": offer.model, "tier": offer.tier, **prompt, "source": source.key, "as_of": source.source.as_of}


def _sources(found: Sequence[dict[str, Any]], prices: Prices, today: datetime.date) -> dict[str, Any]:
    keys = dict.fromkeys([one["source"] for one in found])
    keys |= dict.fromkeys([figure["source"] for one in found for figure in one["figures"].values()])
    keys |= dict.fromkeys([one["dates_source"] for one in found])
    return {
        key: {"url": source.url, "as_of": source.as_of, "age_days": age_days(source.as_of, today),
              "confidence": source.confidence}
        for key in keys if (source := prices.sources[key])
    }  # fmt: skip


def _known(dollars: float | None) -> float:
    return float("inf") if dollars is None else dollars


def check_candidates(names: Sequence[str], prices: Prices, method: str) -> None:
    """Raise InputError for a candidate that the catalog does not know."""
    for name in names:
        if name == EVERYTHING:
            continue
        try:
            offers(prices, name, method=method)
        except InputError as error:
            raise InputError(error.message, where=name, hint=error.hint) from None
