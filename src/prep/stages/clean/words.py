"""What a word is, and how words are counted fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl

# Scripts written without spaces between words: Thai, Lao, Burmese, Khmer; kana, Han.
_SPACELESS = r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
# One word a Han or kana character; one for four letters of the others, whose words are longer.
_SPACELESS_WORD = (
    r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]|[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]{1,4}"
    r"|[^\s\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+"
)
# A counted repetition is unrolled by the regex engine: beyond this it costs more than counting.
_UNROLLED = 64


def count_words(text: pl.Series) -> pl.Series:
    """Words of each text, UInt32: runs without white space; in scripts without spaces, their characters."""
    import polars as pl

    frame = pl.DataFrame({"text": text}).with_columns(spaceless=pl.col("text").str.contains(_SPACELESS))
    if not frame["spaceless"].any():
        return text.str.count_matches(r"\S+")
    words = pl.when("spaceless").then(pl.col("text").str.count_matches(_SPACELESS_WORD))
    return frame.select(words.otherwise(pl.col("text").str.count_matches(r"\S+"))).to_series()


def fewer_words(text: pl.Series, minimum: int) -> tuple[pl.Series, pl.Series]:
    """(whether each text has fewer than `minimum` words, how many those have); the count is null for the others."""
    import polars as pl

    if 0 < minimum <= _UNROLLED:
        suspect = ~text.str.contains(rf"^\s*(?:\S+\s+){{{minimum - 1}}}\S")
    else:
        suspect = pl.Series([minimum > 0]).new_from_index(0, len(text))
    return _counted(text, suspect, lambda words: words < minimum)


def more_words(text: pl.Series, maximum: int) -> tuple[pl.Series, pl.Series]:
    """(whether each text has more than `maximum` words, how many those have); the count is null for the others."""
    return _counted(text, text.str.len_bytes() > maximum, lambda words: words > maximum)


def _counted(
    text: pl.Series, suspect: pl.Series, judge: Callable[[pl.Series], pl.Series]
) -> tuple[pl.Series, pl.Series]:
    """Count where `suspect` is true only: most texts are far from the limit."""
    import polars as pl

    counts = count_words(text.filter(suspect))
    places = suspect.arg_true()
    words = pl.Series("words", [None] * len(text), dtype=pl.UInt32)
    if len(places):
        words = words.scatter(places, counts)
    hit = judge(words).fill_null(False)
    return hit, words
