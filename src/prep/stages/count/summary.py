"""Token counts summed up: totals and percentiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

PERCENTILES = {"p5": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95, "p99": 0.99}


def summarise(tokens: pl.Series, assistant_tokens: pl.Series, limit: int | None) -> dict[str, Any]:
    """Totals, percentiles of tokens an example (nearest rank), and how many are over `limit`."""
    shape: dict[str, float | int] = {}
    if tokens.len():
        shape = {name: int(tokens.quantile(share, "nearest") or 0) for name, share in PERCENTILES.items()}
        shape |= {"min": int(tokens.min() or 0), "max": int(tokens.max() or 0)}  # type: ignore[arg-type]
        shape["mean"] = round(float(tokens.mean() or 0), 3)  # type: ignore[arg-type]
    return {
        "tokens": int(tokens.sum()),
        "assistant_tokens": int(assistant_tokens.sum()),
        "percentiles": shape,
        "over_length": int((tokens > limit).sum()) if limit is not None else 0,
    }
