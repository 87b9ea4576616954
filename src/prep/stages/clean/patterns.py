"""Regular expressions in settings: checked when the file is read, in the syntax that carries them out."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Annotated

from pydantic import AfterValidator, Field

from prep.stages.registry import Names

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl

# What Python and Rust read alike: no group but `(?:`, `(?i)` in front, and escapes that both know.
_PLAIN = re.compile(
    r"(?:\(\?i\))?"
    r"(?:[^\\(\[{]|\((?!\?)|\(\?:|\{[0-9]{1,2}(?:,[0-9]{0,2})?\}"
    r"|\[\^?[\w .,:;@/%#+*$()<>=!'\"-]*\]|\\[dDwWsSbnrt.^$|()\[\]{}*+?\\/-])*"
)


def checked(patterns: list[str]) -> list[str]:
    """`patterns`; ValueError names the first that is not a regular expression. Loads polars only for unusual ones."""
    for pattern in patterns:
        if pattern == "":
            raise ValueError("an empty pattern matches everything")
        problem = _problem(pattern)
        if problem is not None:
            raise ValueError(f"`{pattern}` is not a regular expression: {problem}")
    return patterns


Patterns = Annotated[Names, Field(min_length=1), AfterValidator(checked)]


def _problem(pattern: str) -> str | None:
    if _PLAIN.fullmatch(pattern):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                re.compile(pattern)
        except re.error:
            pass  # polars has the last word, and the better explanation
        else:
            return None
    import polars as pl

    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.PolarsError as error:
        return _reason(str(error))
    return None


def _reason(message: str) -> str:
    """The reason in polars' message, which is the last line that begins with `error:`."""
    found = [line for line in message.splitlines() if line.startswith("error: ")]
    reason = found[-1].removeprefix("error: ") if found else message.splitlines()[0]
    return reason + (" (the syntax is Rust's)" if "look-around" in reason or "backreferences" in reason else "")


def first_match(column: pl.Series, patterns: Sequence[str]) -> pl.Series:
    """The first of `patterns` found in each value; null where none is."""
    import polars as pl

    text = pl.col("text")
    found = [pl.when(text.str.contains(pattern)).then(pl.lit(pattern)) for pattern in patterns]
    return pl.DataFrame({"text": column}).select(pl.coalesce(found).alias("pattern")).to_series()
