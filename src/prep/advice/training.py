"""What one training of a candidate costs: low, likely and high, and why it may not be possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prep.advice import formulas
from prep.advice.formulas import Rates
from prep.advice.ways import Range
from prep.catalog import auto_epochs
from prep.tokens.messages import PRIMING

if TYPE_CHECKING:
    import numpy as np

    from prep.advice.settings import Advise
    from prep.catalog.offers import Offer
    from prep.catalog.prices import Figure

FEWEST = 10  # where the catalog does not say how many examples a provider asks for


@dataclass(frozen=True)
class Trained:
    """One training: its price in dollars (None: not known), what it is made of, and what forbids it."""

    usd: Range | None
    tokens: int  # billed for one epoch: each example cut at the longest that the model takes
    examples: int
    epochs: tuple[int, int, int]
    hours: float | None
    figures: dict[str, Figure]
    told: str  # where the epochs come from
    refused: tuple[str, ...]


def trained(offer: Offer, lengths: np.ndarray[Any, Any], method: str, settings: Advise) -> Trained:
    """One training of `offer` on examples of these lengths (tokens)."""
    most = offer.max_training_tokens
    tokens, examples = int((lengths.clip(max=most) if most is not None else lengths).sum()), len(lengths)
    epochs, told = _epochs(offer, method, examples, settings.epochs)
    refused = []
    if method not in offer.entry.methods:
        refused.append(f"{offer.name} cannot be tuned by {method}")
    limits = offer.limits
    fewest = limits.min_examples if limits is not None and limits.min_examples is not None else FEWEST
    if examples < fewest:
        refused.append(f"{offer.provider} asks for {fewest} training examples at least, there {_are(examples)}")
    whole = limits.max_tokens_by_epochs if limits is not None else None
    if whole is not None and tokens * epochs[1] > whole:
        refused.append(f"{tokens:,} tokens x {epochs[1]} epochs are more than a job may have ({whole:,})")
    if method == "rft":
        usd, figures = _by_hour(offer, settings, refused)
    else:
        usd, figures = _by_token(offer, tokens, examples, epochs, refused)
    return Trained(usd, tokens, examples, epochs, settings.training_hours, figures, told, tuple(refused))


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}"


def _by_token(
    offer: Offer, tokens: int, examples: int, epochs: tuple[int, int, int], refused: list[str]
) -> tuple[Range | None, dict[str, Figure]]:
    figure = offer.training()
    if figure.value is None:
        refused.append(f"the catalog has no training price of {offer}")
        return None, {}
    low, likely, high = epochs
    usd = Range(
        formulas.training(tokens, low, figure.value),
        formulas.training(tokens, likely, figure.value),
        formulas.training(tokens + PRIMING * examples, high, figure.value),
    )
    return usd, {"training": figure}


def _by_hour(offer: Offer, settings: Advise, refused: list[str]) -> tuple[Range | None, dict[str, Figure]]:
    figure = offer.training_by_hour()
    if figure.value is None:
        refused.append(f"the catalog has no hourly training price of {offer}")
        return None, {}
    if settings.training_hours is None:
        refused.append("reinforcement training is billed by the hour: say how many with `training_hours`")
        return None, {}
    usd = formulas.training_by_hour(settings.training_hours, figure.value, 0, 0, Rates(0, 0))
    return Range(usd, usd, usd), {"training_hour": figure}


def _epochs(offer: Offer, method: str, examples: int, given: int | None) -> tuple[tuple[int, int, int], str]:
    """Low, likely and high epochs, and what they rest on."""
    if given is not None:
        return (given, given, given), f"{given} epochs, as given"
    rule = offer.provider_entry.epochs
    if rule.rule == "cookbook":
        likely, known = max(1, auto_epochs(examples)), "by the only published rule"
    else:
        likely, known = {str(name): count for name, count in rule.likely.items()}.get(method, rule.low), "not published"
    high = max(rule.high, likely)
    return (
        rule.low,
        likely,
        high,
    ), f"epochs `auto` at {offer.provider}: {likely}, {rule.low} to {high}; {known} ({rule.source})"
