"""The file of records that keep their side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.errors import InputError
from prep.stages.tables import load_table

if TYPE_CHECKING:
    from pathlib import Path

    import polars as pl


def load_frozen(path: Path) -> pl.DataFrame:
    """`id` and `split` of every frozen record. InputError where a column is missing, or a split is none of ours."""
    table = load_table(path)
    missing = {"id", "split"} - set(table.columns)
    if missing:
        raise InputError(f"the frozen file has no column {sorted(missing)[0]}", where=str(path))
    wrong = set(table["split"].drop_nulls()) - {"train", "validation", "test"}
    if wrong:
        raise InputError(f"{sorted(wrong)[0]} is not a split", where=str(path), hint="use train, validation, test")
    found = table.select("id", "split").drop_nulls().unique(maintain_order=True)
    torn = found.filter(found["id"].is_duplicated())
    if torn.height:
        raise InputError(f"{torn['id'][0]} is frozen on two sides", where=str(path), hint="keep one of its rows")
    return found
