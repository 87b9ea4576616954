"""What the catalog says of the model that data is checked for."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prep.catalog.prices import load_prices

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prep.catalog.shape import ModelEntry, NewJobs


@dataclass(frozen=True)
class ModelFacts:
    """A model at a provider on a day; `entry` is None where the catalog has none."""

    provider: str
    name: str
    method: str
    today: datetime.date
    entry: ModelEntry | None
    new_jobs: NewJobs | None


def model_facts(
    providers: Sequence[str], model: str, method: str, today: datetime.date, catalog: Path | None = None
) -> list[ModelFacts]:
    """One for each provider that the catalog knows."""
    prices = load_prices(catalog)
    found = []
    for provider in providers:
        if provider in prices.providers:
            match = prices.find(provider, model)
            name, entry = match if match is not None else (model, None)
            jobs = prices.providers[provider].new_jobs
            found.append(ModelFacts(provider, name, method, today, entry, jobs))
    return found
