"""What a model costs that grades answers in reinforcement training."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.catalog.offers import Offer
from prep.catalog.prices import unknown

if TYPE_CHECKING:
    from prep.catalog.prices import Figure


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
