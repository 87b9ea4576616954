"""What requests cost at the dataset's own lengths, and what its repeated prompt costs in training and serving."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from prep.outputs.cost_estimate import exact, usd

if TYPE_CHECKING:
    from prep.catalog import Offer, RequestPrices
    from prep.outputs.cost_measure import Measured

_THOUSANDS = Decimal(1000) / 1_000_000


def requests(offer: Offer, data: Measured) -> dict[str, Any] | None:
    """1,000 requests as long as the examples, in US dollars; None where there is no answer to measure.

    `tuned_usd`, `tuned_batch_usd`, `base_usd`: the tuned model, in a batch, the model as it is. `..._cached_usd`: with
    the repeated prompt found in the provider's cache each time, null where it is too short for that.
    """
    if not data.examples or not data.answered.any():
        return None
    asked, answered, fixed = (_mean(data, values) for values in (data.asked, data.answered, data.fixed))
    cache = offer.cache
    cacheable = cache is not None and fixed >= cache.minimum_tokens
    found: dict[str, Any] = {
        "input_tokens": round(float(asked), 3),
        "output_tokens": round(float(answered), 3),
        "fixed_tokens": round(float(fixed), 3),
        "cache_minimum_tokens": cache.minimum_tokens if cache is not None else None,
        "cacheable": cacheable,
    }
    for name, prices in (
        ("tuned", offer.tuned()),
        ("tuned_batch", offer.tuned(batch=True)),
        ("base", offer.base()),
    ):
        found[f"{name}_usd"] = _thousand(prices, asked, answered)
        if name != "tuned_batch":
            found[f"{name}_cached_usd"] = _thousand(prices, asked, answered, fixed) if cacheable else None
    return found


def _mean(data: Measured, values: Any) -> Decimal:
    return Decimal(data.total(values)) / Decimal(data.examples)


def _thousand(prices: RequestPrices, asked: Decimal, answered: Decimal, cached: Decimal = Decimal(0)) -> float | None:
    wanted = [(prices.input.value, asked - cached), (prices.output.value, answered)]
    wanted += [(prices.cached_input.value, cached)] if cached else []
    if any(price is None for price, _ in wanted):
        return None
    return usd(sum((exact(price or 0) * count for price, count in wanted), Decimal(0)) * _THOUSANDS)


def prefix(offer: Offer, data: Measured, told: dict[str, Any]) -> dict[str, Any] | None:
    """The repeated system prompt's share of the training bill, and what its short form would save; None without one.

    `told` is what `training` found. The prompt stands in front, so that truncation never cuts it off.
    """
    fixed, pruned = data.total(data.fixed), data.total(data.pruned)
    if not fixed:
        return None
    whole, price = told["training_tokens"], told["price_usd_per_million"]
    times = 1 if data.other is None else 2
    examples = data.total((data.fixed > 0).astype(np.int64))
    saved = (fixed - pruned) * times

    def dollars(tokens: int) -> float | None:
        return None if price is None else usd(Decimal(tokens) * told["epochs"] * exact(price) / 1_000_000)

    serving = offer.tuned().input.value
    less = Decimal(fixed - pruned) / Decimal(examples)
    return {
        "examples": examples,
        "texts": data.systems,
        "tokens": fixed * times,
        "tokens_an_example": round(fixed / examples, 3),
        "pruned_tokens_an_example": round(pruned / examples, 3),
        "share_of_bill": round(fixed * times / whole, 6) if whole else 0.0,
        "training_usd": dollars(fixed * times),
        "saves_training_usd": dollars(saved),
        "saves_usd_per_1000_requests": None if serving is None else usd(less * exact(serving) * _THOUSANDS),
        "text": data.system,
    }
