"""Settings of `dedupe`: what counts as the same and which of several records stays."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from prep.stages.registry import Names, Settings


class KeepColumn(Settings):
    """Keep the record with the lowest or highest value of a column (numbers as numbers, else text order)."""

    column: str = Field(description="column to compare")
    order: Literal["ascending", "descending"] = Field("descending", description="descending keeps the highest value")


class Near(Settings):
    """Near-duplicates: word-shingle MinHash, every pair verified by true Jaccard similarity."""

    threshold: float = Field(0.8, gt=0, le=1, description="Jaccard similarity from which a record is a duplicate")
    keep: Literal["first", "longest", "newest"] | KeepColumn = Field("first", description="which of a cluster stays")
    newest: str | None = Field(None, description="column that says how new a record is, for `keep: newest`")
    cluster: Literal["chain", "star"] = Field(
        "chain", description="chain: connected components; star: only what is similar enough to the record kept"
    )
    engine: Literal["rensa", "datasketch"] = Field("rensa", description="MinHash implementation")
    permutations: int = Field(128, ge=16, le=1024, description="length of a signature")


class Dedupe(Settings):
    """Which records are the same."""

    exact: bool = Field(True, description="drop records whose normalised text is equal")
    near: Annotated[
        Near | None, BeforeValidator(lambda value: {} if value is True else None if value is False else value)
    ] = Field(None, description="drop near-duplicates; `true` for the defaults")
    conflicts: Literal["report", "drop", "keep_newest"] | None = Field(
        None, description="what to do with nearly the same text under different labels"
    )
    against: Names = Field(default_factory=list, description="evaluation files the data must not overlap with")
