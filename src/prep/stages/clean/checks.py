"""What a record step may not do: lose, repeat, reorder or revive records, or leave its marks unsigned."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prep.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.stages.part import Part


def text_columns(part: Part, only: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """The (text columns, columns of turns) of this part that a text step works on; `only` narrows or adds."""
    wanted = [*part.text, *part.turns] if only is None else only
    present = [name for name in dict.fromkeys(wanted) if name in part.frame.columns]
    return [name for name in present if name not in part.turns], [name for name in present if name in part.turns]


def check_kept(before: Part, after: Part, step: str) -> None:
    """Raise InputError when `after` is not `before` in its order, with created records behind at most."""
    import polars as pl

    lost = [name for name in before.frame.columns if name.startswith("_") and name not in after.frame.columns]
    if lost:
        raise InputError(f"the step {step} removed the column {lost[0]}", hint="columns with `_` belong to the engine")
    old, new = before.frame["_id"], after.frame["_id"]
    missing = old.filter(~old.is_in(new.implode()))
    if len(missing):
        raise InputError(
            f"the step {step} lost records without a reason: {len(missing)} of {len(old)}",
            where=missing[0],
            hint="mark them with `part.drop(where, reason)` instead of filtering",
        )
    twice = new.filter(new.is_duplicated() | new.is_null())
    if len(twice):
        raise InputError(
            f"the step {step} returned a record more than once",
            where=twice[0],
            hint="make several of one with `part.with_children`",
        )
    head = new.head(len(old))
    if not (head == old).all():
        moved = head.filter(head != old)
        raise InputError(
            f"the step {step} put the records into another order",
            where=moved[0],
            hint="keep the rows of `part.frame` where they are; created records come last",
        )
    created = after.frame.slice(len(old)).filter(pl.col("_child").fill_null(0) == 0)
    if created.height:
        raise InputError(
            f"the step {step} added records that come from nowhere",
            where=created["_id"][0],
            hint="create records with `part.with_children`",
        )
    revived = old.filter(before.frame["_reason"].ne_missing(after.frame["_reason"].head(len(old))) & ~before.alive)
    if len(revived):
        raise InputError(f"the step {step} changed why a record was dropped", where=revived[0])
    _check_types(after, step)


def _check_types(part: Part, step: str) -> None:
    import polars as pl

    for name, kind in part.frame.schema.items():
        if not name.startswith("_") and kind not in (pl.String, pl.Null):
            raise InputError(
                f"the step {step} made the column {name} {kind} instead of text",
                hint=f"add `.cast(pl.String)` where {name} is made",
            )


def with_marks(before: Part, after: Part) -> Part:
    """`after` with its new marks signed by the step, its untyped columns as text, and all else as `before` had it."""
    import polars as pl

    fresh = after.frame["_reason"].is_not_null()
    fresh &= pl.concat([before.alive, pl.repeat(True, after.frame.height - before.frame.height, eager=True)])
    frame = after.frame.with_columns(pl.col(pl.Null).cast(pl.String))
    if fresh.any():
        frame = frame.with_columns(
            pl.when(fresh).then(pl.lit(before.stage)).otherwise("_stage").cast(pl.String).alias("_stage"),
            pl.when(fresh).then(pl.lit(before.step)).otherwise("_step").cast(pl.String).alias("_step"),
        )
    return replace(before, frame=frame, changes=after.changes, text=after.text, turns=after.turns)
