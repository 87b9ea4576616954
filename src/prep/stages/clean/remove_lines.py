"""The step `remove_lines`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from prep.stages.clean.gate import change_where
from prep.stages.clean.patterns import Patterns
from prep.stages.registry import TextStepConfig, step

if TYPE_CHECKING:
    from collections.abc import Sequence

    import polars as pl


class RemoveLines(TextStepConfig):
    """Remove lines that match one of the patterns.

    Each pattern is tried line by line and may match anywhere in the line, which then goes away whole, its line end
    too; `^` and `$` are the ends of the line. A text whose lines all match becomes empty.
    """

    matching: Patterns = Field(description="regular expressions (Rust syntax), one match is enough")
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {"matching": ["^Page [0-9]+ of [0-9]+$", "(?i)confidential"]},
            "before": "1. Term\nPage 3 of 9\nThe term is two years.\nSTRICTLY CONFIDENTIAL",
            "after": "1. Term\nThe term is two years.",
        },
    )


@step
def remove_lines(text: pl.Expr, config: RemoveLines) -> pl.Expr:
    """Texts without the lines that match."""
    import polars as pl

    return text.map_batches(partial(_remove, config.matching), return_dtype=pl.String, is_elementwise=True)


def _remove(patterns: Sequence[str], text: pl.Series) -> pl.Series:
    return change_where(text, _suspects(text, patterns), partial(_without, patterns))


def _suspects(text: pl.Series, patterns: Sequence[str]) -> pl.Series:
    """Texts in which a line may match: found in one pass over the whole text, so that most are never cut up."""
    suspect = text.str.contains("\r", literal=True)
    for pattern in patterns:
        if "\\A" in pattern or "\\z" in pattern or "(?" in pattern.replace("(?:", "").replace("(?i)", ""):
            return text.is_not_null()  # means something else in a whole text than in a line
        suspect |= text.str.contains(f"(?m:{pattern})")
    return suspect


def _without(patterns: Sequence[str], text: pl.Series) -> pl.Series:
    import polars as pl

    line = pl.col("line")
    lines = pl.DataFrame({"line": text.str.split("\n")}).with_row_index("row").explode("line")
    matched = pl.any_horizontal(line.str.strip_chars_end("\r").str.contains(pattern) for pattern in patterns)
    kept = lines.filter(~matched).group_by("row", maintain_order=True).agg(line.str.join("\n"))
    rows = pl.DataFrame({"row": range(len(text))}, schema={"row": lines.schema["row"]})
    return rows.join(kept, on="row", how="left", maintain_order="left")["line"].fill_null("")
