"""A stratified random sample: which units are drawn, and how sure a total is that is estimated from them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from prep.outputs.cost_measure import Counts

RATE = 0.95
FEWEST = 25  # units of a stratum that are drawn at least, so that its spread is known
_PER_DOUBLING = 2  # strata for each doubling of a unit's size
Floats = np.ndarray[Any, np.dtype[np.float64]]
Draws = np.ndarray[Any, np.dtype[np.uint64]]


@dataclass
class Urn:
    """Takes all units of the input in one pass, and keeps of each stratum those that may be drawn.

    A stratum is a range of sizes of one source; units of a size cost about the same. Every unit has a draw, a random
    number under the seed; of a stratum the lowest draws are a random sample, however many are wanted in the end.
    """

    seed: int
    most: int  # units that are wanted in all
    units: dict[tuple[int, int], int] = field(default_factory=dict)  # of each stratum: how many
    sizes: dict[tuple[int, int], int] = field(default_factory=dict)  # and of what size together
    _kept: dict[tuple[int, int], Draws] = field(default_factory=dict)
    _random: dict[int, np.random.PCG64] = field(default_factory=dict)

    def add(self, source: int, sizes: Counts) -> tuple[Draws, np.ndarray[Any, np.dtype[np.bool_]]]:
        """The draws of the next units of a source, of `sizes` bytes; and which of them may be drawn in the end."""
        random = self._random.setdefault(source, np.random.PCG64([self.seed, source]))
        draws = random.random_raw(len(sizes)).astype(np.uint64)
        strata = np.floor(np.log2(np.maximum(sizes, 1)) * _PER_DOUBLING).astype(np.int64)
        possible = np.zeros(len(sizes), dtype=np.bool_)
        for number in np.unique(strata).tolist():
            name, own = (source, number), np.flatnonzero(strata == number)
            self.units[name] = self.units.get(name, 0) + len(own)
            self.sizes[name] = self.sizes.get(name, 0) + int(sizes[own].sum())
            both = np.concatenate([self._kept.get(name, np.empty(0, dtype=np.uint64)), draws[own]])
            if len(both) > self.most:
                both = np.partition(both, self.most - 1)[: self.most]
            self._kept[name] = both
            possible[own] = draws[own] <= both.max()
        return draws, possible

    def drawn(self) -> dict[tuple[int, int], Draws]:
        """The draws that are taken of each stratum: all of it, or in proportion to its size and number of units."""
        whole, count = sum(self.sizes.values()), sum(self.units.values())
        if count <= self.most:
            return {name: np.sort(kept) for name, kept in self._kept.items()}
        taken = {}
        fewest = {name: min(FEWEST, own) for name, own in self.units.items()}
        rest = max(0, self.most - sum(fewest.values()))
        for name in sorted(self.units):
            # Half by number and half by size: right for long texts as well as for a long prompt before short ones.
            share = (self.units[name] / count + self.sizes[name] / max(1, whole)) / 2
            wanted = min(self.units[name], self.most, fewest[name] + int(rest * share))
            taken[name] = np.sort(self._kept[name])[:wanted]
        return taken


@dataclass(frozen=True)
class Strata:
    """What a sample says of the whole: the estimator of `Measured`.

    Total: the sum over strata of units x mean of the units drawn. Its variance: the sum of units^2 x (1 - drawn/units)
    x variance / drawn, with Student's t of Satterthwaite's degrees of freedom; and, where only a `share` of examples is
    meant (a split), that which examples these will be is chance.
    """

    units: Counts  # of each stratum
    stratum: Counts  # of each unit that was drawn
    unit: Counts  # of each example, the unit it was made of
    share: float = 1.0
    rate: float = RATE

    def total(self, values: Counts) -> float:
        """The estimate of the total of `values`, one an example."""
        weights = self._weights()
        return float((weights[self.stratum[self.unit]] * values).sum()) * self.share

    def half_width(self, values: Counts) -> float:
        """Half of the interval in which the true total lies with `rate`."""
        from scipy.special import stdtrit

        drawn = np.bincount(self.stratum, minlength=len(self.units)).astype(np.float64)
        of_unit = np.bincount(self.unit, weights=values, minlength=len(self.stratum))
        sums = np.bincount(self.stratum, weights=of_unit, minlength=len(self.units))
        squares = np.bincount(self.stratum, weights=of_unit**2, minlength=len(self.units))
        spread = np.maximum(0, squares - sums**2 / np.maximum(drawn, 1)) / np.maximum(drawn - 1, 1)
        parts = self.units * (self.units - drawn) / np.maximum(drawn, 1) * spread
        variance = float(parts.sum())
        free = float((parts**2 / np.maximum(drawn - 1, 1)).sum())
        degrees = variance**2 / free if free > 0 else np.inf
        weights = self._weights()[self.stratum[self.unit]]
        chance = self.share * (1 - self.share) * float((weights * values.astype(np.float64) ** 2).sum())
        whole = self.share**2 * variance + chance
        return float(stdtrit(degrees, (1 + self.rate) / 2)) * whole**0.5 if whole else 0.0

    def _weights(self) -> Floats:
        drawn = np.bincount(self.stratum, minlength=len(self.units))
        return self.units / np.maximum(drawn, 1)
