"""What is known of many examples' tokens in little memory: how often each length occurs, and sums."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from prep.tokens.messages import METHODS, PRIMING
from prep.tokens.texts import BIT, KINDS

if TYPE_CHECKING:
    from prep.tokens.messages import ExampleCounts

Numbers = np.ndarray[Any, np.dtype[np.int64]]


class Lengths:
    """How often each length occurs: as much memory as there are different lengths, however many examples."""

    def __init__(self, found: dict[int, int] | None = None) -> None:
        self.found = Counter(found or {})

    def add(self, lengths: np.ndarray[Any, Any]) -> None:
        """Count more of them."""
        values, counts = np.unique(lengths, return_counts=True)
        for value, count in zip(values.tolist(), counts.tolist(), strict=True):
            self.found[value] += count

    def sorted(self) -> tuple[Numbers, Numbers]:
        """(lengths in rising order, how often each occurs)."""
        pairs = sorted(self.found.items())
        both = np.asarray(pairs, dtype=np.int64).reshape(-1, 2)
        return both[:, 0], both[:, 1]

    def total(self, most: int | None = None) -> int:
        """Their sum; each cut at `most`."""
        return sum((length if most is None else min(length, most)) * count for length, count in self.found.items())


@dataclass
class Tally:
    """Counts of examples added up; tallies of several files, or of pieces of one, add up to one."""

    lengths: Lengths = field(default_factory=Lengths)  # of examples
    shorter: Lengths = field(default_factory=Lengths)  # the same, a pair with the shorter of its answers
    sequences: Lengths = field(default_factory=Lengths)  # a pair is two, each answer after its input
    sums: Counter[str] = field(default_factory=Counter)

    def add(self, counts: ExampleCounts) -> None:
        """Add a batch."""
        self.lengths.add(counts.tokens)
        pairs = counts.methods == METHODS.index("dpo")
        self.shorter.add(counts.tokens[~pairs])
        self.shorter.add(counts.sides[pairs].min(axis=1) if pairs.any() else counts.tokens[:0])
        self.sequences.add(counts.tokens[~pairs])
        self.sequences.add(counts.sides[pairs].ravel())
        sums = self.sums
        sums["examples"] += len(counts.tokens)
        sums["assistant_tokens"] += int(counts.assistant.sum(dtype=np.int64))
        sums["trained_tokens"] += int(counts.trained.sum(dtype=np.int64))
        sums["estimated_examples"] += int(counts.estimated.sum())
        sums["images"] += counts.images
        for name, total in zip(KINDS, counts.kinds.sum(axis=0, dtype=np.int64).tolist(), strict=True):
            sums[f"kind {name}"] += total
        for place, name in enumerate(METHODS):
            sums[f"method {name}"] += int((counts.methods == place).sum())
        for name, bit in BIT.items():
            sums[f"reason {name}"] += int((counts.reasons & bit > 0).sum())

    def merge(self, other: Tally) -> None:
        """Add another tally."""
        for mine, theirs in self._parts(other):
            mine.found.update(theirs.found)
        self.sums.update(other.sums)

    def billed(self, limit: int | None) -> dict[str, int]:
        """Tokens of one epoch, each sequence cut at `limit`.

        low: one answer of each pair, the shorter, without priming; high: both, each with priming.
        """
        values, counts = self.sequences.sorted()
        primed = values + PRIMING
        primed = np.minimum(primed, limit) if limit is not None else primed
        return {"low": self.shorter.total(limit), "high": int((primed * counts).sum())}

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for the way from a worker to its parent."""
        return {
            "lengths": list(self.lengths.found.items()),
            "shorter": list(self.shorter.found.items()),
            "sequences": list(self.sequences.found.items()),
            "sums": dict(self.sums),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Tally:
        """The tally that `as_dict` described."""
        lengths, shorter, sequences = (Lengths(dict(data[name])) for name in ("lengths", "shorter", "sequences"))
        return cls(lengths, shorter, sequences, Counter(data["sums"]))

    def _parts(self, other: Tally) -> list[tuple[Lengths, Lengths]]:
        return [(self.lengths, other.lengths), (self.shorter, other.shorter), (self.sequences, other.sequences)]
