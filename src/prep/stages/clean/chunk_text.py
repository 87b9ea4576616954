"""The step `chunk_text`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveInt, model_validator

from prep.errors import InputError
from prep.stages.registry import StepConfig, step

if TYPE_CHECKING:
    from prep.stages.part import Part


class ChunkText(StepConfig):
    """Cut long texts into records of so many tokens at most, between paragraphs and sentences.

    A text that fits stays the record it is. Of one that does not, every chunk is a record of its own (`lease.pdf/2`),
    with all other columns of the whole, which is dropped as `chunked`. Only a sentence that is too long for itself is
    cut, between words. `overlap` repeats whole sentences at the start of the next chunk. About 10 MB/s a core on texts
    that are cut.
    """

    max_tokens: PositiveInt = Field(description="most tokens of a chunk")
    overlap: NonNegativeInt = Field(0, description="most tokens that a chunk repeats of the one before")
    on: str | None = Field(None, description="column to cut; default: the source's text column, if there is one only")
    encoding: Literal["o200k_base", "cl100k_base"] = Field("o200k_base", description="tiktoken encoding to count with")
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {"max_tokens": 8},
            "before": "The term is two years. It begins on 1 May.",
            "reason": "chunked",
            "children": ["The term is two years.", "It begins on 1 May."],
        },
    )

    def columns(self) -> list[str]:
        """The column to cut, where it is named."""
        return [self.on] if self.on is not None else []

    @model_validator(mode="after")
    def _smaller_overlap(self) -> Self:
        if self.overlap >= self.max_tokens:
            raise ValueError("`overlap` must be smaller than `max_tokens`")
        return self


@step
def chunk_text(part: Part, config: ChunkText) -> Part:
    """The part with the chunks of long texts as children behind it."""
    import polars as pl

    from prep.stages.clean.sentences import chunks

    if config.on is None and len(part.text) != 1:
        raise InputError(
            f"`chunk_text` cuts one column, and this source has {len(part.text)} text columns",
            hint="name the column: `chunk_text: {on: column, ...}`",
        )
    name = config.on or part.text[0]
    text = part.column(name)
    # A token has a byte at least: most texts need not be counted to know that they fit.
    suspect = part.alive & (text.str.len_bytes() > config.max_tokens).fill_null(False)
    ids, texts = part.frame["_id"].filter(suspect).to_list(), text.filter(suspect).to_list()
    rows: list[tuple[str, int, str]] = []
    for parent, pieces in zip(ids, chunks(texts, config.max_tokens, config.overlap, config.encoding), strict=True):
        if len(pieces) > 1:
            rows += [(parent, number, piece) for number, piece in enumerate(pieces, 1)]
    if not rows:
        return part
    schema = {"_parent": pl.String, "_child": pl.UInt32, name: pl.String}
    return part.with_children(pl.DataFrame(rows, schema=schema, orient="row"))
