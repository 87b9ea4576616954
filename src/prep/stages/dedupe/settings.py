"""Settings of `dedupe`: what counts as the same and which of several records stays."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

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


class Against(Settings):
    """Evaluation files that the data must not overlap with."""

    files: Names = Field(description="JSONL, CSV, Parquet, text or Markdown files", min_length=1)
    action: Literal["drop", "report"] = Field("drop", description="what happens to a record that overlaps")
    ngram: int = Field(5, ge=1, le=50, description="words of an n-gram")
    overlap: float = Field(0.6, gt=0, le=1, description="share of an evaluation item's n-grams that a record must have")


def _against(value: object) -> object:
    return {"files": value} if isinstance(value, (str, list)) and value else value or None


_FILES: dict[str, Any] = {"type": "array", "items": {"type": "string"}}
_AGAINST = {"anyOf": [{"type": "string"}, _FILES, Against.model_json_schema(), {"type": "null"}]}


class Dedupe(Settings):
    """Which records are the same."""

    exact: bool = Field(True, description="drop records whose normalised text is equal")
    near: Annotated[
        Near | None, BeforeValidator(lambda value: {} if value is True else None if value is False else value)
    ] = Field(None, description="drop near-duplicates; `true` for the defaults")
    conflicts: Literal["report", "drop", "keep_newest"] | None = Field(
        None, description="what to do with the same, or nearly the same, text under different labels"
    )
    newest: str | None = Field(None, description="column that says how new a record is, for `conflicts: keep_newest`")
    against: Annotated[Against | None, BeforeValidator(_against), WithJsonSchema(_AGAINST)] = Field(
        None, description="evaluation files the data must not overlap with; a list of files for the defaults"
    )
