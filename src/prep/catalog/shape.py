"""The shape of a catalog file: strict, typed, every field described; its JSON Schema is generated from here."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Method = Literal["sft", "dpo", "rft"]
Confidence = Literal["high", "medium", "low"]
Usd = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Tokens = Annotated[int, Field(gt=0)]


class Data(BaseModel):
    """Frozen, and no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, (datetime.date, int)) and not isinstance(value, bool) else value


class Source(Data):
    """Where figures were read, when, and how sure that is."""

    url: str = Field(description="the page or package")
    via: str | None = Field(None, description="how it was read, if not directly")
    as_of: Annotated[str, BeforeValidator(_as_text)] = Field(
        description="when it was so: a day, a month or a year", pattern=r"^[0-9]{4}(-[0-9]{2}){0,2}$"
    )
    confidence: Confidence = Field("medium", description="how sure the figures are")


class Requests(Data):
    """US dollars for a million tokens of requests."""

    input: Usd | None = Field(None, description="a million input tokens")
    cached_input: Usd | None = Field(None, description="a million input tokens found in the provider's cache")
    cache_write: Usd | None = Field(None, description="a million input tokens written to the cache; null: as `input`")
    output: Usd | None = Field(None, description="a million output tokens")


class Dates(Data):
    """Until when a model can be had."""

    train_until: datetime.date | None = Field(None, description="last day of new training jobs")
    base_retires: datetime.date | None = Field(None, description="the base model goes")
    tuned_retires: datetime.date | None = Field(None, description="tuned models of it go")
    retired: datetime.date | None = Field(None, description="gone since")


class Cache(Data):
    """How prompts are cached."""

    minimum_tokens: Tokens = Field(description="shortest prefix that is cached")
    minutes: float | None = Field(None, gt=0, description="how long an unused prefix is kept")
    source: str = Field(description="where that was read")


class ModelEntry(Data):
    """One model at one provider. Training and hosting prices are by tier, or by region, which refines `standard`."""

    aliases: list[str] = Field(default_factory=list, description="other names of the model")
    methods: list[Method] = Field(default_factory=list, description="training methods; none: it cannot be tuned")
    training: dict[str, Usd | None] = Field(default_factory=dict, description="US dollars a million training tokens")
    training_usd_per_hour: dict[str, Usd | None] = Field(
        default_factory=dict, description="for rft: US dollars an hour"
    )
    tuned: dict[str, Requests] = Field(default_factory=dict, description="requests to the tuned model, by tier")
    tuned_batch: dict[str, Requests] = Field(default_factory=dict, description="the same, sent as a batch")
    base: dict[str, Requests] = Field(default_factory=dict, description="requests to the base model, by tier")
    base_batch: dict[str, Requests] = Field(default_factory=dict, description="the same, sent as a batch")
    hosting_usd_per_hour: dict[str, Usd | None] = Field(
        default_factory=dict, description="by tier or region; `default` else; null: not found"
    )
    encoding: str | None = Field(None, description="tiktoken's encoding, for a model that prep does not know")
    max_training_tokens: Tokens | None = Field(None, description="most tokens of one training example, likewise")
    cache: Cache | None = Field(None, description="how its prompts are cached, where that differs")
    by_invitation: bool = Field(False, description="training jobs only for invited customers")
    dates: Dates = Field(default_factory=Dates, description="until when it can be had")
    source: str | None = Field(None, description="source of its figures; default: the provider's")
    source_of_training: str | None = Field(None, description="source of its training price, where that is another")
    source_of_cache_write: str | None = Field(None, description="source of its cache_write, where that is another")
    dates_source: str | None = Field(None, description="source of its dates; default: the provider's")
    note: str | None = Field(None, description="what else is to be known")


class NewJobs(Data):
    """Until when a provider takes new training jobs."""

    until: datetime.date = Field(description="last day")
    source: str = Field(description="where that was read")
    note: str | None = Field(None, description="for whom")


class Epochs(Data):
    """What a provider makes of epochs `auto`."""

    rule: Literal["cookbook"] | None = Field(None, description="the published rule, if there is one")
    likely: dict[Method, int] = Field(default_factory=dict, description="epochs by method, without a published rule")
    low: int = Field(ge=1, description="fewest epochs it may choose")
    high: int = Field(ge=1, description="most epochs it is known to choose, files of fewer than 34 examples aside")
    source: str = Field(description="where that was read")


class Tier(Data):
    """What a tier means."""

    data: Literal["region", "zone", "anywhere"] = Field(description="where data is kept and processed")
    factor: float | None = Field(None, gt=0, description="price as a multiple of `global`, where a meter is missing")
    deployment_hours: float | None = Field(None, gt=0, description="a deployment is removed after so many hours")
    sla: bool = Field(True, description="with a service agreement")
    note: str | None = Field(None, description="what else is to be known")


class Limits(Data):
    """What a training job may be."""

    min_examples: int | None = Field(None, description="fewest training examples")
    max_examples: dict[Method, int] = Field(default_factory=dict, description="most training examples, by method")
    max_epochs: int | None = Field(None, description="most epochs that can be asked for")
    max_tokens_by_epochs: int | None = Field(None, description="most training tokens x epochs of one job")
    pause_usd: dict[Method, Usd] = Field(default_factory=dict, description="a job pauses at this bill, by method")
    deployments: int | None = Field(None, description="most deployments of tuned models")
    idle_days: int | None = Field(None, description="an unused deployment is removed after so many days")
    source: str = Field(description="where that was read")


class ProviderEntry(Data):
    """A provider: what holds for all its models, and the models."""

    source: str = Field(description="source of its prices")
    dates_source: str = Field(description="source of its dates")
    hosting_usd_per_hour: dict[str, Usd | None] = Field(
        default_factory=dict, description="of a deployed tuned model where the model says nothing else; as there"
    )
    validation_tokens_billed: bool = Field(False, description="whether validation files cost, too")
    batch_factor: float | None = Field(None, gt=0, le=1, description="a batch costs this share, where no meter says so")
    tiers: dict[str, Tier] = Field(default_factory=dict, description="what the tiers mean")
    cache: Cache | None = Field(None, description="how prompts are cached")
    limits: Limits | None = Field(None, description="what a training job may be")
    graders: dict[str, dict[str, Requests]] = Field(
        default_factory=dict, description="grader models of rft by tier, where they cost other than their requests"
    )
    regions_note: str | None = Field(None, description="what holds for regions that are not listed")
    new_jobs: NewJobs | None = Field(None, description="until when new jobs are taken")
    epochs: Epochs = Field(description="what becomes of epochs `auto`")
    models: dict[str, ModelEntry] = Field(description="models by their full names")
