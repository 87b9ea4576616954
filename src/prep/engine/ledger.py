"""The ledger: one event for everything that happens to a record, and the check that none is lost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from prep.errors import PrepError
from prep.stages.part import PLACE

if TYPE_CHECKING:
    from prep.stages.part import Part

EVENTS = {
    "record": pl.String,  # the record's `_id`; the place for quarantined input
    "event": pl.String,  # read created quarantined changed reported dropped assigned selected written exported
    "stage": pl.String,
    "step": pl.String,
    "reason": pl.String,
    "ref": pl.String,  # the record kept, the conversation merged into, the parent of a child
    "via": pl.String,
    "similarity": pl.Float64,
    "split": pl.String,
    "output": pl.String,  # file inside the output directory
    "line": pl.UInt64,  # in that file, from 1
    "detail": pl.String,
    "hash": pl.String,  # of quarantined bytes
    **PLACE,
    "seq": pl.UInt16,  # order of the events of one record
}
# Where in a record's life an event stands; `changed` of one segment keep the order of the steps.
SEQ = {
    "read": 0,
    "created": 1,
    "quarantined": 2,
    "reported": 300,
    "dropped": 400,
    "assigned": 500,
    "selected": 550,
    "written": 600,
    "exported": 601,
}
ORDER = ["_source", "_file", "_row", "_child", "record", "seq", "output"]
PLACES = list(PLACE)
Frame = TypeVar("Frame", pl.DataFrame, pl.LazyFrame)


def events(frame: Frame, event: str, *, seq: int | None = None, **columns: pl.Expr | str) -> Frame:
    """Events of one kind for the records in `frame` (with `_id` and the place columns); `columns` fill in the rest."""
    given = {
        name: pl.lit(value, dtype=pl.String) if isinstance(value, str) else value for name, value in columns.items()
    }
    frame = frame.select(
        pl.col("_id").alias("record"),
        pl.lit(event).alias("event"),
        pl.lit(SEQ[event] if seq is None else seq).alias("seq"),
        *PLACES,
        **given,
    )
    return shaped(frame)


def shaped(frame: Frame) -> Frame:
    """`frame` with every column of an event, in order and of the right type."""
    present = frame.collect_schema()
    return frame.select(
        pl.col(name).cast(kind) if name in present else pl.lit(None, dtype=kind).alias(name)
        for name, kind in EVENTS.items()
    )


def births(frame: pl.DataFrame) -> pl.DataFrame:
    """`read` for records that came from input, `created` for those made out of them, with the parent as `ref`."""
    made = (pl.col("_child") > 0) | pl.col("_parent").is_not_null()
    return pl.concat(
        [
            events(frame.filter(~made), "read", stage="ingest"),
            events(frame.filter(made), "created", ref=pl.col("_parent")),
        ]
    )


def changes(part: Part, first_seq: int = 100) -> pl.DataFrame:
    """`changed` for every note the stages made on the records of `part`."""
    frames = [
        events(
            note.join(part.frame.select("_id", *PLACES), on="_id", how="left", maintain_order="left"),
            "changed",
            seq=first_seq + index,
            stage=pl.col("stage"),
            step=pl.col("step"),
            detail=pl.col("detail"),
        )
        for index, note in enumerate(part.changes)
    ]
    return pl.concat(frames) if frames else pl.DataFrame(schema=EVENTS)


def drops(frame: pl.DataFrame) -> pl.DataFrame:
    """`dropped` for every marked record in `frame`, with its reason and what it was dropped for."""
    fate: dict[str, Any] = {
        name: pl.col(f"_{name}") for name in ("stage", "step", "reason", "ref", "via", "similarity", "detail")
    }
    return events(frame.filter(pl.col("_reason").is_not_null()), "dropped", **fate)


def quarantined(frame: pl.DataFrame) -> pl.DataFrame:
    """`quarantined` for input that never became a record: place, reason, hash."""
    return shaped(
        frame.rename({"place": "record"}).with_columns(
            event=pl.lit("quarantined"), stage=pl.lit("ingest"), seq=pl.lit(SEQ["quarantined"]), _child=pl.lit(0)
        )
    )


def unbalanced(events: pl.DataFrame) -> pl.DataFrame:
    """(record, births, ends, unexplained) of records for which `read + created = dropped + written` does not hold."""
    return (
        events.lazy()
        .filter(pl.col("event") != "quarantined")
        .group_by("record")
        .agg(
            births=pl.col("event").is_in(["read", "created"]).sum(),
            ends=pl.col("event").is_in(["dropped", "written"]).sum(),
            unexplained=((pl.col("event") == "dropped") & pl.col("reason").is_null()).any(),
        )
        .filter((pl.col("births") != 1) | (pl.col("ends") != 1) | pl.col("unexplained"))
        .sort("record")
        .collect()
    )


def check_balance(lost: pl.DataFrame) -> None:
    """Raise where any record is `unbalanced`."""
    if lost.height:
        row = lost.sort("record").row(0, named=True)
        raise PrepError(
            f"the ledger does not add up: {lost.height} records, the first is {row['record']} "
            f"(begun {row['births']} times, ended {row['ends']} times)",
            hint="this is a mistake in prep; nothing was published",
        )
