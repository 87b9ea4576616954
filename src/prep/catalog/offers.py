"""Offers: a model at a provider in a tier, and what the catalog says of it, figure by figure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from prep.catalog.life import Life, life_of
from prep.catalog.models import Encoding, encoding_of, max_training_tokens
from prep.catalog.prices import Figure, load_prices, unknown

if TYPE_CHECKING:
    import datetime
    from pathlib import Path

    from prep.catalog.prices import Prices
    from prep.catalog.shape import Cache, Limits, ModelEntry, ProviderEntry, Source, Tier

TIERS = ("standard", "global", "developer")
Kind = Literal["tuned", "base"]


@dataclass(frozen=True)
class RequestPrices:
    """What requests cost: US dollars a million tokens."""

    input: Figure
    cached_input: Figure  # found in the provider's cache
    cache_write: Figure  # written to it; None: costs as `input`
    output: Figure


@dataclass(frozen=True)
class Offer:
    """A model at a provider, trained and run in a tier; `region` refines the tier `standard`."""

    prices: Prices
    provider: str
    model: str
    tier: str
    region: str | None = None

    def __str__(self) -> str:
        return f"{self.name}@{self.region or self.tier}"

    @property
    def name(self) -> str:
        """The provider and the model's short name."""
        return f"{self.provider}/{(self.entry.aliases or [self.model])[0]}"

    @property
    def entry(self) -> ModelEntry:
        """What the catalog says of the model."""
        return self.provider_entry.models[self.model]

    @property
    def provider_entry(self) -> ProviderEntry:
        """What the catalog says of the provider."""
        return self.prices.providers[self.provider]

    @property
    def place(self) -> str:
        """The name under which its training price stands: the region where it has one of its own, else the tier."""
        known = {*self.entry.training, *self.entry.training_usd_per_hour}
        return self.region if self.region is not None and self.region in known else self.tier

    @property
    def encoding(self) -> Encoding:
        """How its tokens are counted; InputError where nothing is known."""
        own = self.entry.encoding
        return Encoding(own, False) if own is not None else encoding_of(self.model)

    @property
    def max_training_tokens(self) -> int | None:
        """Most tokens of one training example; None: not known."""
        return self.entry.max_training_tokens or max_training_tokens(self.provider, self.model)

    @property
    def terms(self) -> Tier | None:
        """What its tier means: where data is kept, how long a deployment lives; None: nothing is said."""
        tiers = self.provider_entry.tiers
        return tiers.get(self.region or self.tier) or tiers.get(self.tier)

    @property
    def unlisted_region(self) -> str | None:
        """The region that is asked for, where the catalog knows no price or terms of it."""
        listed = {*_places(self.entry, None), *self.entry.hosting_usd_per_hour, *self.provider_entry.tiers}
        return self.region if self.region is not None and self.region not in listed else None

    @property
    def factor(self) -> float | None:
        """What its requests cost as a multiple of `global`, where it has no meter; None: nothing is said."""
        tiers = self.provider_entry.tiers
        own = tiers.get(self.region) if self.region is not None else None
        found = own if own is not None and own.factor is not None else tiers.get(self.tier)
        return found.factor if found is not None else None

    @property
    def cache(self) -> Cache | None:
        """How its prompts are cached; None: nothing is said."""
        return self.entry.cache or self.provider_entry.cache

    @property
    def limits(self) -> Limits | None:
        """What a training job at its provider may be."""
        return self.provider_entry.limits

    def training(self) -> Figure:
        """US dollars a million training tokens."""
        return self._trained(self.entry.training.get(self.place), "training")

    def training_by_hour(self) -> Figure:
        """US dollars an hour of training, for rft."""
        return self._trained(self.entry.training_usd_per_hour.get(self.place), "training_usd_per_hour")

    def hosting(self) -> Figure:
        """US dollars an hour of a deployed tuned model."""
        own, shared = self.entry.hosting_usd_per_hour, self.provider_entry.hosting_usd_per_hour
        places = [place for place in (self.region, self.tier) if place is not None]
        tries = [(own, self._path, place) for place in places]
        tries += [(shared, f"providers.{self.provider}", place) for place in places]
        tries += [(own, self._path, "default"), (shared, f"providers.{self.provider}", "default")]
        for figures, path, place in tries:
            if place in figures:
                return self.prices.figure(figures[place], f"{path}.hosting_usd_per_hour.{place}", self._key)
        return self.prices.figure(None, f"{self._path}.hosting_usd_per_hour.default", self._key)

    def tuned(self, *, batch: bool = False) -> RequestPrices:
        """What requests to the tuned model cost, one by one or sent as a batch."""
        return self._requests("tuned", batch=batch)

    def base(self, *, batch: bool = False) -> RequestPrices:
        """What requests to the model as it is cost, one by one or sent as a batch."""
        return self._requests("base", batch=batch)

    def life(self, today: datetime.date) -> Life:
        """Whether it takes new jobs, and how long a model tuned of it on that day would live."""
        return life_of(self, today)

    def dates_source(self, name: str | None = None) -> tuple[str, Source]:
        """The source of one of its dates, `tuned_retires` for example; None: of all, but those an overlay replaced."""
        key = self.entry.dates_source or self.provider_entry.dates_source
        return self.prices.source_of(key, f"{self._path}.dates" + (f".{name}" if name else ""))

    @property
    def _path(self) -> str:
        return f"providers.{self.provider}.models.{self.model}"

    @property
    def _key(self) -> str:
        return self.entry.source or self.provider_entry.source

    def _trained(self, value: float | None, name: str) -> Figure:
        return self.prices.figure(
            value, f"{self._path}.{name}.{self.place}", self.entry.source_of_training or self._key
        )

    def _requests(self, kind: Kind, *, batch: bool) -> RequestPrices:
        return RequestPrices(
            *(self._request(kind, name, batch=batch) for name in ("input", "cached_input", "cache_write", "output"))
        )

    def _request(self, kind: Kind, name: str, *, batch: bool) -> Figure:
        """The region's meter; else its factor x global; else the tier's, likewise.

        A batch without a meter: the factor x one by one, as of writing to the cache where the batch's meter has none.
        """
        section = f"{kind}_batch" if batch else kind
        figures = getattr(self.entry, section)
        key = self._key if name != "cache_write" else self.entry.source_of_cache_write or self._key
        for place in (self.region, self.tier):
            if place is None or place not in figures:
                continue
            if place != self.region and self.region is not None and not batch and "global" in figures:
                terms = self.provider_entry.tiers.get(self.region)
                if terms is not None and terms.factor is not None:
                    break  # the region's own factor says more than the meter of `standard`
            value = getattr(figures[place], name)
            if value is None and batch and name == "cache_write":
                break
            note = f"as `{place}`" if place != self.region and self.region is not None else None
            return self.prices.figure(value, f"{self._path}.{section}.{place}.{name}", key, note)
        if batch:
            single = self._request(kind, name, batch=False)
            return _times(single, self.provider_entry.batch_factor, single.note or "one by one")
        whole = figures.get("global")
        value = getattr(whole, name) if whole is not None else None
        figure = self.prices.figure(value, f"{self._path}.{section}.global.{name}", key)
        return _times(figure, self.factor, "global")


def _times(figure: Figure, factor: float | None, what: str) -> Figure:
    """The figure times `factor`, which its note says; no figure without one."""
    if figure.value is None or factor is None:
        return Figure(None, figure.place, figure.key, figure.source)
    made = float(Decimal(str(figure.value)) * Decimal(str(factor)))
    return Figure(made, figure.place, figure.key, figure.source, f"{factor:g} x {what}")


def offers(prices: Prices, wanted: str, *, method: str | None = None, region: str | None = None) -> list[Offer]:
    """What `provider/model@tier` means; without provider or tier, all that there are.

    `method`: only what can be trained so, and has a price (unless the tier is named); None: whatever takes requests,
    tuned or not. InputError where no such provider, model or tier is known, with the nearest names.
    """
    rest, _, tier = wanted.strip().partition("@")
    provider, slash, model = rest.rpartition("/")
    if slash and provider not in prices.providers:
        raise unknown("provider", provider, list(prices.providers))
    named = [provider] if slash else list(prices.providers)
    matches = [(name, match) for name in named if (match := prices.find(name, model)) is not None]
    if not matches:
        raise unknown("model", model, prices.names())
    found = []
    for name, (full, entry) in matches:
        if method is not None and method not in entry.methods:
            continue
        places = _places(entry, method)
        chosen = [tier] if tier and tier in places else [] if tier else [one for one in places if one in TIERS]
        for place in chosen:
            own = place if place in TIERS else None
            refined = region if own == "standard" and not _has_one_tier(entry) else None
            found.append(Offer(prices, name, full, own or "standard", refined if own else place))
    if not found and tier:
        known = sorted({place for _, (_, entry) in matches for place in _places(entry, None)})
        if tier not in known:
            raise unknown("tier or region", tier, known)
    return found


def all_offers(prices: Prices) -> list[Offer]:
    """Every model at every provider in every tier in which it takes requests, tuned or not."""
    names = [f"{provider}/{name}" for provider, entry in prices.providers.items() for name in entry.models]
    return [offer for name in names for offer in offers(prices, name)]


def _places(entry: ModelEntry, method: str | None) -> list[str]:
    if method is not None:
        return list(entry.training_usd_per_hour if method == "rft" else entry.training)
    return list(dict.fromkeys([*entry.training, *entry.training_usd_per_hour, *entry.tuned, *entry.base]))


def _has_one_tier(entry: ModelEntry) -> bool:
    return set(_places(entry, None)) <= {"standard", "data_sharing"}


def target_offer(prices: Prices, provider: str, model: str, tier: str, region: str | None) -> Offer | None:
    """The pipeline's own target; None where the catalog does not know the model at this provider.

    A provider that has one tier only offers it under each name.
    """
    match = prices.find(provider, model)
    if match is None:
        return None
    name, entry = match
    if _has_one_tier(entry):
        tier, region = "standard", None
    return Offer(prices, provider, name, tier, region if tier == "standard" else None)


def counted_with(provider: str, model: str, catalog: Path | None = None) -> tuple[Encoding, int | None]:
    """How the tokens of a model are counted, and the most of one training example (None: not known).

    `catalog`: the user's own file, which may know models that prep does not. InputError where nobody knows the model.
    """
    offer = None if catalog is None else target_offer(load_prices(catalog), provider, model, "standard", None)
    if offer is not None:
        return offer.encoding, offer.max_training_tokens
    return encoding_of(model), max_training_tokens(provider, model)
