"""Models as plain data, for look-ups and documentation."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from prep.catalog.offers import Offer
from prep.catalog.prices import age_days
from prep.errors import InputError, UsageError

if TYPE_CHECKING:
    import datetime

    from prep.catalog.prices import Prices


def describe_all(
    prices: Prices,
    today: datetime.date,
    provider: str | None = None,
    method: str | None = None,
    *,
    untunable: bool = False,
    open_only: bool = False,
) -> list[dict[str, Any]]:
    """Every model that can be tuned (with `method`, by that), one row a model and provider.

    `untunable`: those that cannot be tuned as well; `open_only`: only those that take new jobs today. UsageError for a
    provider that the catalog does not know, with the nearest.
    """
    if provider is not None and provider not in prices.providers:
        near = difflib.get_close_matches(provider, prices.providers, n=1) or list(prices.providers)
        raise UsageError(f"the catalog knows no provider {provider}", hint=f"near: {', '.join(near)}")
    rows = [
        describe_one(prices, name, model, today)
        for name, entry in prices.providers.items()
        for model in entry.models
        if provider in (None, name)
    ]
    return [
        row
        for row in rows
        if (method in row["methods"] if method else row["methods"] or untunable)
        and (not open_only or row["status"] in ("open", "closes", "untunable"))
    ]


def describe(prices: Prices, model: str, today: datetime.date) -> list[dict[str, Any]]:
    """One model at every provider that has it; UsageError with the nearest names for an unknown one."""
    wanted, _, name = model.rpartition("/")
    found = [
        describe_one(prices, provider, match[0], today)
        for provider in prices.providers
        if wanted in ("", provider) and (match := prices.find(provider, name)) is not None
    ]
    if not found:
        spelt = {one.lower(): one for one in reversed(prices.names())}
        near = [spelt[one] for one in difflib.get_close_matches(name.lower(), spelt, n=3, cutoff=0.5)]
        raise UsageError(
            f"the catalog knows no model {model}",
            hint=f"near: {', '.join(near)}" if near else "`prep models` lists them",
        )
    return found


def describe_one(prices: Prices, provider: str, model: str, today: datetime.date) -> dict[str, Any]:
    """All that the catalog says of a model at a provider, each group of figures with its source."""
    own = prices.providers[provider]
    entry = own.models[model]
    offer = Offer(prices, provider, model, "standard")
    life = offer.life(today)
    path = f"providers.{provider}.models.{model}"
    cache, limits = offer.cache, offer.limits

    def sourced(key: str, place: str) -> dict[str, Any]:
        name, source = prices.source_of(key, place)
        return {"source": name, **source.model_dump(), "age_days": age_days(source.as_of, today)}

    return {
        "provider": provider,
        "model": model,
        "aliases": entry.aliases,
        "methods": list(entry.methods),
        "encoding": _encoding(offer),
        "max_training_tokens": offer.max_training_tokens,
        "training_usd_per_million": entry.training,
        "training_usd_per_hour": entry.training_usd_per_hour,
        **{
            f"{kind}_usd_per_million": {tier: price.model_dump() for tier, price in getattr(entry, kind).items()}
            for kind in ("tuned", "tuned_batch", "base", "base_batch")
        },
        "hosting_usd_per_hour": own.hosting_usd_per_hour | entry.hosting_usd_per_hour if entry.methods else {},
        "batch_factor": own.batch_factor,
        "tiers": {tier: terms.model_dump() for tier, terms in own.tiers.items()},
        "cache": cache.model_dump() if cache is not None else None,
        "limits": limits.model_dump(exclude_none=True) if limits is not None else None,
        "own_figures": {
            one.removeprefix(path).lstrip(".") or "all": sourced(key, one)
            for one, key in prices.overridden.items()
            if one == path or one.startswith(f"{path}.")
        },
        "prices_source": sourced(entry.source_of_training or entry.source or own.source, f"{path}.training"),
        "requests_source": sourced(entry.source or own.source, f"{path}.tuned"),
        "status": life.status,
        "by_invitation": entry.by_invitation,
        "retires": str(life.retires) if life.retires else None,
        "trains_until": str(life.trains_until) if life.trains_until else None,
        "base_retires": str(life.base_retires) if life.base_retires else None,
        "days_left": life.days_left,
        "dates_source": sourced(entry.dates_source or own.dates_source, f"{path}.dates"),
        "said_first": list(life.sentences),
        "note": entry.note,
    }


def _encoding(offer: Offer) -> str | None:
    try:
        found = offer.encoding
    except InputError:
        return None
    return f"{found.name} (estimate)" if found.estimated else found.name
