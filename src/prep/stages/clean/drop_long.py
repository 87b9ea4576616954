"""The step `drop_long`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import Field, PositiveInt, model_validator

from prep.stages.clean.words import more_words
from prep.stages.registry import StepConfig, step

if TYPE_CHECKING:
    from prep.stages.part import Part


class DropLong(StepConfig):
    """Drop records with too many words or characters.

    Counted is the whole text of the record, in the words of `drop_short`. The exact limit in tokens is that of
    `count`; this step is for texts that are plainly not what was meant. Reason: `too_long`.
    """

    max_words: PositiveInt | None = Field(None, description="most words a record may have")
    max_chars: PositiveInt | None = Field(None, description="most characters a record may have")
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {"settings": {"max_words": 3}, "before": "one two three four", "reason": "too_long"},
        {"settings": {"max_chars": 20}, "before": "one two three four", "after": "one two three four"},
    )

    @model_validator(mode="after")
    def _some_limit(self) -> Self:
        if self.max_words is None and self.max_chars is None:
            raise ValueError("needs `max_words` or `max_chars`")
        return self


@step
def drop_long(part: Part, config: DropLong) -> Part:
    """Mark records over a limit as `too_long`; the detail says how long they are."""
    import polars as pl

    text = part.whole_text
    if config.max_words is not None:
        long, words = more_words(text, config.max_words)
        part = part.drop(long, "too_long", detail=words.cast(pl.String) + " words")
    if config.max_chars is not None:
        chars = text.str.len_chars()
        part = part.drop(chars > config.max_chars, "too_long", detail=chars.cast(pl.String) + " characters")
    return part
