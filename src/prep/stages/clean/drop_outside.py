"""The step `drop_outside`."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from prep.stages.registry import StepConfig, step

if TYPE_CHECKING:
    import polars as pl

    from prep.stages.part import Part

_DATE = "%Y-%m-%d"


class DropOutside(StepConfig):
    """Drop records whose value in a column lies outside a range.

    Both ends belong to the range. A limit written as a number compares numbers (`12`, `-0.5`, `1e6`; no thousands
    separators), one written as a date compares dates (`2024-01-31`, a time behind it is left aside). Reason:
    `out_of_range`, the detail is the column. A value that is no number or date is `not_comparable`; a missing one
    `value_missing`, unless `missing: keep`.
    """

    column: str = Field(description="column with the value")
    min: float | datetime.date | None = Field(None, description="least value that stays")
    max: float | datetime.date | None = Field(None, description="greatest value that stays")
    missing: Literal["drop", "keep"] = Field("drop", description="what becomes of records without a value")
    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {"column": "rating", "min": 3},
            "before": {"text": "Held.", "rating": "2.5"},
            "reason": "out_of_range",
        },
        {
            "settings": {"column": "date", "min": "2020-01-01", "max": "2024-12-31"},
            "before": {"text": "Held.", "date": "2024-12-31T10:00:00Z"},
            "after": {"text": "Held.", "date": "2024-12-31T10:00:00Z"},
        },
    )

    def columns(self) -> list[str]:
        """The column with the value."""
        return [self.column]

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        limits = [limit for limit in (self.min, self.max) if limit is not None]
        if not limits:
            raise ValueError("needs `min` or `max`")
        if len({isinstance(limit, datetime.date) for limit in limits}) > 1:
            raise ValueError("`min` and `max` must both be numbers or both be dates")
        if self.min is not None and self.max is not None and self.min > self.max:  # type: ignore[operator]
            raise ValueError("`min` must not be greater than `max`")
        return self


@step
def drop_outside(part: Part, config: DropOutside) -> Part:
    """Mark records out of the range; never the value itself, which may be personal."""
    text = part.column(config.column).str.strip_chars()
    missing = text.fill_null("") == ""
    if config.missing == "drop":
        part = part.drop(missing, "value_missing", detail=config.column)
    values = _values(text, is_date=isinstance(config.min if config.min is not None else config.max, datetime.date))
    part = part.drop(~missing & values.is_null(), "not_comparable", detail=config.column)
    if config.min is not None:
        part = part.drop(values < config.min, "out_of_range", detail=config.column)
    if config.max is not None:
        part = part.drop(values > config.max, "out_of_range", detail=config.column)
    return part


def _values(text: pl.Series, *, is_date: bool) -> pl.Series:
    import polars as pl

    if is_date:
        found: pl.Series = text.str.extract(r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ].*)?$").str.to_date(
            _DATE, strict=False
        )
        return found
    values = text.cast(pl.Float64, strict=False)
    return values.set(values.is_nan(), None)
