"""The slice of records a stage sees, and what a stage may do to it: mark, change, add, and make children."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# The engine's own columns. A user's column never begins with "_".
PLACE = {
    "_source": pl.UInt16,  # which entry of `ingest`, from 0
    "_file": pl.String,  # the file's name: its path under the glob's fixed part
    "_row": pl.UInt64,  # line (text formats) or row (Parquet) in that file, from 1
    "_child": pl.UInt32,  # 0, or which child of that row, from 1
}
IDENTITY = {
    "_id": pl.String,
    **PLACE,
    "_parent": pl.String,  # the `_id` of the record it was cut out of; null for what was read
    "_root": pl.String,  # the `_id` of the record that was read, of which it is a piece of a piece; null for that one
    "_key": pl.String,  # the value of the source's `id` column; null without one
    "_json": pl.String,  # JSON array of the columns whose text is JSON, not a string; null when there is none
}
# Records that live on in another one: dropped by the ledger's arithmetic, not lost.
ABSORBED = ("merged", "chunked")
FATE = {
    "_reason": pl.String,  # why the record is dropped; null while it is kept
    "_stage": pl.String,
    "_step": pl.String,
    "_ref": pl.String,  # the record it was dropped for
    "_via": pl.String,  # the neighbour that tied a chained duplicate to its cluster
    "_similarity": pl.Float64,
    "_detail": pl.String,
}
RECORD = {**IDENTITY, **FATE}


def data_columns(columns: Iterable[str]) -> list[str]:
    """The names among `columns` that are the user's, in their order."""
    return [name for name in columns if not name.startswith("_")]


def complete(frame: pl.DataFrame) -> pl.DataFrame:
    """`frame` with every engine column of a record present, null (or 0) where it was missing."""
    missing = [
        pl.lit(0 if name == "_child" else None, dtype=kind).alias(name)
        for name, kind in RECORD.items()
        if name not in frame.columns
    ]
    frame = frame.with_columns(missing).cast(RECORD)  # type: ignore[arg-type]
    # polars 2.1 panics in `format` over some frames of several chunks.
    return frame.select(*RECORD, *(name for name in frame.columns if name not in RECORD)).rechunk()


@dataclass(frozen=True)
class Part:
    """Records on their way: one row each, the user's columns as strings, the engine's columns beside them.

    `text` are the columns that hold text, `turns` those that hold a conversation as a JSON array of messages.
    `stage` and `step` name who marks; the caller of a stage sets them. Every method returns a new part.
    """

    frame: pl.DataFrame
    text: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()
    label: str | None = None
    group: str | None = None
    base: Path = Path()  # the pipeline file's folder: a step's files are relative to it
    stage: str | None = None
    step: str | None = None
    changes: tuple[pl.DataFrame, ...] = field(
        default=(), repr=False
    )  # (_id, stage, step, detail): what `note` was told

    @property
    def alive(self) -> pl.Series:
        """Boolean, one a record: not dropped so far."""
        return self.frame["_reason"].is_null()

    @cached_property
    def whole_text(self) -> pl.Series:
        """The whole text of each record: its text columns and its turns' contents, joined by line ends; never null."""
        from prep.stages.turns import contents

        columns = [self.column(name) for name in self.text] + [contents(self.column(name)) for name in self.turns]
        if not columns:
            return pl.Series("text", [""] * self.frame.height, dtype=pl.String)
        if len(columns) == 1:
            return columns[0].fill_null("").alias("text")
        frame = pl.DataFrame([column.alias(str(index)) for index, column in enumerate(columns)])
        return frame.select(pl.concat_str(pl.all(), separator="\n", ignore_nulls=True).alias("text")).to_series()

    def column(self, name: str) -> pl.Series:
        """The column `name` as strings; all null where this part has none."""
        if name in self.frame.columns:
            return self.frame[name]
        return pl.Series(name, [None] * self.frame.height, dtype=pl.String)

    def with_columns(self, *columns: pl.Series | pl.Expr) -> Part:
        """The part with `columns` added or replaced."""
        return replace(self, frame=self.frame.with_columns(*columns))

    def drop(
        self,
        where: pl.Series | pl.Expr,
        reason: str,
        *,
        ref: pl.Series | None = None,
        via: pl.Series | None = None,
        similarity: pl.Series | None = None,
        detail: pl.Series | str | None = None,
    ) -> Part:
        """Mark the records `where` is true as dropped for `reason` (snake_case, a fact in the past tense).

        A record that is already marked keeps its first reason. Null in `where` is not a match. `ref`, `via`,
        `similarity`, `detail`: one value a record, or (detail) one for all.
        """
        frame = self.frame
        mask = where if isinstance(where, pl.Series) else frame.select(where.alias("where")).to_series()
        fresh = pl.Series("fresh", mask.fill_null(False) & self.alive)
        if not fresh.any():
            return self
        values: dict[str, pl.Series | str | None] = {
            "_reason": reason,
            "_stage": self.stage,
            "_step": self.step,
            "_ref": ref,
            "_via": via,
            "_similarity": similarity,
            "_detail": detail,
        }
        columns = [
            pl.when(fresh)
            .then(value if isinstance(value, pl.Series) else pl.lit(value))
            .otherwise(pl.col(name))
            .cast(FATE[name])
            .alias(name)
            for name, value in values.items()
            if value is not None
        ]
        return replace(self, frame=frame.with_columns(columns))

    def note(self, where: pl.Series, detail: str | None = None) -> Part:
        """Say that the records `where` is true were changed; the ledger gets one event for each."""
        ids = self.frame.filter(where.fill_null(False)).select("_id")
        if ids.is_empty():
            return self
        change = ids.with_columns(
            stage=pl.lit(self.stage, dtype=pl.String),
            step=pl.lit(self.step, dtype=pl.String),
            detail=pl.lit(detail, dtype=pl.String),
        )
        return replace(self, changes=(*self.changes, change))

    def with_children(self, children: pl.DataFrame, reason: str = "chunked") -> Part:
        """Replace records by several each: `children` has `_parent` (the `_id` it comes from), `_child`, new columns.

        The children take every other column from their parent; the parent is marked as dropped for `reason`. A record
        that was dropped before has no children.
        """
        children = children.filter(pl.col("_parent").is_in(self.frame["_id"].filter(self.alive).implode()))
        kept = [name for name in self.frame.columns if name == "_id" or name not in (*children.columns, *FATE)]
        parents = self.frame.select(kept).with_columns(pl.coalesce("_root", "_id").alias("_root"))
        parents = parents.drop("_parent", strict=False).rename({"_id": "_parent"})
        new = children.join(parents, on="_parent", how="left", maintain_order="left").with_columns(
            pl.concat_str("_parent", pl.lit("/"), "_child").alias("_id")
        )
        marked = self.drop(self.frame["_id"].is_in(children["_parent"].implode()), reason)
        frame = pl.concat([marked.frame, complete(new)], how="diagonal_relaxed")
        return replace(marked, frame=frame)


def concat(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Frames one below the other; a column that one of them lacks is null there."""
    return pl.concat(parts, how="diagonal_relaxed").rechunk() if parts else pl.DataFrame(schema=RECORD)
