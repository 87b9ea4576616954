"""Prices and dates: every figure of the catalog with the source it was read from, and what a user's file overrides."""

from __future__ import annotations

import datetime
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from prep.catalog.models import plain_name

FILE = Path(__file__).parents[1] / "resources" / "catalog" / "prices.yaml"
Method = Literal["sft", "dpo", "rft"]
Usd = Annotated[float, Field(ge=0)]


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, (datetime.date, int)) and not isinstance(value, bool) else value


class Source(_Data):
    """Where figures were read, when, and how sure that is."""

    url: str = Field(description="the page or package")
    via: str | None = Field(None, description="how it was read, if not directly")
    as_of: Annotated[str, BeforeValidator(_as_text)] = Field(
        description="when it was so: a day, a month or a year", pattern=r"^[0-9]{4}(-[0-9]{2}){0,2}$"
    )
    confidence: Literal["high", "medium", "low"] = Field("medium", description="how sure the figures are")


class Requests(_Data):
    """US dollars for a million tokens of requests."""

    input: Usd | None = Field(None, description="a million input tokens")
    cached_input: Usd | None = Field(None, description="a million input tokens found in the provider's cache")
    output: Usd | None = Field(None, description="a million output tokens")


class Dates(_Data):
    """Until when a model can be had."""

    train_until: datetime.date | None = Field(None, description="last day of new training jobs")
    base_retires: datetime.date | None = Field(None, description="the base model goes")
    tuned_retires: datetime.date | None = Field(None, description="tuned models of it go")
    retired: datetime.date | None = Field(None, description="gone since")


class ModelEntry(_Data):
    """One model at one provider. Training and hosting prices are by tier, or by region, which refines `standard`."""

    aliases: list[str] = Field(default_factory=list, description="other names of the model")
    methods: list[Method] = Field(default_factory=list, description="training methods; none: it cannot be tuned")
    training: dict[str, Usd | None] = Field(default_factory=dict, description="US dollars a million training tokens")
    training_usd_per_hour: dict[str, Usd | None] = Field(
        default_factory=dict, description="for rft: US dollars an hour"
    )
    tuned: dict[str, Requests] = Field(default_factory=dict, description="requests to the tuned model, by tier")
    base: dict[str, Requests] = Field(default_factory=dict, description="requests to the base model, by tier")
    hosting_usd_per_hour: dict[str, Usd] = Field(default_factory=dict, description="by tier or region; `default` else")
    dates: Dates = Field(default_factory=Dates, description="until when it can be had")
    source: str | None = Field(None, description="source of its figures; default: the provider's")
    source_of_training: str | None = Field(None, description="source of its training price, where that is another")
    dates_source: str | None = Field(None, description="source of its dates; default: the provider's")
    note: str | None = Field(None, description="what else is to be known")


class NewJobs(_Data):
    """Until when a provider takes new training jobs."""

    until: datetime.date = Field(description="last day")
    source: str = Field(description="where that was read")
    note: str | None = Field(None, description="for whom")


class Epochs(_Data):
    """What a provider makes of epochs `auto`."""

    rule: Literal["cookbook"] | None = Field(None, description="the published rule, if there is one")
    likely: dict[Method, int] = Field(default_factory=dict, description="epochs by method, without a published rule")
    low: int = Field(description="fewest epochs it may choose")
    high: int = Field(description="most epochs it is known to choose, files of fewer than 34 examples aside")
    source: str = Field(description="where that was read")


class ProviderEntry(_Data):
    """A provider: what holds for all its models, and the models."""

    source: str = Field(description="source of its prices")
    dates_source: str = Field(description="source of its dates")
    hosting_usd_per_hour: Usd = Field(0.0, description="of a deployed tuned model, where the model says nothing else")
    validation_tokens_billed: bool = Field(False, description="whether validation files cost, too")
    regions_note: str | None = Field(None, description="what holds for regions that are not listed")
    new_jobs: NewJobs | None = Field(None, description="until when new jobs are taken")
    epochs: Epochs = Field(description="what becomes of epochs `auto`")
    models: dict[str, ModelEntry] = Field(description="models by their full names")


class Prices(_Data):
    """The whole catalog of prices and dates."""

    schema_version: Literal[1] = 1
    compiled: datetime.date = Field(description="when the file was put together")
    sources: dict[str, Source] = Field(description="where figures were read, by key")
    providers: dict[str, ProviderEntry] = Field(description="providers by name")
    overridden: dict[str, str] = Field(default_factory=dict, description="source by path of what an overlay replaced")

    def find(self, provider: str, model: str) -> tuple[str, ModelEntry] | None:
        """The full name and the entry of a model at a provider, by any of its names; None where it has none."""
        models = self.providers[provider].models
        wanted = plain_name(model)
        for name, entry in models.items():
            if wanted in (name.lower(), *(alias.lower() for alias in entry.aliases)):
                return name, entry
        return None

    def names(self) -> list[str]:
        """Every name of every model."""
        found: dict[str, None] = {}
        for provider in self.providers.values():
            for name, entry in provider.models.items():
                found |= dict.fromkeys([*entry.aliases, name])
        return list(found)

    def source_of(self, key: str, path: str) -> tuple[str, Source]:
        """The source of the figure at `path` (dotted): the overlay's where that has it, else the one called `key`."""
        found = (name for one, name in self.overridden.items() if path == one or path.startswith(f"{one}."))
        name = next(found, key)
        return name, self.sources[name]


def age_days(as_of: str, today: datetime.date) -> int:
    """Days since `as_of`; a month or a year counts from its first day."""
    year, month, day = (*map(int, as_of.split("-")), 1, 1)[:3]
    return (today - datetime.date(year, month, day)).days


@cache
def load_prices(overlay: Path | None = None) -> Prices:
    """The catalog that ships with the package, with what the file `overlay` says instead."""
    from ruamel.yaml import YAML

    data = YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))
    if overlay is not None:
        from prep.catalog.overlay import merged

        data = merged(data, overlay)
    return Prices.model_validate(data)


def catalog_age(today: datetime.date) -> list[tuple[str, str, int]]:
    """(source, as of, days) of every source of the shipped catalog."""
    return [(name, source.as_of, age_days(source.as_of, today)) for name, source in load_prices().sources.items()]


def schema() -> dict[str, Any]:
    """The JSON Schema of the catalog file."""
    found = Prices.model_json_schema()
    found["properties"].pop("overridden")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}
