"""Do costly work only where a cheap test says that there is some."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import polars as pl


def change_where(text: pl.Series, where: pl.Series, change: Callable[[pl.Series], pl.Series]) -> pl.Series:
    """`text` with `change` applied to the values `where` is true; the others are not copied, null is not a match."""
    places = where.fill_null(False).arg_true()
    if not len(places):
        return text
    if len(places) == len(text):
        return change(text).alias(text.name)
    return _with(text, places, change(text.gather(places)))


def with_values(text: pl.Series, values: Mapping[int, str]) -> pl.Series:
    """`text` with other values in some rows."""
    import polars as pl

    changed = pl.Series(text.name, list(values.values()), dtype=pl.String)
    return _with(text, pl.Series(list(values), dtype=pl.UInt32), changed)


def _with(text: pl.Series, places: pl.Series, changed: pl.Series) -> pl.Series:
    import polars as pl

    order = pl.int_range(len(text), dtype=pl.UInt32, eager=True)
    order = order.scatter(places, pl.int_range(len(text), len(text) + len(places), dtype=pl.UInt32, eager=True))
    return pl.concat([text, changed.alias(text.name)]).gather(order)
