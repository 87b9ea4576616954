"""What one training of a candidate costs: low, likely and high, and why it may not be possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from prep.advice import formulas
from prep.advice.formulas import Rates
from prep.advice.ways import Range
from prep.catalog.graders import grader
from prep.outputs.cost_estimate import Asked, training

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prep.advice.settings import Advise
    from prep.catalog.offers import Offer
    from prep.catalog.prices import Figure
    from prep.outputs.cost_measure import Measured

FEWEST = 10  # where the catalog does not say how many examples a provider asks for


@dataclass(frozen=True)
class Trained:
    """One training: its price in dollars (None: not known), what it is made of, and what forbids it."""

    usd: Range | None
    tokens: int  # billed for one epoch: each example cut at the longest that the model takes
    examples: int
    epochs: int  # the likely ones
    hours: float | None
    graded: tuple[int, int]  # tokens that a grader reads and writes
    figures: dict[str, Figure]
    told: tuple[str, ...]  # what it rests on
    refused: tuple[str, ...]


def trained(offer: Offer, data: Measured, target: Mapping[str, Any], settings: Advise) -> Trained:
    """One training of `offer` on measured examples, for the method of the run's target; as `prep cost` has it."""
    method = str(target["method"])
    asked = Asked(offer.provider, offer.model, offer.tier, method, offer.region, epochs=settings.epochs)
    made = training(offer, asked, data, None)
    tokens, epochs, examples = made["training_tokens"], made["epochs_range"], data.examples
    refused = []
    if method not in offer.entry.methods:
        refused.append(f"{offer.name} cannot be tuned by {method}")
    limits = offer.limits
    fewest = limits.min_examples if limits is not None and limits.min_examples is not None else FEWEST
    if examples < fewest:
        refused.append(f"{offer.provider} asks for {fewest} training examples at least, there {_are(examples)}")
    whole = limits.max_tokens_by_epochs if limits is not None else None
    if whole is not None and tokens * epochs["likely"] > whole:
        refused.append(f"{tokens:,} tokens x {epochs['likely']} epochs are more than a job may have ({whole:,})")
    if method == "rft":
        usd, figures = _by_hour(offer, settings, refused)
    else:
        usd, figures = _by_token(offer, made["training_usd"], refused)
    told = tuple(made["assumptions"]) if usd is not None else ()
    hours, graded = settings.training_hours, settings.grader_tokens
    return Trained(usd, tokens, examples, epochs["likely"], hours, graded, figures, told, tuple(refused))


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}"


def _by_token(
    offer: Offer, usd: Mapping[str, float | None], refused: list[str]
) -> tuple[Range | None, dict[str, Figure]]:
    low, likely, high = usd["low"], usd["likely"], usd["high"]
    if low is None or likely is None or high is None:
        if offer.training().value is None:
            refused.append(f"the catalog has no training price of {offer}")
        return None, {}
    return Range(low, likely, high), {"training": offer.training()}


def _by_hour(offer: Offer, settings: Advise, refused: list[str]) -> tuple[Range | None, dict[str, Figure]]:
    figure = offer.training_by_hour()
    if figure.value is None:
        refused.append(f"the catalog has no hourly training price of {offer}")
        return None, {}
    if settings.training_hours is None:
        refused.append("reinforcement training is billed by the hour: say how many with `training_hours`")
        return None, {}
    figures, rates = {"training_hour": figure}, Rates(0, 0)
    if settings.grader is not None:
        reads, writes = grader(offer, settings.grader)
        if reads.value is None or writes.value is None:
            refused.append(f"the catalog has no price of the grader {settings.grader} at {offer.provider}")
            return None, {}
        figures |= {"grader input": reads, "grader output": writes}
        rates = Rates(reads.value, writes.value)
    usd = formulas.training_by_hour(settings.training_hours, figure.value, *settings.grader_tokens, rates)
    return Range(usd, usd, usd), figures
