"""Ways, break-evens and their sums as plain data."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prep.advice.trace import prices_of, steps
from prep.advice.trace_pairs import break_even_steps, hybrid_steps
from prep.advice.ways import bill, exactly
from prep.catalog.prices import age_days

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from prep.advice.candidates import Candidate
    from prep.advice.choice import Choice
    from prep.advice.hybrid import BreakEven, Hybrid
    from prep.advice.trace import Step
    from prep.advice.verdict import Verdict
    from prep.advice.ways import Bill, Load, Range
    from prep.catalog.prices import Prices


def _range(one: Range) -> dict[str, float]:
    return {"low": round(one.low, 6), "likely": round(one.likely, 6), "high": round(one.high, 6)}


def verdict_row(one: Verdict, choice: Choice, today: datetime.date) -> dict[str, Any]:
    hybrid = one.hybrid
    return {
        "kind": one.kind,
        "sentence": one.sentence,
        "option": "hybrid" if hybrid else one.best.way.option if one.best else None,
        "offer": hybrid.tuned.offer if hybrid else one.best.way.offer if one.best else None,
        "usd_per_month": _range(exactly(hybrid.monthly)) if hybrid else _range(one.best.monthly) if one.best else None,
        "held_against": one.rival.way.name if one.rival else None,
        "without_change": one.best.way.name if one.best else None,
        "tied_with": [other.way.name for other in choice.tied],
        "hybrid": None if hybrid is None else {
            "prompt": hybrid.prompt.name, "tune": hybrid.tuned.name, "requests_per_day": round(hybrid.volume, 1),
            "date": (today + timedelta(days=hybrid.switch)).isoformat(), "usd": round(hybrid.total, 2),
            "usd_only_prompt": round(hybrid.only_prompt, 2),
            "usd_tuned_now": None if hybrid.tune_now is None else round(hybrid.tune_now, 2),
        },
    }  # fmt: skip


def way_told(one: Candidate, made: Bill, choice: Choice, load: Load, today: datetime.date) -> dict[str, Any]:
    way = one.way
    return {
        "option": way.option, "offer": way.offer, "name": way.name, "can_be_had": True,
        "not_chosen_among": choice.left_out.get(way.name),
        "usd_per_month": _range(made.monthly),
        "usd_per_1000_requests": round(made.per_1000, 6),
        "requests_usd_per_month": round(made.running, 6), "hosting_usd_per_month": round(made.hosting, 6),
        "training_usd": _range(way.training) if way.training is not None else None,
        "trainings": len(made.trained_on), "trainings_usd": round(made.trainings.likely, 6),
        "labels_usd": round(made.labels, 6),
        "errors_usd_per_month": _range(made.errors) if made.errors is not None else None,
        "prompt_tokens": round(way.prompt_tokens, 2), "fixed_tokens": way.fixed, "variable_tokens": way.variable,
        "output_tokens": way.output, "embedded_tokens": way.asked,
        "index_usd_per_month": way.index, "cache_hit": way.hits if load.cache_hit is None else load.cache_hit,
        "days_left": way.life, "retires": one.retires.isoformat() if one.retires else None,
        "labels_needed": way.labels, "data_kept": one.data,
        "quality": str(way.quality) if way.quality is not None else None,
        "prices": prices_of(one, today),
    }  # fmt: skip


def refused_told(one: Candidate) -> dict[str, Any]:
    way = one.way
    return {
        "option": way.option, "offer": way.offer, "name": way.name, "can_be_had": False, "reasons": list(way.refused),
        "days_left": way.life, "data_kept": one.data,
    }  # fmt: skip


def even_told(one: BreakEven, today: datetime.date) -> dict[str, Any]:
    return {
        "prompt": one.prompt.name, "tuned": one.tuned.name, "saving_usd_per_request": one.saving,
        "requests_first_month": _whole(one.first_month), "requests_per_month": _whole(one.per_month),
        "requests_per_day": _whole(one.per_day), "pays_back_on_day": one.payback,
        "pays_back_on": _date(today, one.payback - 1 if one.payback is not None else None),
        "volume_reached_on": _date(today, one.reached),
    }  # fmt: skip


def _whole(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _date(today: datetime.date, days: int | None) -> str | None:
    # A volume that is reached after thousands of years is not reached.
    return None if days is None or days > 36_500 else (today + timedelta(days=days)).isoformat()


def trace_told(one: Candidate, load: Load, today: datetime.date) -> dict[str, Any]:
    told = [step.told() for step in steps(one, bill(one.way, load), load)]
    return {
        "of": one.way.name,
        "steps": told,
        "prices": prices_of(one, today),
        "epochs": one.trained.told[0] if one.trained and one.trained.told else None,
    }


def even_trace_told(one: BreakEven, load: Load) -> dict[str, Any]:
    return _sums(f"break-even of {one.tuned.name} against {one.prompt.name}", break_even_steps(one, load))


def hybrid_trace_told(one: Hybrid, load: Load) -> dict[str, Any]:
    return _sums(f"hybrid: {one.prompt.name}, then {one.tuned.name}", hybrid_steps(one, load))


def _sums(name: str, found: Sequence[Step]) -> dict[str, Any]:
    return {"of": name, "steps": [step.told() for step in found], "prices": [], "epochs": None}


def sources_told(found: Sequence[Candidate], prices: Prices, today: datetime.date) -> dict[str, Any]:
    keys = dict.fromkeys(figure.key for one in found for figure in one.figures.values())
    keys |= dict.fromkeys(one.offer.dates_source()[0] for one in found)
    return {
        key: {**prices.sources[key].model_dump(), "age_days": age_days(prices.sources[key].as_of, today)}
        for key in keys
    }
