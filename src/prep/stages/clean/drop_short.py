"""The step `drop_short`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, NonNegativeInt

from prep.stages.clean.words import fewer_words
from prep.stages.registry import StepConfig, step

if TYPE_CHECKING:
    from prep.stages.part import Part


class DropShort(StepConfig):
    """Drop records with too few words.

    Counted is the whole text of the record: all text columns and turns together. A word is a run of characters
    between white space. In scripts without spaces each Han or kana character counts as one, and so do four letters of
    Thai, Lao, Burmese or Khmer. Reason: `too_short`.
    """

    min_words: NonNegativeInt = Field(5, description="fewest words a record may have")
    min_chars: NonNegativeInt = Field(0, description="fewest characters a record may have, white space included")
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {"settings": {"min_words": 3}, "before": "See above.", "reason": "too_short"},
        {"settings": {"min_words": 3}, "before": "See clause 12.", "after": "See clause 12."},
    )


@step
def drop_short(part: Part, config: DropShort) -> Part:
    """Mark records under the limits as `too_short`; the detail says how long they are."""
    import polars as pl

    text = part.whole_text
    short, words = fewer_words(text, config.min_words)
    found = pl.DataFrame({"words": words, "chars": text.str.strip_chars().str.len_chars()}).with_columns(short=short)
    detail = found.select(
        pl.when("short").then(pl.format("{} words", "words")).otherwise(pl.format("{} characters", "chars"))
    ).to_series()
    return part.drop(short | (found["chars"] < config.min_chars), "too_short", detail=detail)
