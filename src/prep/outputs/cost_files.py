"""The cost of chat JSONL files, made by anybody: for `prep cost`."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from prep.catalog.offers import TIERS, offers
from prep.errors import InputError
from prep.outputs.cost import Asked, cost_report, say_estimated
from prep.stages.count.files import count_lengths

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence
    from pathlib import Path

    import numpy as np

    from prep.catalog.prices import Prices


def cost_files(paths: Sequence[Path], asked: Asked, prices: Prices, today: datetime.date) -> dict[str, Any]:
    """The report of `cost_report` for training files; a line that cannot be counted is named in `warnings`.

    InputError where a file cannot be read, no line of any is an example, or a model is unknown.
    """
    counted: dict[str, np.ndarray[Any, Any]] = {}
    unreadable: list[str] = []
    estimated: dict[str, int] = {}

    def lengths(encoding: str) -> np.ndarray[Any, Any]:
        if encoding not in counted:
            found = count_lengths(paths, encoding)
            counted[encoding] = found.tokens
            unreadable[:] = found.places
            estimated[encoding] = found.estimated
        return counted[encoding]

    if asked.tier not in TIERS:  # it may be a region that the catalog has prices of
        offers(prices, f"{asked.provider}/{asked.model}@{asked.tier}", method=asked.method)
    report = cost_report(asked, lengths, prices, today)
    if not report["estimates"]:
        raise _unknown(asked, prices)
    say_estimated(report, max(estimated.values(), default=0))
    if unreadable and not any(tokens.size for tokens in counted.values()):
        raise InputError(
            f"no line of {', '.join(path.name for path in paths)} is a chat example",
            where=str(paths[0]),
            hint="`prep cost` takes training files, such as build/NAME/finetune/azure/train.jsonl",
        )
    if unreadable:
        told = ", ".join(unreadable[:5]) + (f" and {len(unreadable) - 5} more" if len(unreadable) > 5 else "")
        report["warnings"].append(f"lines that are no chat examples are not in the sum: {told}")
    return {**report, "files": [str(path) for path in paths]}


def _unknown(asked: Asked, prices: Prices) -> InputError:
    entry = prices.providers.get(asked.provider)
    if entry is None:
        return InputError(
            f"the catalog has no provider {asked.provider}", hint=f"providers are: {', '.join(prices.providers)}"
        )
    known = [alias for name, one in entry.models.items() for alias in (name, *one.aliases)]
    near = difflib.get_close_matches(asked.model, known, n=1)
    return InputError(
        f"the catalog has no {asked.model} at {asked.provider}",
        hint=(f"did you mean `{near[0]}`? " if near else "") + "`prep models` lists what there is",
    )
