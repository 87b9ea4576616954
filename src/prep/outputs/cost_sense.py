"""Numbers that make no sense for an estimate are answered in words, before anything is counted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from prep.errors import UsageError

if TYPE_CHECKING:
    from prep.outputs.cost_estimate import Asked

METHODS = ("sft", "dpo", "rft")


def check_sense(asked: Asked) -> None:
    """Raise UsageError for what cannot be meant: negative amounts, hours of a method that is billed by the token."""
    amounts = {
        "epochs": asked.epochs, "max_usd": asked.max_usd, "hours": asked.hours, "evaluations": asked.evaluations,
        "grader tokens read": asked.grader_tokens[0], "grader tokens written": asked.grader_tokens[1],
    }  # fmt: skip
    for name, amount in amounts.items():
        if amount is not None and (amount < 0 or not math.isfinite(amount)):
            raise UsageError(f"{name} cannot be {amount:g}", hint="give a number from 0 up")
    if asked.epochs == 0:
        raise UsageError("0 epochs train nothing", hint="give 1 or more, or leave it to the provider")
    if asked.method not in METHODS:
        raise UsageError(f"there is no method {asked.method}", hint=f"the methods are: {', '.join(METHODS)}")
    if asked.method != "rft":
        for name, given in (
            ("hours", asked.hours),
            ("grader", asked.grader),
            ("grader_tokens", any(asked.grader_tokens)),
        ):
            if given not in (None, False):
                raise UsageError(
                    f"`{name}` is for rft; {asked.method} is billed by the token",
                    hint="name the method rft, or leave it out",
                )
    elif asked.epochs is not None:
        raise UsageError("`epochs` does not change what rft costs: it is billed by the hour", hint="say `hours`")
    elif any(asked.grader_tokens) and asked.grader is None:
        raise UsageError("`grader_tokens` needs the `grader` model that reads and writes them")
