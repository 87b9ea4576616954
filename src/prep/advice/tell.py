"""Rows and sentences of the advice that the console and the memo share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prep.advice.quality import difference, parse_quality
from prep.advice.ways import spoken
from prep.advice.words import plain, usd, volume

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FLAT = 0.01  # coverage that a subset must add to count as a gain
ENOUGH_COLUMNS = (
    "of train",
    "examples",
    "tokens",
    "training, USD",
    "coverage of validation",
    "gain",
    "labels",
    "novelty",
)
_NAMES = {
    "requests_per_day": "requests a day", "cache_hit": "the share of cached prefixes",
    "retrain_every": "training again",
    "hosting": "the price of hosting", "horizon": "the horizon", "training_price": "the price of training",
    "tuned_price": "the price of requests to tuned models", "prompt_price": "the price of requests to untuned models",
    "cost_per_label": "the cost of a label", "error_cost": "the cost of an error",
    "fine_tuned_quality": "the accuracy of the tuned model",
}  # fmt: skip


def way_row(one: dict[str, Any], found: dict[str, Any]) -> tuple[str, ...]:
    """A way as a row: what it costs, tokens, life, data; the chosen one is marked."""
    verdict = found["verdict"]
    chosen = one["option"] == verdict["option"] and one["offer"] == verdict["offer"]
    months = one["usd_per_month"]
    spread = f" ({usd(months['low'])} to {usd(months['high'])})" if round(months["high"] - months["low"], 2) else ""
    return (
        ("> " if chosen else "") + one["name"],
        usd(months["likely"]) + spread,
        f"{one['usd_per_1000_requests']:,.4f}",
        f"{one['prompt_tokens']:,.0f}",
        f"{one['days_left']:,}" if one["days_left"] is not None else "no end known",
        f"{one['labels_needed']:,}",
        {"anywhere": "anywhere", "zone": "in its zone", "region": "in its region"}[one["data_kept"]],
        one["quality"] or "not measured",
    )


def worth_showing(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The ways of a table for reading: of models that cannot be tuned the cheapest of each option, of others all."""
    shown, seen = [], set()
    tunable = {one["offer"] for one in found["ways"] if one["option"] == "fine_tuned"}
    for one in found["ways"]:
        if not one["can_be_had"]:
            continue
        if one["offer"] not in tunable and one["option"] in seen:
            continue
        seen |= {one["option"]} if one["offer"] not in tunable else set()
        shown.append(one)
    return shown


def hybrid_row(found: dict[str, Any]) -> list[tuple[str, ...]]:
    """The hybrid path as a row, where it is what is advised."""
    hybrid = found["verdict"]["hybrid"]
    if hybrid is None:
        return []
    ways = {one["name"]: one for one in found["ways"]}
    parts = [way_row(ways[hybrid[name]], found) for name in ("prompt", "tune")]
    name = f"> hybrid: {hybrid['prompt']}, from {hybrid['date']} on {hybrid['tune']}"
    pairs = [f"{first}, then {then}" if first != then else first for first, then in zip(*parts, strict=True)]
    return [(name, usd(found["verdict"]["usd_per_month"]["likely"]), *pairs[2:])]


def refused_told(found: dict[str, Any]) -> Iterator[str]:
    """What cannot be had, by reason: the offers, with the options that are meant where others can be had."""
    by_reason: dict[str, list[dict[str, Any]]] = {}
    for one in found["ways"]:
        if not one["can_be_had"]:
            by_reason.setdefault("; ".join(one["reasons"]), []).append(one)
    for told, ways in by_reason.items():
        names = []
        for offer in dict.fromkeys(one["offer"] for one in ways):
            own = [spoken(one["option"]) for one in ways if one["offer"] == offer]
            whole = sum(one["offer"] == offer for one in found["ways"])
            names.append(offer if len(own) == whole else f"{' and '.join(own)} on {offer}")
        yield f"{', '.join(names)}: {told}"


def left_out_told(ways: Sequence[dict[str, Any]]) -> Iterator[str]:
    """Which ways are not chosen among, and why; zero-shot everywhere is one of them."""
    apart: dict[str, list[dict[str, Any]]] = {}
    for one in ways:
        if one["not_chosen_among"]:
            apart.setdefault(one["not_chosen_among"], []).append(one)
    for told, own in apart.items():
        kinds = {one["option"] for one in own}
        whole = len(kinds) == 1 and all(one in own for one in ways if one["option"] in kinds)
        names = f"{spoken(own[0]['option'])} on any model" if whole else ", ".join(one["name"] for one in own)
        yield from ("", f"Not chosen among: {names}; {told}.")


def even_row(one: dict[str, Any]) -> tuple[str, ...]:
    """A break-even as a row."""
    return (
        one["tuned"].partition(" on ")[2],
        one["prompt"],
        plain(one["saving_usd_per_request"]),
        volume(one["requests_first_month"]),
        volume(one["requests_per_month"]),
        volume(one["requests_per_day"]),
        one["pays_back_on"]
        or (f"volume reached {one['volume_reached_on']}" if one["volume_reached_on"] else "not in its life"),
    )


def flip_told(one: dict[str, Any]) -> str:
    """What one input, moved alone, does to the answer."""
    name = _NAMES[one["name"]]
    now = _value(one, one["now"])
    now = now if now.endswith("now") else f"{now} now"
    ends = [
        f"{_value(one, one[side])} {word}: {one[f'to_{side}']}"
        for word, side in (("or less", "below"), ("or more", "above"))
        if one[side] is not None
    ]
    if not ends:
        return f"{name} ({now}): no value from {_value(one, one['low'])} to {_value(one, one['high'])} flips it"
    return f"{name} ({now}) flips it at {'; '.join(ends)}"


def _value(one: dict[str, Any], value: float) -> str:
    unit = one["unit"]
    if one["name"] == "retrain_every":
        return "once" if value >= one["high"] else "every day" if value == 1 else f"every {value:,.0f} days"
    if unit == "share":
        return f"{value:.0%}"
    if unit == "x":
        return "as it is now" if value == 1 else f"{value:.3g} times"
    if unit.startswith("USD"):
        return f"{value:.4g} {unit}"
    if unit == "share right":
        return f"{value:.3f}"
    unit = "" if one["name"] == "requests_per_day" else f" {unit}" if value != 1 else f" {unit.removesuffix('s')}"
    return (f"{value:,.0f}" if value >= 10 else f"{value:.2g}") + unit


def quality_told(found: dict[str, Any]) -> Iterator[str]:
    """How far apart the measured accuracies are, and what must be gained where errors have a price."""
    verdict = found["verdict"]
    ways = [one for one in found["ways"] if one["can_be_had"]]
    best = next((one for one in ways if (one["option"], one["offer"]) == (verdict["option"], verdict["offer"])), None)
    if best is None:
        return
    for one in ways:
        if one is best or not one["quality"] or not best["quality"]:
            continue
        by, half = difference(parse_quality(one["quality"]), parse_quality(best["quality"]))
        apart = "cannot be told apart" if abs(by) <= half else "better" if by > 0 else "worse"
        yield f"accuracy of {one['name']}: {one['quality']} against {best['quality']}, {by:+.3f}±{half:.3f}: {apart}"
    error_cost, requests = found["settings"]["error_cost"], found["settings"]["requests_per_day"] * 30
    if error_cost and requests:
        for one in ways:
            if one["not_chosen_among"] and not one["quality"]:
                room = best["usd_per_month"]["likely"] - one["usd_per_month"]["likely"]
                needed = 1 - room / (requests * error_cost)
                if 0 < needed <= 1:
                    yield f"{one['name']} would be the cheapest with an accuracy over {needed:.3f}: measure it"


def enough_row(one: dict[str, Any]) -> tuple[str, ...]:
    """A subset as a row of a table."""
    labels = "" if one["labels"] is None else f"{one['labels']:,} (+{one['new_labels']:,})"
    return (
        f"{one['percent']} %", f"{one['examples']:,}", f"{one['tokens']:,}", usd(one["training_usd"]),
        "" if one["coverage"] is None else f"{one['coverage']:.3f}",
        "" if one["coverage_gain"] is None else f"{one['coverage_gain']:+.3f}",
        labels, "" if one["novelty"] is None else f"{one['novelty']:.3f}",
    )  # fmt: skip


def flattens_told(found: dict[str, Any]) -> str:
    """Where the gain flattens, in a sentence."""
    if not found["validation_examples"]:
        return "There is no validation split, so that coverage cannot be measured."
    on = f"measured on {found['validation_examples']:,} examples of validation"
    if found["flattens_at"] is None:
        return f"The last quarter still adds coverage or labels: more data is likely to help ({on})."
    at = found["flattens_at"]
    return f"From {at} % on no step adds {FLAT} of coverage or a label: train on {at} % first, and compare ({on})."
