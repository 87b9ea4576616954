"""The step `drop_missing`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from prep.stages.registry import Names, StepConfig, step

if TYPE_CHECKING:
    from prep.stages.part import Part


class DropMissing(StepConfig):
    """Drop records that lack a value in one of the columns.

    Null, empty and blank are missing. Reason: `label_missing` for the pipeline's label, else `value_missing`; the
    detail names the column.
    """

    required: Names = Field(alias="columns", description="columns that must hold a value", min_length=1)
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {"settings": {"columns": ["court"]}, "before": {"text": "Held.", "court": "  "}, "reason": "value_missing"},
        {"settings": {"columns": "court"}, "before": {"court": "Appeal"}, "after": {"court": "Appeal"}},
    )

    def columns(self) -> list[str]:
        """The columns that must hold a value."""
        return self.required


@step
def drop_missing(part: Part, config: DropMissing) -> Part:
    """Mark records with a missing value, the first missing column as the detail."""
    for name in config.required:
        missing = part.column(name).str.strip_chars().fill_null("") == ""
        part = part.drop(missing, "label_missing" if name == part.label else "value_missing", detail=name)
    return part
