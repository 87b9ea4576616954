"""The step `keep_matching`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from prep.stages.clean.patterns import Patterns, first_match
from prep.stages.registry import Names, StepConfig, step

if TYPE_CHECKING:
    import polars as pl

    from prep.stages.part import Part


class Matching(StepConfig):
    """Patterns, and where to look for them."""

    matching: Patterns = Field(description="regular expressions (Rust syntax), one match is enough")
    on: Names | None = Field(None, description="columns to look in; default: the whole text of the record")

    def columns(self) -> list[str]:
        """The columns to look in."""
        return self.on or []

    def found(self, part: Part) -> pl.Series:
        """The first pattern that each record matches; null where there is none."""
        import polars as pl

        texts = [part.whole_text] if self.on is None else [part.column(name) for name in self.on]
        found = [first_match(text, self.matching).alias(str(number)) for number, text in enumerate(texts)]
        return pl.DataFrame(found).select(pl.coalesce(pl.all()).alias("pattern")).to_series()


class KeepMatching(Matching):
    """Keep only records that match one of the patterns.

    A pattern may match anywhere; `^` and `$` are the ends of the text, with `(?m)` in front those of a line. A null
    matches nothing. Reason: `not_matching`.
    """

    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {"matching": ["^(en|de)$"], "on": ["language"]},
            "before": {"text": "Bonjour.", "language": "fr"},
            "reason": "not_matching",
        },
        {"settings": {"matching": "(?i)shall"}, "before": "The tenant SHALL pay.", "after": "The tenant SHALL pay."},
    )


@step
def keep_matching(part: Part, config: KeepMatching) -> Part:
    """Mark records that match none of the patterns as `not_matching`."""
    return part.drop(config.found(part).is_null(), "not_matching")
