"""The sums of two ways held against each other: the break-even, and the hybrid path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.advice.formulas import DAYS_A_MONTH
from prep.advice.trace import Step, asked
from prep.advice.ways import bill, full_request_cost, grown, request_cost
from prep.advice.words import plain

if TYPE_CHECKING:
    from prep.advice.hybrid import BreakEven, Hybrid
    from prep.advice.ways import Load, Way


def _with_errors(name: str, way: Way, load: Load) -> list[Step]:
    """A request and its errors; nothing where these have no price."""
    if way.quality is None or not load.error_cost:
        return []
    numbers = f"{plain(request_cost(way, load))} + (1 - {plain(way.quality.share)}) x {plain(load.error_cost)}"
    return [Step(name, "c + (1 - accuracy) x USD an error", numbers, full_request_cost(way, load), "USD")]


def break_even_steps(found: BreakEven, load: Load) -> list[Step]:
    """The sum of a break-even."""
    made = bill(found.tuned, load)
    prompt, tuned = full_request_cost(found.prompt, load), full_request_cost(found.tuned, load)
    steps = [*_with_errors("c_prompt", found.prompt, load), *_with_errors("c_tuned", found.tuned, load)]
    steps += [Step("saving", "c_prompt - c_tuned", f"{plain(prompt)} - {plain(tuned)}", found.saving, "USD a request")]
    if found.per_month is None or found.first_month is None or made.way.training is None:
        return steps
    first = made.way.training.likely
    index, less = (" - index", f" - {plain(found.prompt.index)}") if found.prompt.index else ("", "")
    spread = f"({plain(made.trainings.likely)} + {plain(found.owed)}) x {DAYS_A_MONTH} / {made.days}"
    return [
        *steps,
        Step("N* first month", f"(train + labels + hosting{index}) / saving",
             f"({plain(first)} + {plain(found.owed)} + {plain(made.hosting)}{less}) / {plain(found.saving)}",
             found.first_month, "requests"),
        Step("N* a month", f"((trainings + labels) x 30 / days + hosting{index}) / saving",
             f"({spread} + {plain(made.hosting)}{less}) / {plain(found.saving)}", found.per_month, "requests"),
    ]  # fmt: skip


def hybrid_steps(found: Hybrid, load: Load) -> list[Step]:
    """The sum of the hybrid path: prompted before the change and after the tuned model's end, tuned between."""
    grows = 1 + load.requests_growth
    before, until, whole = (
        load.requests_per_day * (grows ** (days / DAYS_A_MONTH) - 1) / (grows ** (1 / DAYS_A_MONTH) - 1)
        for days in (found.switch, found.end, found.days)
    )
    hosted = found.tuned.hosting * load.hours_per_day * load.deployments
    prompt, tuned = full_request_cost(found.prompt, load), full_request_cost(found.tuned, load)
    first = found.tuned.training.likely if found.tuned.training is not None else 0.0
    factors = " + ".join(plain(grown(load, day)) for day in found.trained_on)
    numbers = (
        f"({plain(before)} + {plain(whole)} - {plain(until)}) x {plain(prompt)} + ({plain(until)} - {plain(before)}) x "
        f"{plain(tuned)} + {found.end - found.switch} x {plain(hosted)} + {plain(found.training)} + "
        f"{plain(found.labels)}"
    )
    prompted = found.switch + found.days - found.end
    index = " + days prompted x index / 30" if found.prompt.index else ""
    numbers += f" + {prompted} x {plain(found.prompt.index)} / 30" if found.prompt.index else ""
    return [
        *_with_errors("c_prompt", found.prompt, load), *_with_errors("c_tuned", found.tuned, load),
        Step("before", "requests until the change", asked(load, found.switch), before, "requests"),
        Step("until", "requests until the tuned model goes", asked(load, found.end), until, "requests"),
        Step("all", "requests of all days", asked(load, found.days), whole, "requests"),
        Step("hosting", "hours a day x USD an hour x deployments",
             f"{plain(load.hours_per_day)} x {plain(found.tuned.hosting)} x {load.deployments}", hosted, "USD a day"),
        Step("trainings", "train x (1 + growth) ^ months, of each", f"{plain(first)} x ({factors})", found.training,
             "USD"),
        Step("total", "(before + all - until) x c_prompt + (until - before) x c_tuned + days tuned x hosting "
             f"+ trainings + labels{index}", numbers, found.total, "USD"),
    ]  # fmt: skip
