"""The step `c4_quality`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, NonNegativeInt

from prep.stages.registry import Names, StepConfig, step

if TYPE_CHECKING:
    import polars as pl

    from prep.stages.part import Part

_NOTICES = ["terms of use", "privacy policy", "cookie policy", "uses cookies", "use of cookies", "use cookies"]
_CITATION = r"\[\d*\]|\[edit\]|\[citation needed\]"


class C4Quality(StepConfig):
    """Remove lines that are no sentences and drop records with too few of them, by the rules of C4.

    Rules and defaults are those of Raffel et al. 2020 (section 2.2) and the published code behind it, as datatrove
    carries them out, but for the list of bad words. A line stays where it ends in `.`, `?`, `!` or a quotation mark
    (not in `...`), has enough words, no endless one, and speaks neither of JavaScript nor of cookies; citation marks
    like `[3]` go. Reasons: `c4_lorem_ipsum`, `c4_curly_bracket`, `c4_too_few_sentences`. The lines of a dropped record
    are left as they are. A conversation is judged by its turns together, which stay as they are. For text of
    the web: headings, list items and tables go. About 15 MB/s a core.
    """

    on: Names | None = Field(None, description="columns to work on; default: every text column and every turn")
    min_sentences: NonNegativeInt = Field(5, description="fewest sentences in the lines that stay; 0: no limit")
    min_words: NonNegativeInt = Field(3, description="fewest words a line may have")
    max_word_length: NonNegativeInt = Field(1000, description="longest word a line may have, characters; 0: no limit")
    stops: bool = Field(True, description="remove lines that do not end like a sentence")
    citations: bool = Field(True, description="remove citation marks")
    lorem_ipsum: bool = Field(True, description="drop records with that phrase")
    curly_bracket: bool = Field(True, description="drop records with a `{`")
    javascript: bool = Field(True, description="remove lines with that word")
    notices: Names = Field(_NOTICES, description="remove lines with one of these phrases, in lower case")
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {"min_sentences": 1},
            "before": "Home | Login\nThe term is two years.[3]\nThis site uses cookies to work well.",
            "after": "The term is two years.",
        },
        {"settings": {}, "before": "Only one sentence here.", "reason": "c4_too_few_sentences"},
    )

    def columns(self) -> list[str]:
        """The columns it is narrowed to."""
        return self.on or []


@step
def c4_quality(part: Part, config: C4Quality) -> Part:
    """Mark records that break a rule; of the others the lines that are sentences stay."""
    import polars as pl

    from prep.stages.clean.checks import text_columns
    from prep.stages.turns import contents

    names, turns = text_columns(part, config.on)
    kept = {name: _kept(part.column(name), config) for name in names}
    found = [*kept.values(), *(_kept(contents(part.column(name)), config) for name in turns)]
    if not found:
        return part
    whole = pl.concat([frame.with_row_index("row") for frame in found]).group_by("row", maintain_order=True)
    facts = whole.agg(pl.col("sentences").sum(), pl.col("why").drop_nulls().first()).sort("row")
    for reason in ("c4_lorem_ipsum", "c4_curly_bracket"):
        part = part.drop(facts["why"] == reason, reason)
    few = facts["sentences"] < config.min_sentences
    part = part.drop(few, "c4_too_few_sentences", detail=facts["sentences"].cast(pl.String) + " sentences")
    alive = part.alive
    columns = [
        pl.select(
            pl.when(alive & frame["text"].is_not_null()).then(frame["text"]).otherwise(part.column(name)).alias(name)
        )
        for name, frame in kept.items()
    ]
    return part.with_columns(*(column.to_series() for column in columns))


def _kept(text: pl.Series, config: C4Quality) -> pl.DataFrame:
    """A row a text: the `text` of the lines that stay, their `sentences`, `why` the whole text is refused."""
    import polars as pl

    from prep.stages.clean.running_words import sentence_count, split_lines

    line = pl.col("line")
    rows = pl.DataFrame(
        {"row": pl.Series(range(len(text)), dtype=pl.UInt32), "line": split_lines(text).str.split("\n")}
    )
    lines = rows.explode("line").with_columns(line.str.strip_chars())
    words = line.str.count_matches(r"\S+")
    if config.max_word_length:
        endless = line.str.len_chars() > config.max_word_length
        lines = lines.filter(~(endless & line.map_batches(partial(_endless, config.max_word_length), pl.Boolean)))
    lines = lines.with_columns(words=words)
    if config.citations:
        lines = lines.with_columns(line.str.replace_all(_CITATION, ""))
    if config.stops:
        lines = lines.filter(line.str.contains(r"[.?!\x22']$") & ~line.str.ends_with("..."))
    lines = lines.filter(pl.col("words") >= config.min_words).with_columns(lower=line.str.to_lowercase())
    lower = pl.col("lower")
    # The first rule that a line breaks counts: one with JavaScript is gone before its bracket is seen.
    verdict: Any = pl.when(lower.str.contains("lorem ipsum", literal=True) & config.lorem_ipsum).then(
        pl.lit("c4_lorem_ipsum")
    )
    verdict = verdict.when(lower.str.contains("javascript", literal=True) & config.javascript).then(pl.lit("line"))
    verdict = verdict.when(line.str.contains("{", literal=True) & config.curly_bracket).then(pl.lit("c4_curly_bracket"))
    if config.notices:
        verdict = verdict.when(lower.str.contains_any(config.notices)).then(pl.lit("line"))
    lines = lines.with_columns(verdict=verdict.otherwise(None))
    refused = lines.filter(pl.col("verdict").str.starts_with("c4_")).group_by("row", maintain_order=True)
    why = refused.agg(pl.col("verdict").first().alias("why"))
    stay = lines.filter(pl.col("verdict").is_null())
    stay = stay.with_columns(sentences=sentence_count(stay["line"]))
    joined = line.str.join("\n").str.strip_chars().alias("text")
    told = stay.group_by("row", maintain_order=True).agg(joined, pl.col("sentences").sum())
    return (
        rows.select("row", missing=pl.col("line").is_null())
        .join(told, on="row", how="left", maintain_order="left")
        .join(why, on="row", how="left", maintain_order="left")
        .select(
            text=pl.when("missing").then(None).otherwise(pl.col("text").fill_null("")),
            sentences=pl.col("sentences").fill_null(0).cast(pl.UInt32),
            why="why",
        )
    )


def _endless(most: int, lines: pl.Series) -> pl.Series:
    import polars as pl

    longest = lines.str.extract_all(r"\S+").list.eval(pl.element().str.len_chars()).list.max()
    return (longest > most).fill_null(False)
