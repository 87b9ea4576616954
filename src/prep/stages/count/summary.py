"""Token counts summed up: totals, percentiles, a histogram, and what each limit would cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from prep.stages.count.tally import Lengths
from prep.tokens.messages import METHODS
from prep.tokens.texts import KINDS, REASONS

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from prep.stages.count.tally import Numbers, Tally

PERCENTILES = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}
# Limits that models have; the model's own and the user's are added.
LIMITS = (1024, 2048, 4096, 8192, 16_384, 32_768, 65_536, 131_072)
_FIRST_BIN = 16


def summarise(counted: pl.DataFrame, limit: int | None) -> dict[str, Any]:
    """Totals, percentiles of tokens an example (nearest rank), and how many are over `limit`.

    `counted` has the columns that `count` gives every example.
    """
    lengths = Lengths()
    lengths.add(counted["_tokens"].to_numpy())
    return {
        "tokens": lengths.total(),
        "assistant_tokens": int(counted["_assistant_tokens"].sum()),
        "trained_tokens": int(counted["_trained_tokens"].sum()),
        "estimated_examples": int(counted["_tokens_estimated"].sum()),
        "percentiles": percentiles(lengths),
        "over_length": _over(lengths, limit),
    }


def summarise_tally(tally: Tally, limit: int | None, more_limits: Iterable[int] = ()) -> dict[str, Any]:
    """What `prep count --json` says of a file, or of all files."""
    sums = tally.sums
    tokens = tally.lengths.total()
    return {
        "examples": sums["examples"],
        "methods": {name: sums[f"method {name}"] for name in METHODS if sums[f"method {name}"]},
        "tokens": tokens,
        "assistant_tokens": sums["assistant_tokens"],
        "trained_tokens": sums["trained_tokens"],
        "tokens_by_kind": {name: sums[f"kind {name}"] for name in KINDS},
        "images": sums["images"],
        "percentiles": percentiles(tally.lengths),
        "histogram": histogram(tally.lengths),
        "over_length": _over(tally.lengths, limit),
        "truncated_tokens": tokens - tally.lengths.total(limit),
        "billed_tokens": tally.billed(limit),
        "limits": [limit_cost(tally.lengths, one) for one in sorted({*LIMITS, *more_limits, *filter(None, [limit])})],
        "estimated_examples": sums["estimated_examples"],
        "estimates": [
            {"what": name, "examples": sums[f"reason {name}"], "why": why}
            for name, why in REASONS.items()
            if sums[f"reason {name}"]
        ],
    }


def percentiles(lengths: Lengths) -> dict[str, float | int]:
    """Percentiles (nearest rank), least, most and mean of lengths; empty where there are none."""
    values, counts = lengths.sorted()
    if not values.size:
        return {}
    ends = np.cumsum(counts)
    total = int(ends[-1])
    ranks = [int(share * (total - 1) + 0.5) for share in PERCENTILES.values()]
    found = values[np.searchsorted(ends, ranks, side="right")].tolist()
    shape: dict[str, float | int] = dict(zip(PERCENTILES, found, strict=True))
    shape |= {"min": int(values[0]), "max": int(values[-1])}
    shape["mean"] = round(int((values * counts).sum()) / total, 3)
    return shape


def histogram(lengths: Lengths) -> list[dict[str, int]]:
    """Bins that double: 0 to 15 tokens, 16 to 31, 32 to 63 ...; empty ones at either end are left out."""
    values, counts = lengths.sorted()
    if not values.size:
        return []
    bins = np.where(values < _FIRST_BIN, 0, np.frexp(values / _FIRST_BIN)[1])
    sums = np.bincount(bins, weights=counts).astype(np.int64)
    return [
        {"from": _edge(place), "to": _edge(place + 1) - 1, "examples": int(sums[place])}
        for place in range(int(bins.min()), len(sums))
    ]


def limit_cost(lengths: Lengths, limit: int) -> dict[str, int]:
    """What `limit` would cost: examples over it, their tokens (lost if dropped), tokens beyond it (lost if cut)."""
    values, counts = lengths.sorted()
    over = values > limit
    many, long = counts[over], values[over]
    return {
        "limit": limit,
        "examples": int(many.sum()),
        "tokens_dropped": _dot(long, many),
        "tokens_cut": _dot(long - limit, many),
    }


def _over(lengths: Lengths, limit: int | None) -> int:
    return limit_cost(lengths, limit)["examples"] if limit is not None else 0


def _dot(values: Numbers, counts: Numbers) -> int:
    return int((values * counts).sum())


def _edge(place: int) -> int:
    return 0 if place == 0 else _FIRST_BIN << (place - 1)
