"""Decontamination: records that overlap with evaluation files, found by the word n-grams they share."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import polars as pl

from prep.errors import InputError
from prep.similarity.shingles import word_grams
from prep.stages.tables import first_lines, load_table
from prep.stages.turns import contents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prep.stages.dedupe.settings import Against
    from prep.stages.part import Part

FOUND = {"_leak_ref": pl.String, "_leak_overlap": pl.Float64}
_TEXTS = (".txt", ".text", ".md", ".markdown")


@dataclass(frozen=True)
class Evaluation:
    """What evaluation items consist of: `grams` (gram, item), `sizes` (item, size), and each item's place by number."""

    grams: pl.DataFrame
    sizes: pl.DataFrame
    places: pl.Series


def mark_overlaps(part: Part, settings: Against) -> Part:
    """Records that overlap with an evaluation item are dropped as `contaminated`: the item is the `ref`, the overlap is
    the similarity. For `action: report` the two columns of `overlaps` are added instead.
    """
    found = overlaps(part.whole_text, settings, part.base, [*part.text, *part.turns])
    if settings.action == "report":
        return part.with_columns(*found.get_columns())
    return part.drop(
        found["_leak_ref"].is_not_null(), "contaminated", ref=found["_leak_ref"], similarity=found["_leak_overlap"]
    )


def overlaps(text: pl.Series, settings: Against, base: Path, columns: Sequence[str]) -> pl.DataFrame:
    """One row a text: `_leak_ref` (the evaluation item it overlaps with most, `benchmark.jsonl:12`; null where it
    reaches no `overlap`) and `_leak_overlap`.

    Overlap: the share of the item's n-grams that stand in the text, which may be longer. N-grams are of words in lower
    case without punctuation; a text shorter than one is a single n-gram. `columns` are the columns that hold text, also
    in the evaluation files.
    """
    paths = tuple(base / name for name in settings.files)
    found = _evaluation(paths, tuple(columns), settings.ngram, _mark(settings, base))
    own = _grams(text.fill_null(""), settings.ngram).rename({"row": "at"})
    # Most texts share nothing with any item: they are not looked at further.
    suspects = own.filter(pl.col("gram").is_in(found.grams["gram"].unique().implode()))["at"].unique()
    own = own.filter(pl.col("at").is_in(suspects.implode())).unique()
    best = (
        own.join(found.grams, on="gram", how="inner")
        .group_by("at", "item")
        .agg(pl.len().alias("both"))
        .join(found.sizes, on="item")
        .with_columns(_leak_overlap=pl.col("both") / pl.col("size"))
        .filter(pl.col("_leak_overlap") >= settings.overlap)
        .sort("at", "_leak_overlap", "item", descending=[False, True, False])
        .unique("at", keep="first", maintain_order=True)
    )
    named = best.with_columns(_leak_ref=found.places.gather(best["item"]))
    rows = pl.DataFrame({"at": pl.int_range(len(text), dtype=pl.UInt32, eager=True)})
    return rows.join(named, on="at", how="left", maintain_order="left").select(
        pl.col(name).cast(kind) for name, kind in FOUND.items()
    )


def _mark(settings: Against, base: Path) -> tuple[int, ...]:
    """What tells whether the files are still the ones that were loaded."""
    try:
        return tuple((base / name).stat().st_mtime_ns for name in settings.files)
    except OSError as error:
        raise InputError(f"cannot read an evaluation file: {error.strerror}", where=str(error.filename)) from error


@lru_cache(maxsize=4)
def _evaluation(paths: tuple[Path, ...], columns: tuple[str, ...], ngram: int, _mark: tuple[int, ...]) -> Evaluation:
    texts, places = [], []
    for path in paths:
        own = _texts(path, columns)
        texts.append(own)
        places += [f"{path.name}:{row}" for row in _numbers(path, len(own))]
    grams = _grams(pl.concat(texts), ngram).unique(maintain_order=True).rename({"row": "item"})
    sizes = grams.group_by("item").agg(pl.len().alias("size"))
    return Evaluation(grams, sizes, pl.Series("places", places, dtype=pl.String))


def _numbers(path: Path, count: int) -> Sequence[int]:
    """The items' lines; their numbers in a file that has no lines of its own."""
    return (first_lines(path) if path.suffix.lower() not in _TEXTS else None) or range(1, count + 1)


def _texts(path: Path, columns: tuple[str, ...]) -> pl.Series:
    """The items' texts: their text columns where the file has them, a conversation's contents, else all columns of
    words; ids and labels are no part of what leaks.
    """
    if path.suffix.lower() in _TEXTS:
        try:
            return pl.Series("text", [path.read_text("utf-8-sig")])
        except (OSError, UnicodeDecodeError) as error:
            raise InputError(f"cannot read this evaluation file: {error}", where=str(path)) from error
    table = load_table(path)
    wanted = [name for name in columns if name in table.columns]
    if not wanted and "messages" in table.columns:
        return contents(table["messages"]).fill_null("").alias("text")
    chosen = wanted or [name for name in table.columns if _is_words(table[name])] or table.columns
    return table.select(pl.concat_str(chosen, separator="\n", ignore_nulls=True).alias("text")).to_series()


def _is_words(column: pl.Series) -> bool:
    """Whether most values that say something have several words."""
    said = column.drop_nulls().str.strip_chars()
    said = said.filter(said != "")
    return 2 * int(said.str.contains(r"\S\s+\S").sum()) > len(said)


def _grams(texts: pl.Series, ngram: int) -> pl.DataFrame:
    """(row, gram) of every n-gram of words in lower case without punctuation."""
    return word_grams(texts.str.to_lowercase().str.replace_all(r"[^\p{L}\p{M}\p{N}]+", " "), ngram)
