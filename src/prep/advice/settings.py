"""Settings of `advise`: what is asked of the model, for how long, and under which terms."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, NonNegativeInt, PositiveInt, model_validator

from prep.advice.quality import parse_quality, split_option
from prep.errors import UsageError
from prep.stages.registry import Settings

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Usd = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Residency = Literal["anywhere", "zone", "region"]


def _option(text: str) -> str:
    try:
        name, model = split_option(text)
    except UsageError as error:
        raise ValueError(f"{error.message}; {error.hint}") from None
    return name if model is None else f"{name}:{model}"


def _quality(value: str | float) -> str:
    try:
        parse_quality(str(value))
    except UsageError as error:
        raise ValueError(f"{error.message}; {error.hint}") from None
    return str(value)


class Advise(Settings):
    """Fine-tune or prompt: the load, the terms, and what is known of quality."""

    requests_per_day: float = Field(1000, ge=0, le=1e10, allow_inf_nan=False, description="requests on the first day")
    requests_growth: float = Field(
        0.0, gt=-1, allow_inf_nan=False, description="how much requests grow in 30 days: 0.05 is 5 %"
    )
    horizon: int = Field(365, ge=1, le=3650, description="days that are looked ahead")
    retrain_every: PositiveInt | None = Field(None, description="days between trainings; default: trained once")
    residency: Residency = Field("anywhere", description="where data must stay: anywhere, zone or region")
    latency: PositiveInt | None = Field(
        None, description="most prompt tokens of a request, as a proxy for latency; default: no limit"
    )
    cache_hit: Share | None = Field(
        None, description="share of requests that find their prefix cached; default: estimated from the volume"
    )
    batch_share: Share = Field(0.0, description="share of requests that can wait and are sent as batches")
    data_growth: float = Field(0.0, gt=-1, allow_inf_nan=False, description="how much the data grows in 30 days")
    cost_per_label: Usd = Field(0.0, description="USD for one labelled example still to be paid; 0: they are there")
    quality: dict[Annotated[str, AfterValidator(_option)], Annotated[str | float, AfterValidator(_quality)]] = Field(
        default_factory=dict,
        description="measured accuracy by option, `few_shot: 0.89±0.02`; `few_shot:openai/gpt-6-luna` for a model",
    )
    error_cost: Usd = Field(0.0, description="USD that a wrong answer costs")
    models: list[str] = Field(
        default_factory=list,
        description="candidates, `provider/model@tier` or a model; default: the target, and newer models that "
        "cannot be tuned",
    )
    retrieve: PositiveInt = Field(5, description="examples of the bank that retrieved few-shot puts into a prompt")
    epochs: int | None = Field(None, ge=1, le=50, description="epochs; default: the provider's own choice")
    training_hours: float | None = Field(
        None, gt=0, allow_inf_nan=False, description="hours of one training, for rft, which is billed by the hour"
    )
    grader: str | None = Field(None, description="model that grades answers in rft, where one does")
    grader_tokens: tuple[NonNegativeInt, NonNegativeInt] = Field(
        (0, 0), description="tokens that the grader reads and writes in one training"
    )
    embedding_price: Usd | None = Field(
        None,
        description="USD a million tokens of the embedding that finds examples for retrieved few-shot; default: the "
        "catalog's",
    )
    retrieval_usd_per_month: Usd = Field(
        0.0, description="USD a month for the index that retrieved few-shot looks examples up in"
    )
    output_tokens: PositiveInt | None = Field(None, description="tokens of an answer; default: measured")
    deployments: PositiveInt = Field(1, description="deployments of the tuned model")
    hours_per_day: float = Field(24, gt=0, le=24, description="hours a day in which the tuned model is deployed")

    @model_validator(mode="after")
    def _graded(self) -> Self:
        if any(self.grader_tokens) and self.grader is None:
            raise ValueError("`grader_tokens` needs the `grader` model that reads and writes them")
        if self.grader is not None and not any(self.grader_tokens):
            raise ValueError("`grader` needs `grader_tokens`: what it reads and writes in one training")
        return self
