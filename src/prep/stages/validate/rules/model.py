"""Rules about the model: can it still be tuned, by this method, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.stages.validate.register import Spot, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.models import ModelFacts

SOON_DAYS = 180
CATALOG = ["azure", "openai"]
GOOD = "(a model that can be tuned)"


@rule(
    "model.unknown", "warning", level="model", bad="(a model that the catalog does not have)", good=GOOD, providers=CATALOG,
    explanation="The catalog has no such model at this provider, so nothing can be said of its dates and methods.", fix="`prep models` lists the models; `--catalog` adds your own",
)  # fmt: skip
def unknown(model: ModelFacts) -> Iterator[Spot]:
    """Not in the catalog."""
    if model.entry is None:
        yield "", f"the catalog has no {model.name} at {model.provider}"


@rule(
    "model.retired", "error", level="model", bad="(openai o4-mini after 2026-10-23)", good=GOOD, providers=CATALOG,
    explanation="The model is gone, or takes no new training jobs any more.", fix="choose another model: `prep models`",
)  # fmt: skip
def retired(model: ModelFacts) -> Iterator[Spot]:
    """Gone."""
    dates = model.entry.dates if model.entry else None
    if dates is None:
        return
    gone = dates.retired or dates.tuned_retires
    last = dates.train_until or (model.new_jobs.until if model.new_jobs else None) or dates.base_retires
    if gone is not None and gone <= model.today:
        yield "", f"{model.name} is retired since {gone}"
    elif last is not None and last < model.today:
        yield "", f"{model.name} takes no new training jobs since {last}"


@rule(
    "model.retires_soon", "warning", level="model", bad="(openai gpt-4.1-mini in November 2026)", good=GOOD, providers=CATALOG,
    explanation="What is tuned now goes within 180 days.", fix="plan the next model, or choose one that stays",
)  # fmt: skip
def retires_soon(model: ModelFacts) -> Iterator[Spot]:
    """Going."""
    dates = model.entry.dates if model.entry else None
    end = dates.tuned_retires if dates else None
    if end is not None and 0 < (end - model.today).days <= SOON_DAYS:
        yield "", f"a tuned {model.name} lives {(end - model.today).days} days, until {end}"


@rule(
    "model.method_unsupported", "error", level="model", bad="(openai gpt-4o-mini with dpo)", good=GOOD, providers=CATALOG,
    explanation="The model cannot be tuned by this method.", fix="`prep models NAME` says which methods it takes",
)  # fmt: skip
def method_unsupported(model: ModelFacts) -> Iterator[Spot]:
    """Another method."""
    if model.entry is not None and model.method not in model.entry.methods:
        yield "", f"{model.name} takes {', '.join(model.entry.methods) or 'no tuning'}, not {model.method}"


@rule(
    "model.fine_tuning_closed", "warning", level="model", bad="(openai in November 2026)", good=GOOD, providers=CATALOG,
    explanation="The provider closes its fine-tuning.", fix="train before that day, or elsewhere",
)  # fmt: skip
def fine_tuning_closed(model: ModelFacts) -> Iterator[Spot]:
    """No new jobs after a day."""
    jobs = model.new_jobs
    if jobs is not None:
        note = f" ({jobs.note})" if jobs.note else ""
        yield "", f"{model.provider} takes new jobs until {jobs.until}{note}"
