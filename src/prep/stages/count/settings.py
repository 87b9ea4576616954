"""Settings of `count`: what happens to an example that is too long or too short, and what counts."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from prep.stages.registry import Settings


class Window(Settings):
    """Cut long dialogues between turns.

    A turn is a question with all that follows until its answer is complete, tool calls and their results included.
    """

    max_tokens: PositiveInt = Field(description="most tokens a window may have, the system message and tools included")
    overlap: NonNegativeInt = Field(
        0, description="turns repeated at the start of the next window; their answers are not trained again"
    )


class Count(Settings):
    """Exact tokens of each example, and what happens to one that is too long."""

    over_length: Literal["drop", "fail", "keep"] = Field("drop", description="what happens to an example over `max`")
    min: int = Field(0, ge=0, description="fewest tokens an example may have; fewer is dropped as `under_length`")
    max: PositiveInt | None = Field(None, description="most tokens an example may have; default: the model's limit")
    window: Window | None = Field(None, description="cut long dialogues between turns")
    tokenizer: str | None = Field(
        None, description="a tokenizer.json to count with, for models whose tokenizer is not tiktoken's"
    )
