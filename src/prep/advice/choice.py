"""Which way to choose: the cheapest that can be had and is good enough; a tie goes to what is easier undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from prep.advice.quality import is_worse
from prep.advice.ways import COMMITTED, Bill, bill, told_apart

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.advice.ways import Load, Way


@dataclass(frozen=True)
class Choice:
    """All bills, the cheaper first, and which of them is advised (None: no way is left)."""

    bills: tuple[Bill, ...]  # of every way that can be had
    running: tuple[Bill, ...]  # those among which is chosen
    best: Bill | None
    tied: tuple[Bill, ...]  # others that cannot be told apart from the best
    left_out: dict[str, str]  # ways that can be had and are not among which is chosen: why

    @property
    def family(self) -> str:
        """prompt, tune or none."""
        return "none" if self.best is None else "tune" if self.best.way.is_tuned else "prompt"

    def cheapest(self, *, tuned: bool) -> Bill | None:
        """The cheapest tuned way, or prompt, among which is chosen."""
        return next((one for one in self.running if one.way.is_tuned is tuned), None)


def choose(ways: Sequence[Way], load: Load) -> Choice:
    """Choose among `ways`.

    Zero-shot is chosen only where its quality was measured: nothing else says that examples are not needed. With
    `error_cost`, ways of unknown quality cannot be ranked beside measured ones; without, measured ways that are worse
    than the best by more than the uncertainty are left out. Where both a prompt and a tuned way were measured, no other
    is chosen.
    """
    bills = sorted((bill(way, load) for way in ways if not way.refused), key=_rank)
    left_out: dict[str, str] = {}
    measured = [one for one in bills if one.way.quality is not None]
    both = {one.way.is_tuned for one in measured} == {True, False}
    # Without a bank zero-shot is the only prompt there is.
    examples = any(one.way.option in ("few_shot", "retrieved") for one in bills)
    best = max((one.way.quality for one in measured if one.way.quality), key=lambda one: one.share, default=None)
    running = []
    for one in bills:
        way = one.way
        if way.quality is None and way.option == "zero_shot" and examples:
            left_out[way.name] = "its quality was not measured, and nothing else says that examples are not needed"
        elif way.quality is None and measured and load.error_cost:
            left_out[way.name] = "its quality was not measured, so that its errors have no price"
        elif way.quality is None and both:
            left_out[way.name] = "its quality was not measured, that of a prompt and of a tuned model was"
        elif way.quality and best and not load.error_cost and is_worse(way.quality, best):
            left_out[way.name] = f"its accuracy {way.quality} is worse than {best}, by more than the uncertainty"
        else:
            running.append(one)
    if not running:
        return Choice(tuple(bills), (), None, (), left_out)
    first = running[0]
    alike = [one for one in running if one is first or not told_apart(one, first)]
    chosen = min(alike, key=lambda one: (COMMITTED.index(one.way.option), *_rank(one)))
    tied = tuple(one for one in alike if one is not chosen)
    return Choice(tuple(bills), tuple(running), chosen, tied, left_out)


def _rank(one: Bill) -> tuple[float, int, float, str]:
    return one.monthly.likely, COMMITTED.index(one.way.option), one.per_request, one.way.offer
