"""Do costly work only where a cheap test says that there is some."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import polars as pl


def change_where(text: pl.Series, where: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`text` with `change` applied to the values `where` is true; the others are not copied, null is not a match."""
    import polars as pl

    places = where.fill_null(False).arg_true()
    if not len(places):
        return text
    if len(places) == len(text):
        return change(text).alias(text.name)
    changed = change(text.gather(places))
    order = pl.int_range(len(text), dtype=pl.UInt32, eager=True)
    order = order.scatter(places, pl.int_range(len(text), len(text) + len(places), dtype=pl.UInt32, eager=True))
    return pl.concat([text, changed.alias(text.name)]).gather(order)
