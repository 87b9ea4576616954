"""The step `gopher_repetition`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, NonNegativeFloat, PositiveInt

from prep.stages.registry import StepConfig, step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.part import Part

_TOP = {2: 0.2, 3: 0.18, 4: 0.16}
_REPEATED = {5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.1}


class GopherRepetition(StepConfig):
    """Drop records that say the same over and over, by the rules of Gopher's repetition filter.

    Rules and defaults are those of Rae et al. 2021 (arXiv 2112.11446, table A1) as datatrove carries them out; a rule
    is switched off by `null`. All figures are shares of the characters but for `max_lines` and `max_paragraphs`, which
    are shares of the number. The first rule that is broken is the reason, its figure the detail:
    `gopher_repeated_paragraphs`, `gopher_repeated_paragraph_chars`, `gopher_repeated_lines`,
    `gopher_repeated_line_chars`, `gopher_top_2_gram` to `_4_gram` (the most frequent run of that many words),
    `gopher_repeated_5_grams` to `_10_grams`. The most frequent run of a text of under about 30 words is always too much
    of it: the filter is for documents. An empty record stays. About 5 MB/s a core.
    """

    max_lines: NonNegativeFloat | None = Field(0.3, description="largest share of lines that stood before")
    max_paragraphs: NonNegativeFloat | None = Field(0.3, description="largest share of paragraphs that stood before")
    max_line_chars: NonNegativeFloat | None = Field(0.2, description="largest share of characters in such lines")
    max_paragraph_chars: NonNegativeFloat | None = Field(0.2, description="the same for paragraphs")
    max_top_grams: dict[PositiveInt, float] = Field(
        _TOP, description="by length of a run of words, for the most frequent one"
    )
    max_repeated_grams: dict[PositiveInt, float] = Field(
        _REPEATED, description="by length, for all runs that stood before"
    )
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {},
            "before": "Buy now.\n\nTerms apply.\n\nBuy now.\n\nBuy now.\n\nBuy now.",
            "reason": "gopher_repeated_paragraphs",
        },
        {
            "settings": {"max_top_grams": {}},
            "before": "A tenant pays rent on the first day; her landlord keeps roof, walls and windows tight.",
            "after": "A tenant pays rent on the first day; her landlord keeps roof, walls and windows tight.",
        },
    )

    def of_blocks(self) -> dict[str, float | None]:
        """The limits of figures about lines and paragraphs."""
        return {
            "repeated_paragraphs": self.max_paragraphs,
            "repeated_paragraph_chars": self.max_paragraph_chars,
            "repeated_lines": self.max_lines,
            "repeated_line_chars": self.max_line_chars,
        }

    def of_grams(self) -> dict[str, float | None]:
        """The limits of figures about runs of words."""
        top: dict[str, float | None] = {f"top_{size}_gram": limit for size, limit in self.max_top_grams.items()}
        return top | {f"repeated_{size}_grams": limit for size, limit in self.max_repeated_grams.items()}


@step
def gopher_repetition(part: Part, config: GopherRepetition) -> Part:
    """Mark records by the first rule they break, its figure as the detail."""
    import polars as pl

    from prep.stages.clean.repetition import blocks, grams, lines_repeat, suspects
    from prep.stages.clean.running_words import running_words

    text = part.whole_text
    asked = (text != "") & part.alive
    found: dict[int, tuple[str, float, float]] = {}
    repeating = asked & lines_repeat(text)
    for row, one in zip(repeating.arg_true().to_list(), text.filter(repeating).to_list(), strict=True):
        _judge(found, row, blocks(one), config.of_blocks())
    left = asked & ~pl.Series(range(len(text)), dtype=pl.UInt32).is_in(
        pl.Series(list(found), dtype=pl.UInt32).implode()
    )
    places, texts = left.arg_true().to_list(), text.filter(left)
    words = running_words(texts)
    top, repeated = config.max_top_grams, config.max_repeated_grams
    for at in suspects(words, texts.str.len_chars(), top, repeated):
        _judge(found, places[at], grams(words[at].to_list(), len(texts[at]), top, repeated), config.of_grams())
    for reason in dict.fromkeys(name for name, *_ in found.values()):
        told = {
            row: f"{figure:.3f}, the limit is {most:g}" for row, (name, figure, most) in found.items() if name == reason
        }
        detail = pl.Series("detail", [told.get(row) for row in range(len(text))], dtype=pl.String)
        part = part.drop(detail.is_not_null(), reason, detail=detail)
    return part


def _judge(
    found: dict[int, tuple[str, float, float]],
    row: int,
    figures: Iterator[tuple[str, float]],
    limits: dict[str, float | None],
) -> None:
    """Note the first of `figures` that is over its limit, if there is one."""
    for name, figure in figures:
        limit = limits[name]
        if limit is not None and figure > limit:
            found[row] = (f"gopher_{name}", figure, limit)
            return
