"""What models cost that help beside the one that is tuned: graders of reinforcement training, and an embedding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.catalog.offers import Offer
from prep.catalog.prices import unknown

if TYPE_CHECKING:
    from prep.catalog.prices import Figure, Prices

EMBEDDING = "text-embedding-3-large"


def grader(offer: Offer, model: str) -> tuple[Figure, Figure]:
    """(input, output) prices of `model` as grader of jobs at `offer`: its own meter, else what its requests cost there.

    InputError with the nearest names where the provider has no such model.
    """
    prices, entry = offer.prices, offer.provider_entry
    factor = offer.factor
    alike = [tier for tier, terms in entry.tiers.items() if factor is not None and terms.factor == factor]
    for tier in dict.fromkeys([offer.region or offer.tier, offer.tier, *alike]):
        found = entry.graders.get(tier, {}).get(model)
        if found is not None:
            path = f"providers.{offer.provider}.graders.{tier}.{model}"
            return (
                prices.figure(found.input, f"{path}.input", entry.source),
                prices.figure(found.output, f"{path}.output", entry.source),
            )
    match = prices.find(offer.provider, model)
    if match is None:
        known = {name for graders in entry.graders.values() for name in graders}
        own = [alias for name, one in entry.models.items() for alias in (*one.aliases, name)]
        raise unknown(f"grader at {offer.provider}", model, [*own, *sorted(known)])
    own_offer = Offer(prices, offer.provider, match[0], offer.tier, offer.region)
    base, tuned = own_offer.base(), own_offer.tuned()
    return (base.input, base.output) if base.input.value is not None else (tuned.input, tuned.output)


def embedding(prices: Prices, provider: str) -> Figure | None:
    """US dollars a million tokens of the embedding that the catalog knows, at `provider` or else anywhere."""
    for name in sorted(prices.providers, key=lambda one: (one != provider, one)):
        entry = prices.providers[name]
        for tier, models in entry.graders.items():
            found = models.get(EMBEDDING)
            if found is not None and found.input is not None:
                return prices.figure(found.input, f"providers.{name}.graders.{tier}.{EMBEDDING}.input", entry.source)
    return None
