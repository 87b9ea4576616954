"""The answer in one sentence, with the figures that it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from prep.advice.hybrid import best_hybrid, break_even
from prep.advice.ways import spoken
from prep.advice.words import counted, times, usd, volume

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from prep.advice.choice import Choice
    from prep.advice.hybrid import BreakEven, Hybrid
    from prep.advice.ways import Bill, Load, Way


_UNSURE = " Its accuracy was not measured: test it first."


@dataclass(frozen=True)
class Verdict:
    """prompt, tune, hybrid or none; the way, what it is held against, and the sentence."""

    kind: str
    best: Bill | None
    rival: Bill | None  # the cheapest of the other family
    break_even: BreakEven | None
    hybrid: Hybrid | None
    sentence: str


def verdict(choice: Choice, ways: Sequence[Way], load: Load, today: datetime.date) -> Verdict:
    """What to do, seen from `today`."""
    best = choice.best
    if best is None:
        return Verdict("none", None, None, None, None, _nothing(choice, ways))
    rival = choice.cheapest(tuned=not best.way.is_tuned)
    prompt, tuned = (rival, best) if best.way.is_tuned else (best, rival)
    even = break_even(prompt.way, tuned.way, load) if prompt is not None and tuned is not None else None
    hybrid = _hybrid(choice, load)
    if hybrid is not None:
        return Verdict("hybrid", best, rival, even, hybrid, _switch(hybrid, today))
    unsure = best.way.quality is None and any(way.quality is not None for way in ways)
    if best.way.is_tuned:
        return Verdict("tune", best, rival, even, None, _tune(best, rival, even, choice, today) + _UNSURE * unsure)
    sentence = _prompt(best, rival, even, load, today, tied=rival is not None and rival in choice.tied)
    if rival is None:
        sentence += _untunable(choice, ways)
    sentence += _sooner(best, even, choice, load)
    sentence += _UNSURE * unsure
    return Verdict("prompt", best, rival, even, None, sentence)


def _nothing(choice: Choice, ways: Sequence[Way]) -> str:
    told = list(dict.fromkeys([reason for way in ways for reason in way.refused] + list(choice.left_out.values())))
    return f"No way is left: {'; '.join(told[:3])}." if told else "No way is left: there is no candidate."


def hybrid_of(choice: Choice, load: Load) -> Hybrid | None:
    """The cheapest path that begins with the cheapest prompt and ends with a tuned model; None: there is none."""
    prompt = choice.cheapest(tuned=False)
    if prompt is None or not load.requests_growth:
        return None
    found = [best_hybrid(prompt.way, one.way, load) for one in choice.running if one.way.is_tuned]
    return min((one for one in found if one is not None), key=lambda one: one.total, default=None)


def _hybrid(choice: Choice, load: Load) -> Hybrid | None:
    """The best hybrid, where it is cheaper than both of its halves by more than a hundredth."""
    made = hybrid_of(choice, load)
    if made is None:
        return None
    alone = min([made.only_prompt, *([made.tune_now] if made.tune_now is not None else [])])
    return made if made.total < 0.99 * alone else None


def _switch(made: Hybrid, today: datetime.date) -> str:
    last = ", the last on which it can be trained" if made.switch == made.tuned.trains else ""
    now = "" if made.tune_now is None else f" and {usd(made.tune_now)} if it were tuned now"
    over = f"{usd(made.total)} USD over {counted(made.days, 'day')}"
    return (
        f"Prompt now ({made.prompt.name}) and fine-tune {made.tuned.offer} when there are {volume(made.volume)} "
        f"requests a day, which is expected on {today + timedelta(days=made.switch)}{last}: {over}, "
        f"against {usd(made.only_prompt)} if it were only prompted{now}."
    )


def _worse(best: Bill, choice: Choice) -> str:
    """Why no prompt is chosen among, and from which price of an error on that is worth its money."""
    prompt = next((one for one in choice.bills if not one.way.is_tuned and one.way.quality is not None), None)
    if prompt is None or prompt.way.quality is None or best.way.quality is None:
        return "no prompt can be had, with a price of its requests, to hold it against"
    told = f"the cheapest prompt that was measured, {prompt.way.name}, costs {usd(prompt.monthly.likely)} and is worse"
    more, gain = best.monthly.likely - prompt.monthly.likely, best.way.quality.share - prompt.way.quality.share
    if more <= 0 or gain <= 0 or not best.requests:
        return told
    price = usd(more / (best.requests * gain))
    return f"{told}: the difference is worth its money where an error costs more than {price} USD"


def _tune(best: Bill, rival: Bill | None, even: BreakEven | None, choice: Choice, today: datetime.date) -> str:
    told = f"Fine-tune: {best.way.name} costs {usd(best.monthly.likely)} USD a month"
    if rival is None:
        return f"{told}; {_worse(best, choice)}."
    told += f" all in, the cheapest prompt, {rival.way.name}, {usd(rival.monthly.likely)}"
    if even is not None and even.payback is not None:
        told += (
            f"; what is spent first is earned back on {today + timedelta(days=even.payback - 1)}, "
            f"day {even.payback} of the {best.days} it is used"
        )
    if rival.monthly.likely < best.monthly.likely:
        told += "; the prompt is cheaper, but cannot be told apart in cost"
    return f"{told}."


def _prompt(
    best: Bill, rival: Bill | None, even: BreakEven | None, load: Load, today: datetime.date, *, tied: bool
) -> str:
    asked = f"{best.mean_requests:,.0f} requests a day"
    told = f"Prompt, do not fine-tune: {best.way.name} costs {usd(best.monthly.likely)} USD a month at {asked}"
    if best.days < load.horizon:
        told += f", until the model goes on {today + timedelta(days=best.days)}"
    if rival is None:
        return f"{told}."
    other = f"the cheapest fine-tuned way, on {rival.way.offer}, costs {usd(rival.monthly.likely)}"
    if tied:
        own, other = (_spread(one) for one in (best, rival))
        return (
            f"Cannot be told apart: {best.way.name} ({own} USD a month) and {rival.way.name} ({other}); "
            f"{spoken(best.way.option)} is advised, as it is easier undone."
        )
    told += f"; {other}"
    if even is None:
        return f"{told}."
    if even.per_day is None:
        return f"{told}, and as each of its requests costs more, no volume makes it pay."
    if load.requests_per_day <= 0 or even.per_day <= best.mean_requests:
        return f"{told}; tuning would pay from {volume(even.per_day)} requests a day on."
    more = f"{times(even.per_day / best.mean_requests)} times as many"
    when = f", reached on {today + timedelta(days=even.reached)} as requests grow" if even.reached else ""
    return f"{told}, and would pay from {volume(even.per_day)} requests a day on, {more}{when}."


def _sooner(best: Bill, even: BreakEven | None, choice: Choice, load: Load) -> str:
    """Another tuned way than the cheapest at this volume, where it would pay from fewer requests on."""
    if even is None:
        return ""
    others = [break_even(best.way, one.way, load) for one in choice.running if one.way.is_tuned]
    paying = [(one.per_day, one.tuned.offer) for one in others if one.per_day is not None]
    least, offer = min(paying, default=(None, ""))
    if least is None or offer == even.tuned.offer or (even.per_day is not None and even.per_day <= least):
        return ""
    return f" Tuning {offer} would pay from {volume(least)} requests a day on."


def _spread(one: Bill) -> str:
    low, high = usd(one.monthly.low), usd(one.monthly.high)
    return low if low == high else f"{low} to {high}"


def hybrid_told(choice: Choice, load: Load, today: datetime.date) -> str | None:
    """The hybrid path in a sentence, or why it is none; None where there is nothing to change between."""
    prompt, tuned = choice.cheapest(tuned=False), choice.cheapest(tuned=True)
    if prompt is None or tuned is None:
        return None
    made = hybrid_of(choice, load)
    if made is not None:
        return _switch(made, today)
    evens = [break_even(prompt.way, one.way, load) for one in choice.running if one.way.is_tuned]
    even = min(evens, key=lambda one: float("inf") if one.per_day is None else one.per_day)
    if even.per_day is None:
        return "There is none: a request to the tuned model saves nothing at any volume."
    until = f"{volume(even.per_day)} requests a day"
    told = f"Prompt ({prompt.way.name}) until there are {until}, then fine-tune {even.tuned.offer}"
    if load.requests_per_day >= even.per_day:
        return f"{told}: that is now, so that the path is to fine-tune at once."
    if even.reached is None:
        return f"{told}: the volume does not grow, as given, so that this day does not come."
    return f"{told}: at this growth in {even.reached:,} days, too late to pay within {load.horizon}."


def _untunable(choice: Choice, ways: Sequence[Way]) -> str:
    tuned = [way for way in ways if way.is_tuned]
    reasons = [told for name, told in choice.left_out.items() if any(way.name == name for way in tuned)]
    reasons += [reason for way in tuned for reason in way.refused]
    return (
        f" None is to be tuned: {'; '.join(dict.fromkeys(reasons[:2]))}." if reasons else " No candidate can be tuned."
    )
