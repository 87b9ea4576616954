"""The candidates: which models at which provider and tier are weighed, and every way there is on each."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from prep.advice import formulas
from prep.advice.formulas import CACHED_FROM, Rates
from prep.advice.judge import check_quality, judged
from prep.advice.training import Trained, trained
from prep.advice.ways import Way
from prep.catalog.graders import embedding
from prep.catalog.offers import Offer, all_offers, offers, target_offer
from prep.errors import InputError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.advice.dataset import Dataset, Tokens
    from prep.advice.settings import Advise
    from prep.catalog.offers import RequestPrices
    from prep.catalog.prices import Figure, Prices

PROMPTS = ("zero_shot", "few_shot", "retrieved")


@dataclass(frozen=True)
class Candidate:
    """A way with everything that its figures rest on."""

    way: Way
    offer: Offer
    figures: dict[str, Figure]  # the prices that are in `way`, by what they are for
    trained: Trained | None
    data: str  # where data is kept: anywhere, zone, region
    retires: datetime.date | None
    estimated: bool  # whether its tokens are an estimate


def candidates(data: Dataset, settings: Advise, prices: Prices, today: datetime.date) -> list[Candidate]:
    """Every way on every candidate model, those that cannot be had among them with the reasons.

    InputError or UsageError where a name is unknown or nothing can be measured.
    """
    if settings.grader is not None and data.target["method"] != "rft":
        raise UsageError(
            f"`grader` is for rft; this run is for {data.target['method']}, which is billed by the token",
            hint="leave it out, or run the pipeline with `target: {method: rft}`",
        )
    found = [
        made for offer in wanted(data, settings, prices, today) for made in _of_offer(data, offer, settings, today)
    ]
    if not found:
        raise InputError(
            "none of the candidates has a price for requests",
            hint="name models with `--model`, or a --catalog of your own",
        )
    check_quality(settings, found)
    return found


def wanted(data: Dataset, settings: Advise, prices: Prices, today: datetime.date) -> list[Offer]:
    """The offers that are weighed: the target first."""
    target = data.target
    own = target_offer(prices, target["provider"], target["model"], target["tier"], target.get("region"))
    found = [own] if own is not None and not settings.models else []
    if settings.models:
        found += [offer for name in settings.models for offer in offers(prices, name)]
    else:
        found += [] if own is None else [one for one in offers(prices, own.model) if not _short(one)]
        found += [one for one in all_offers(prices) if not one.entry.methods and _alive(one, today)]
    unique: dict[str, Offer] = {}
    for offer in found:
        unique.setdefault(str(offer), offer)
    return list(unique.values())


def _short(offer: Offer) -> bool:
    """Whether its deployments live for hours only."""
    return offer.terms is not None and offer.terms.deployment_hours is not None


def _alive(offer: Offer, today: datetime.date) -> bool:
    return offer.base().input.value is not None and offer.life(today).status != "retired"


def _of_offer(data: Dataset, offer: Offer, settings: Advise, today: datetime.date) -> Iterator[Candidate]:
    encoding = offer.encoding
    tokens = data.under(encoding.name)
    output = settings.output_tokens or tokens.output
    if not output:
        raise InputError(
            "the training examples have no answers to measure", where=str(data.train), hint="say `--output-tokens`"
        )
    kept = offer.terms.data if offer.terms is not None else "anywhere"
    life = offer.life(today)
    dates = offer.entry.dates
    ends = dates.retired or dates.base_retires or dates.tuned_retires
    prompts = _rates("base", offer, settings)
    if prompts is not None:
        rates, figures = prompts
        for option in PROMPTS:
            if option != "zero_shot" and not data.bank:
                continue
            fixed, variable, labels = _prompt(option, data, tokens, settings)
            way = _way(option, offer, fixed, variable, output, rates, settings, labels=labels, life=_left(ends, today))
            own = figures
            if option == "retrieved":
                way, found = _looked_up(way, offer, tokens.variable, settings)
                own = figures | found
            yield Candidate(judged(way, offer, data, settings, kept), offer, own, None, kept, ends, encoding.estimated)
    if not offer.entry.methods:
        return
    tuned = _rates("tuned", offer, settings)
    job = trained(offer, tokens.measured, data.target, settings)
    refused = list(job.refused)
    if life.status in ("retired", "closed"):
        refused.append(life.sentences[0])
    if life.by_invitation:
        refused.append(f"{offer.name} can be tuned by invitation only")
    if _short(offer) and offer.terms is not None:
        refused.append(f"a deployment in the tier {offer.tier} lives {offer.terms.deployment_hours:g} hours")
    hosting = offer.hosting()
    if hosting.value is None:
        refused.append(f"the catalog has no price of hosting for {offer}")
    if tuned is None:
        refused.append(f"the catalog has no price of requests to a tuned {offer}")
    rates, figures = tuned or (Rates(0, 0), {})
    ends = dates.retired or dates.tuned_retires
    fixed, variable, left = tokens.system, tokens.variable, _left(ends, today)
    way = _way("fine_tuned", offer, fixed, variable, output, rates, settings, labels=data.examples, life=left)
    way = replace(way, training=job.usd, hosting=hosting.value or 0.0, trains=_left(life.trains_until, today))
    figures = figures | ({"hosting": hosting} if hosting.value else {}) | job.figures
    yield Candidate(
        judged(way, offer, data, settings, kept, refused), offer, figures, job, kept, ends, encoding.estimated
    )


def _prompt(option: str, data: Dataset, tokens: Tokens, settings: Advise) -> tuple[float, float, int]:
    """Tokens of the fixed prefix and of the rest, and the labelled examples that an option needs."""
    if option == "few_shot":
        return tokens.bank, tokens.variable, len(data.bank)
    if option == "retrieved":
        put_in = min(settings.retrieve, len(data.bank)) * tokens.bank_example
        return tokens.instructions, tokens.variable + put_in, len(data.bank)
    return tokens.instructions, tokens.variable, 0


def _looked_up(way: Way, offer: Offer, asked: float, settings: Advise) -> tuple[Way, dict[str, Figure]]:
    """The way with what it costs to find examples: the request embedded, and the index; and the price that is used."""
    figure = embedding(offer.prices, offer.provider) if settings.embedding_price is None else None
    price = figure.value if figure is not None else settings.embedding_price
    made = replace(way, asked=asked, embedding=price or 0.0, index=settings.retrieval_usd_per_month)
    return made, {"embedding": figure} if figure is not None else {}


def _way(
    option: str, offer: Offer, fixed: float, variable: float, output: float, rates: Rates, settings: Advise,
    *, labels: int, life: int | None,
) -> Way:  # fmt: skip
    kept = offer.cache.minutes if offer.cache is not None else None
    hits = round(formulas.hits_by_volume(settings.requests_per_day, kept * 60), 4) if kept is not None else 0.0
    return Way(option, str(offer), fixed, variable, output, rates, labels=labels, life=life, hits=hits)


def _rates(kind: str, offer: Offer, settings: Advise) -> tuple[Rates, dict[str, Figure]] | None:
    """What requests cost, with the figures that are used; None where one of the two that matter is not known."""
    single, batch = (getattr(offer, kind)(batch=batched) for batched in (False, True))
    least = offer.cache.minimum_tokens if offer.cache is not None else CACHED_FROM

    def rates(one: RequestPrices, batched: Rates | None) -> Rates | None:
        if one.input.value is None or one.output.value is None:
            return None
        return Rates(one.input.value, one.output.value, one.cached_input.value, one.cache_write.value, batched, least)

    found = rates(single, rates(batch, None))
    if found is None:
        return None
    names = ("input", "cached_input", "cache_write", "output")
    figures = {f"{kind} {name}": getattr(single, name) for name in names}
    if settings.batch_share and found.batch is not None:
        figures |= {f"{kind} batch {name}": getattr(batch, name) for name in names}
    return found, {name: figure for name, figure in figures.items() if figure.value is not None}


def _left(last: datetime.date | None, today: datetime.date) -> int | None:
    return (last - today).days if last is not None else None
