"""Candidates: which models at which provider and tier are meant, and what the catalog says of each."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prep.errors import InputError

if TYPE_CHECKING:
    from prep.catalog.prices import ModelEntry, Prices, ProviderEntry, Source

TIERS = ("standard", "global", "developer")


@dataclass(frozen=True)
class Offer:
    """A model at a provider, trained in a tier; `region` refines the tier `standard`."""

    prices: Prices
    provider: str
    model: str
    tier: str
    region: str | None = None

    @property
    def entry(self) -> ModelEntry:
        """What the catalog says of the model."""
        return self._provider.models[self.model]

    @property
    def _provider(self) -> ProviderEntry:
        return self.prices.providers[self.provider]

    @property
    def place(self) -> str:
        """The name under which its prices stand: the region where the catalog has one of its own, else the tier."""
        known = {*self.entry.training, *self.entry.training_usd_per_hour}
        return self.region if self.region is not None and self.region in known else self.tier

    def training(self) -> tuple[float | None, str, Source]:
        """US dollars a million training tokens (null: none found), the source's key, and the source."""
        return self._sourced(self.entry.training.get(self.place), "training")

    def training_by_hour(self) -> tuple[float | None, str, Source]:
        """US dollars an hour of training, for rft."""
        return self._sourced(self.entry.training_usd_per_hour.get(self.place), "training_usd_per_hour")

    def _sourced(self, figure: float | None, name: str) -> tuple[float | None, str, Source]:
        key = self.entry.source_of_training or self.entry.source or self._provider.source
        path = f"providers.{self.provider}.models.{self.model}.{name}.{self.place}"
        return figure, *self.prices.source_of(key, path)

    def hosting(self) -> float:
        """US dollars an hour of a deployed tuned model."""
        own = self.entry.hosting_usd_per_hour
        for name in (self.region, self.tier, "default"):
            if name is not None and name in own:
                return own[name]
        return self._provider.hosting_usd_per_hour

    def dates_source(self) -> tuple[str, Source]:
        """The source of its dates."""
        key = self.entry.dates_source or self._provider.dates_source
        return self.prices.source_of(key, f"providers.{self.provider}.models.{self.model}.dates")

    def __str__(self) -> str:
        return f"{self.name}@{self.region or self.tier}"

    @property
    def name(self) -> str:
        """The provider and the model's short name."""
        return f"{self.provider}/{(self.entry.aliases or [self.model])[0]}"


def offers(prices: Prices, wanted: str, *, method: str, region: str | None = None) -> list[Offer]:
    """What `provider/model@tier` means; without provider or tier, all of them that offer the model for `method`.

    InputError where no such provider, model or tier is known, with the nearest names. An offer without a price for the
    method is left out, unless the tier is named.
    """
    rest, _, tier = wanted.strip().partition("@")
    provider, slash, model = rest.rpartition("/")
    if slash and provider not in prices.providers:
        raise _unknown("provider", provider, list(prices.providers))
    found = []
    named = [provider] if slash else list(prices.providers)
    matches = [(name, match) for name in named if (match := prices.find(name, model)) is not None]
    if not matches:
        raise _unknown("model", model, prices.names())
    for name, (full, entry) in matches:
        by = entry.training_usd_per_hour if method == "rft" else entry.training
        places = [place for place in by if place in TIERS]
        if tier and tier not in by:
            continue
        chosen = [tier] if tier else places
        for place in chosen:
            if method in entry.methods:
                own = place if place in TIERS else None
                found.append(Offer(prices, name, full, own or "standard", region if own else place))
    if not found and tier:
        known = sorted(
            {place for _, (_, entry) in matches for place in (*entry.training, *entry.training_usd_per_hour)}
        )
        if tier not in known:
            raise _unknown("tier or region", tier, known)
    return found


def target_offer(prices: Prices, provider: str, model: str, tier: str, region: str | None) -> Offer | None:
    """The pipeline's own target; None where the catalog does not know the model at this provider.

    A provider that has one tier only offers it under each name.
    """
    match = prices.find(provider, model) if provider in prices.providers else None
    if match is None:
        return None
    name, entry = match
    places = {*entry.training, *entry.training_usd_per_hour}
    if places == {"standard"}:
        tier = "standard"
    return Offer(prices, provider, name, tier, region)


def _unknown(what: str, name: str, known: list[str]) -> InputError:
    near = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.5)
    return InputError(
        f"the catalog knows no {what} {name or '(empty)'}",
        hint=f"near: {', '.join(near)}" if near else f"known are: {', '.join(known[:20])}",
    )
