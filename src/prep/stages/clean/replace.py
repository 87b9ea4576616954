"""The step `replace`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from prep.stages.clean.patterns import Patterns
from prep.stages.registry import TextStepConfig, step

if TYPE_CHECKING:
    import polars as pl


class Replace(TextStepConfig):
    """Replace what matches one of the patterns.

    Every match in a text is replaced, pattern after pattern. `by` may name groups of the pattern: `$1`, or `${1}` where
    a letter, a digit or `_` follows; `$$` is a dollar sign. Where a line begins and ends `^` and `$` match with `(?m)`
    in front.
    """

    matching: Patterns = Field(description="regular expressions (Rust syntax)")
    by: str = Field("", description="what stands in its place; default: nothing")
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {"matching": "(?i)\\bthe (first|second) party\\b", "by": "Party $1"},
            "before": "The first party pays the second party.",
            "after": "Party first pays Party second.",
        },
    )


@step
def replace(text: pl.Expr, config: Replace) -> pl.Expr:
    """Texts with every match replaced."""
    for pattern in config.matching:
        text = text.str.replace_all(pattern, config.by)
    return text
