"""Which examples make the bank: as many of each label, those that stand for most of the others, within a budget."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Array = np.ndarray[Any, Any]
FULL = 0.9  # share of the budget below which longer examples are tried where no further one fits


def choose(
    labels: Sequence[str | None],
    costs: Array,
    alike: Callable[[Array], Array],
    *,
    per_label: int | None,
    budget: int | None,
) -> list[int]:
    """The chosen candidates in the order of choice: round by round one of each label, so that no label is ahead.

    `costs`: tokens of each candidate; their sum never exceeds `budget`. `alike`: the similarities among the candidates
    of given numbers, as a square matrix. Within a label the next is the one that adds most to how well the label's
    candidates are represented (facility location, greedy). A round leaves room for the labels that are still to come.
    """
    numbers = np.arange(len(labels))
    groups = [
        _Group(own := numbers[[one == label for one in labels]], costs[own], alike(own), per_label or len(own))
        for label in dict.fromkeys(labels)
    ]
    room = np.inf if budget is None else budget
    chosen: list[int] = []
    waiting = groups
    while waiting := [group for group in waiting if group.cheapest(room) is not None]:
        for at, group in enumerate(waiting):
            later = [cost for other in waiting[at + 1 :] if (cost := other.cheapest(room)) is not None]
            place = group.best(room - sum(later))
            if place is None:
                place = group.best(room)
            if place is not None:
                room -= group.take(place)
                chosen.append(int(group.numbers[place]))
    if budget is not None:
        _fill(groups, chosen, budget, room)
    return chosen


@dataclass
class _Group:
    """The candidates of one label, and which of them are taken."""

    numbers: Array
    costs: Array
    alike: Array
    quota: int
    taken: list[int] = field(default_factory=list)

    def _open(self, room: float) -> Array:
        free = self.costs <= room
        free[self.taken] = False
        return free if len(self.taken) < self.quota else np.zeros(len(free), dtype=np.bool_)

    def cheapest(self, room: float) -> float | None:
        """The tokens of the shortest candidate that is left and fits."""
        free = self._open(room)
        return float(self.costs[free].min()) if free.any() else None

    def best(self, room: float) -> int | None:
        """The candidate that fits and adds most; ties go to the first."""
        free = self._open(room)
        if not free.any():
            return None
        covered = self.alike[:, self.taken].max(axis=1) if self.taken else np.zeros(len(self.costs))
        gains = np.maximum(self.alike - covered[:, None], 0).sum(axis=0)
        gains[~free] = -1
        return int(np.argmax(np.round(gains, 9)))

    def take(self, place: int) -> float:
        """Take a candidate; returns its tokens."""
        self.taken.append(place)
        return float(self.costs[place])


def _fill(groups: Sequence[_Group], chosen: list[int], budget: int, room: float) -> None:
    """Exchange chosen candidates for longer ones of their label while the budget is not full and labels want more."""
    while budget - room < FULL * budget:
        best: tuple[float, _Group, int, int] | None = None
        for group in groups:
            if len(group.taken) >= group.quota:
                continue
            for at, place in enumerate(group.taken):
                more = group.costs - group.costs[place]
                more[group.taken] = 0
                more[more > room] = 0
                other = int(np.argmax(more))
                if more[other] > 0 and (best is None or more[other] > best[0]):
                    best = (float(more[other]), group, at, other)
        if best is None:
            return
        more_tokens, group, at, other = best
        chosen[chosen.index(int(group.numbers[group.taken[at]]))] = int(group.numbers[other])
        group.taken[at] = other
        room -= more_tokens
