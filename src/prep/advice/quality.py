"""Measured accuracy with its uncertainty, and when two measurements cannot be told apart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import hypot, sqrt

from prep.errors import UsageError

Z_95 = 1.96
OPTIONS = ("zero_shot", "few_shot", "retrieved", "fine_tuned")
_NUMBER = r"[0-9]*\.?[0-9]+(?:[eE]-?[0-9]+)?"
_VALUE = re.compile(rf"\s*({_NUMBER})\s*(%?)\s*(?:(?:±|\+-|\+/-)\s*({_NUMBER})\s*(%?))?\s*")
_HINT = "write it so: fine_tuned=0.91±0.02 (or 0.91+-0.02), the half-width of the 95 % interval; without it, 0.91"


@dataclass(frozen=True)
class Quality:
    """A share of right answers, 0 to 1, and the half-width of its 95 % interval."""

    share: float
    half: float
    given: bool = True  # whether the half-width was given; else it follows from how many examples were tested

    @property
    def low(self) -> float:
        """The lower end, not under 0."""
        return max(0.0, self.share - self.half)

    @property
    def high(self) -> float:
        """The upper end, not over 1."""
        return min(1.0, self.share + self.half)

    def __str__(self) -> str:
        return f"{self.share:.4g}±{self.half:.2g}"


def parse_quality(text: str, tested: int = 0) -> Quality:
    """The accuracy that `text` says: "0.91±0.02", "0.91+-0.02", "91%", "0.91".

    Where no uncertainty is given it is the normal approximation of a binomial share over `tested` examples; 0 of them
    leave it exact. UsageError for anything else.
    """
    match = _VALUE.fullmatch(text)
    if match is None:
        raise UsageError(f"`{text}` is no accuracy", hint=_HINT)
    share = float(match[1]) / (100 if match[2] else 1)
    if share > 1:
        raise UsageError(f"an accuracy of {match[1]} is more than 1", hint="a share from 0 to 1, or a number with %")
    if match[3] is not None:
        half = float(match[3]) / (100 if match[4] else 1)
        if half > 1:
            raise UsageError(f"an uncertainty of {match[3]} is more than 1", hint=_HINT)
        return Quality(share, half)
    return Quality(share, Z_95 * sqrt(share * (1 - share) / tested) if tested else 0.0, given=False)


def split_option(text: str) -> tuple[str, str | None]:
    """`few_shot` or `few-shot:azure/gpt-4.1-mini` as the option's name and the model it was measured on (None: any)."""
    name, _, model = text.strip().partition(":")
    name = name.strip().lower().replace("-", "_")
    if name not in OPTIONS:
        raise UsageError(
            f"there is no option `{name}`",
            hint=f"options are {', '.join(OPTIONS)}; `fine_tuned:azure/gpt-4.1` for one model",
        )
    return name, model.strip() or None


def difference(left: Quality, right: Quality) -> tuple[float, float]:
    """left - right, and the half-width of its 95 % interval: the two were measured apart."""
    return left.share - right.share, hypot(left.half, right.half)


def is_worse(left: Quality, right: Quality) -> bool:
    """Whether `left` is worse than `right` by more than their uncertainty."""
    by, half = difference(left, right)
    return by < 0 and -by > half
