"""The step `join`."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from prep.stages.registry import Names, StepConfig, step

if TYPE_CHECKING:
    from pathlib import Path

    from prep.stages.part import Part


class Join(StepConfig):
    """Add the columns of a small table to the records that have the same value in a column.

    The key must be unique in the table. A record without a match gets nulls; `drop_missing` drops those.
    """

    path: str = Field(description="CSV, TSV, JSONL or Parquet file; relative to the pipeline file, or an address")
    on: Names = Field(description="column, or columns, that both sides have", min_length=1)
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {"path": "labels.csv", "on": "heading"},
            "files": {"labels.csv": "heading,label\nTerm,duration\n"},
            "before": {"heading": "Term", "text": "Two years."},
            "after": {"heading": "Term", "text": "Two years.", "label": "duration"},
        },
        {
            "settings": {"path": "labels.csv", "on": "heading"},
            "files": {"labels.csv": "heading,label\nTerm,duration\n"},
            "before": {"heading": "Fees", "text": "None."},
            "after": {"heading": "Fees", "text": "None.", "label": None},
        },
    )

    def files(self) -> list[str]:
        """The table."""
        return [self.path]

    def columns(self) -> list[str]:
        """The columns that both sides have."""
        return self.on

    def adds(self, base: Path) -> list[str]:
        """The other columns of the table."""
        from prep.stages.tables import load_table

        return [name for name in load_table(base / self.path).columns if name not in self.on]


@step
def join(part: Part, config: Join) -> Part:
    """Add the table's columns; the caller notes the records that got a value."""
    from prep.stages.tables import join_columns, load_table

    path = part.base / config.path
    return replace(part, frame=join_columns(part.frame, load_table(path), config.on, config.path))
