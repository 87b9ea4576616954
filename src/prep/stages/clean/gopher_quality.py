"""The step `gopher_quality`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, NonNegativeFloat, NonNegativeInt

from prep.stages.registry import StepConfig, step

if TYPE_CHECKING:
    import polars as pl

    from prep.stages.part import Part

_STOP_WORDS = ["the", "be", "to", "of", "and", "that", "have", "with"]
# Of nothing but these a word is a symbol. Source: datatrove 0.10, what its filter leaves out.
_MARKS = (
    r"!/—”:％１〈&(、━\\【#%「」，】；+^\]~“《„';’{|∶´\[=\-`*．（–？！：$～«〉,><》)?）。…@_.\x22}►»"
    r"\x00-\x08\x0b\x0c\x0d-\x1f\x7f-\x9f"
)


class GopherQuality(StepConfig):
    """Drop records that do not read like prose, by the rules of Gopher's quality filter.

    Rules and defaults are those of Rae et al. 2021 (arXiv 2112.11446, appendix A.1) as datatrove carries them out, for
    English; a rule is switched off by `null`. The first rule that is broken is the reason, its figure the detail:
    `gopher_too_few_words`, `gopher_too_many_words`, `gopher_words_too_short`, `gopher_words_too_long`,
    `gopher_too_many_hashes`, `gopher_too_many_ellipses`, `gopher_too_many_bullets`, `gopher_too_many_open_lines` (lines
    that end in an ellipsis), `gopher_too_few_letters`, `gopher_too_few_stop_words`. For text of the web: answers and
    labels are shorter than it wants. About 10 MB/s a core.
    """

    min_words: NonNegativeInt | None = Field(50, description="fewest words; punctuation does not count")
    max_words: NonNegativeInt | None = Field(100_000, description="most words")
    min_word_length: NonNegativeFloat | None = Field(3, description="least mean length of a word, characters")
    max_word_length: NonNegativeFloat | None = Field(10, description="greatest mean length of a word, characters")
    max_symbols: NonNegativeFloat | None = Field(0.1, description="most `#`, and most ellipses, a word")
    max_bullet_lines: NonNegativeFloat | None = Field(
        0.9, description="largest share of lines that begin with a bullet"
    )
    max_open_lines: NonNegativeFloat | None = Field(0.3, description="largest share of lines that end in an ellipsis")
    min_letter_words: NonNegativeFloat | None = Field(0.8, description="least share of words with a letter in them")
    min_stop_words: NonNegativeInt | None = Field(2, description="fewest different stop words")
    stop_words: list[str] = Field(_STOP_WORDS, description="the stop words, as they stand in the text")
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {"settings": {"min_words": 5}, "before": "Page 3 - - - 4", "reason": "gopher_too_few_words"},
        {
            "settings": {"min_words": 5},
            "before": "The tenant pays the rent of the flat to the landlord.",
            "after": "The tenant pays the rent of the flat to the landlord.",
        },
    )


@step
def gopher_quality(part: Part, config: GopherQuality) -> Part:
    """Mark records by the first rule they break, its figure as the detail."""
    import polars as pl

    facts = quality_facts(part.whole_text, config.stop_words)
    words, whole, mean = pl.col("words"), pl.col("tokens"), pl.col("mean")
    letters = pl.col("letters") / whole
    # (reason, limit, figure, whether the limit is the least)
    rules = (
        ("gopher_too_few_words", config.min_words, words, True),
        ("gopher_too_many_words", config.max_words, words, False),
        ("gopher_words_too_short", config.min_word_length, mean, True),
        ("gopher_words_too_long", config.max_word_length, mean, False),
        ("gopher_too_many_hashes", config.max_symbols, pl.col("hashes") / whole, False),
        ("gopher_too_many_ellipses", config.max_symbols, pl.col("ellipses") / whole, False),
        ("gopher_too_many_bullets", config.max_bullet_lines, pl.col("bullets") / pl.col("lines"), False),
        ("gopher_too_many_open_lines", config.max_open_lines, pl.col("open") / pl.col("lines"), False),
        ("gopher_too_few_letters", config.min_letter_words, letters, True),
        ("gopher_too_few_stop_words", config.min_stop_words, pl.col("stops"), True),
    )
    for reason, limit, figure, least in rules:
        if limit is not None:
            broken = figure < limit if least else figure > limit
            found = facts.select(broken=broken, detail=pl.format("{}, the limit is {}", figure.round(3), pl.lit(limit)))
            part = part.drop(found["broken"], reason, detail=found["detail"])
    return part


def quality_facts(text: pl.Series, stop_words: list[str]) -> pl.DataFrame:
    """A row a text: `tokens`, of which `words`, their `mean` length, `letters` (words with one), `stops` (different
    ones), `hashes`, `ellipses`, `lines`, of which `bullets` and `open`.
    """
    import polars as pl

    from prep.stages.clean.running_words import running_words, split_lines

    tokens = running_words(text)
    each = pl.DataFrame({"row": pl.Series(range(len(text)), dtype=pl.UInt32), "word": tokens}).explode("word")
    word = pl.col("word")
    counted = (
        each.filter(word.is_not_null())
        .with_columns(
            is_word=word.str.contains(f"[^{_MARKS}]"),
            letters=word.str.contains(r"\p{L}"),
            size=word.str.len_chars(),
            stop=pl.when(word.is_in(stop_words)).then(word),
        )
        .group_by("row")
        .agg(
            tokens=pl.len(),
            words=pl.col("is_word").sum(),
            mean=pl.col("size").filter("is_word").mean(),
            letters=pl.col("letters").sum(),
            stops=pl.col("stop").drop_nulls().n_unique(),
        )
    )
    line = pl.col("text").str.strip_chars_end("\n")
    shapes = pl.DataFrame({"row": pl.Series(range(len(text)), dtype=pl.UInt32), "text": split_lines(text)}).select(
        "row",
        hashes=pl.col("text").str.count_matches("#", literal=True),
        ellipses=pl.col("text").str.count_matches(r"\.\.\.|…"),
        lines=pl.col("text").str.count_matches("\n", literal=True)
        + (~pl.col("text").str.ends_with("\n") & (pl.col("text") != "")).cast(pl.UInt32),
        bullets=pl.col("text").str.count_matches(r"(?m)^[ \t\x0b\x0c\r\x{a0}]*[•-]"),
        open=line.str.count_matches(r"(?m)(?:\.\.\.|…)[ \t\x{a0}]*$"),
    )
    return shapes.join(counted, on="row", how="left", maintain_order="left").with_columns(
        pl.col("tokens", "words", "letters", "stops").fill_null(0)
    )
