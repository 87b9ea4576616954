"""Estimates as a flat table: for CSV and Markdown."""

from __future__ import annotations

import csv
import io
from typing import Any

COLUMNS = (
    "offer", "method", "examples", "training_tokens", "truncated_examples",
    "epochs_low", "epochs_likely", "epochs_high", "price_usd_per_million",
    "training_usd_low", "training_usd_likely", "training_usd_high", "validation_tokens", "validation_billed",
    "usd_per_hour", "hosting_usd_per_month", "usd_per_1000_requests", "status", "trains_until",
    "retires", "days_left", "source", "as_of", "age_days", "confidence",
)  # fmt: skip
# What a reader of a table wants to see; the CSV has the rest.
_SHOWN = {
    "offer": "offer", "training_tokens": "tokens", "epochs_likely": "epochs", "training_usd_low": "low",
    "training_usd_likely": "likely", "training_usd_high": "high", "hosting_usd_per_month": "hosting a month",
    "usd_per_1000_requests": "1,000 requests", "retires": "retires", "days_left": "days left", "source": "price from",
    "as_of": "as of",
}  # fmt: skip


def flat(one: dict[str, Any]) -> dict[str, Any]:
    """One estimate as a row of `COLUMNS`; an unknown amount is None."""
    requests = one["per_1000_requests"]
    row = {name: one.get(name) for name in COLUMNS}
    row |= {f"epochs_{level}": count for level, count in one["epochs_range"].items()}
    row |= {f"training_usd_{level}": amount for level, amount in one["training_usd"].items()}
    row |= {
        "validation_tokens": one["validation"]["tokens"],
        "validation_billed": one["validation"]["billed"],
        "usd_per_hour": one["rft"]["usd_per_hour"] if one["rft"] else None,
        "usd_per_1000_requests": requests["tuned_usd"] if requests else None,
    }
    return row


def as_csv(report: dict[str, Any]) -> str:
    """A header and a line an offer; unknown amounts are empty, lines end with a line feed."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat(one) for one in report["estimates"])
    return text.getvalue()


def as_markdown(report: dict[str, Any]) -> str:
    """A Markdown table, then what is said first, what is assumed, and the sources."""
    lines = [f"**{told}**\n" for told in report["said_first"]]
    lines += ["| " + " | ".join(_SHOWN.values()) + " |", "|" + "---|" * len(_SHOWN)]
    for one in report["estimates"]:
        row = flat(one)
        lines.append("| " + " | ".join(_cell(name, row[name]) for name in _SHOWN) + " |")
    lines += [
        "",
        f"US dollars, as of {report['as_of']}; hosting: 30 days of one deployment; the first line is the target.",
        "",
    ]
    lines += [f"* warning: {told}" for told in report["warnings"]]
    lines += [
        f"* assumed: {told}" for told in dict.fromkeys(a for one in report["estimates"] for a in one["assumptions"])
    ]
    for key, source in report["sources"].items():
        read = f"{source['as_of']}, {source['age_days']} days old, confidence {source['confidence']}"
        lines.append(f"* {key}: <{source['url']}>, {read}")
    return "\n".join(lines) + "\n"


def _cell(name: str, value: Any) -> str:
    if value is None:
        return "" if name in ("retires", "days_left") else "unknown"
    if isinstance(value, float):
        return "< 0.01" if 0 < value < 0.01 else f"{value:,.2f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
