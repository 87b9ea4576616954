"""Models as plain data, for look-ups and documentation."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from prep.catalog.models import encoding_of, max_training_tokens
from prep.catalog.prices import age_days
from prep.errors import InputError, UsageError

if TYPE_CHECKING:
    import datetime

    from prep.catalog.prices import ModelEntry, Prices


def describe_all(
    prices: Prices, today: datetime.date, provider: str | None = None, method: str | None = None
) -> list[dict[str, Any]]:
    """Every model that can be tuned (or, with `method`, by that): one row a model and provider."""
    return [
        row
        for name, entry in prices.providers.items()
        for model in entry.models
        if provider in (None, name)
        for row in [describe_one(prices, name, model, today)]
        if (method in row["methods"] if method else row["methods"])
    ]


def describe(prices: Prices, model: str, today: datetime.date) -> list[dict[str, Any]]:
    """One model at every provider that has it; UsageError with the nearest names for an unknown one."""
    found = [
        describe_one(prices, provider, match[0], today)
        for provider in prices.providers
        if (match := prices.find(provider, model)) is not None
    ]
    if not found:
        near = difflib.get_close_matches(model.lower(), prices.names(), n=3, cutoff=0.5)
        raise UsageError(
            f"the catalog knows no model {model}",
            hint=f"near: {', '.join(near)}" if near else "`prep models` lists them",
        )
    return found


def describe_one(prices: Prices, provider: str, model: str, today: datetime.date) -> dict[str, Any]:
    """All that the catalog says of a model at a provider, each group of figures with its source."""
    entry = prices.providers[provider].models[model]
    own = prices.providers[provider]
    requests = entry.source or own.source
    figures = _sourced(prices, entry.source_of_training or requests, today)
    dates = _sourced(prices, entry.dates_source or own.dates_source, today)
    return {
        "provider": provider,
        "model": model,
        "aliases": entry.aliases,
        "methods": list(entry.methods),
        "encoding": _encoding(model),
        "max_training_tokens": max_training_tokens(provider, model),
        "training_usd_per_million": entry.training,
        "training_usd_per_hour": entry.training_usd_per_hour,
        "tuned_usd_per_million": {tier: price.model_dump() for tier, price in entry.tuned.items()},
        "base_usd_per_million": {tier: price.model_dump() for tier, price in entry.base.items()},
        "hosting_usd_per_hour": entry.hosting_usd_per_hour or {"default": own.hosting_usd_per_hour},
        "prices_source": figures,
        "requests_source": _sourced(prices, requests, today),
        "own_figures": _own_figures(prices, f"providers.{provider}.", model, today),
        "retires": _retires(entry),
        "trains_until": str(entry.dates.train_until) if entry.dates.train_until else None,
        "base_retires": str(entry.dates.base_retires) if entry.dates.base_retires else None,
        "days_left": _days_left(entry, today),
        "dates_source": dates,
        "note": entry.note,
    }


def _own_figures(prices: Prices, provider: str, model: str, today: datetime.date) -> dict[str, dict[str, Any]]:
    """The sources of the figures that a catalog file of the user's laid over: by their paths in the model's entry."""
    found = {}
    for path, key in prices.overridden.items():
        name = path.removeprefix(provider).removeprefix(f"models.{model}.")
        if path.startswith(provider) and not name.startswith("models."):
            found[name] = _sourced(prices, key, today)
    return found


def _sourced(prices: Prices, key: str, today: datetime.date) -> dict[str, Any]:
    source = prices.sources[key]
    return {"source": key, **source.model_dump(), "age_days": age_days(source.as_of, today)}


def _retires(entry: ModelEntry) -> str | None:
    last = entry.dates.retired or entry.dates.tuned_retires
    return str(last) if last else None


def _days_left(entry: ModelEntry, today: datetime.date) -> int | None:
    last = entry.dates.retired or entry.dates.tuned_retires
    return (last - today).days if last else None


def _encoding(model: str) -> str | None:
    try:
        found = encoding_of(model)
    except InputError:
        return None
    return f"{found.name} (estimate)" if found.estimated else found.name
