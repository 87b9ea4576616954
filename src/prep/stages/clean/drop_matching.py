"""The step `drop_matching`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from prep.stages.clean.keep_matching import Matching
from prep.stages.registry import step

if TYPE_CHECKING:
    from prep.stages.part import Part


class DropMatching(Matching):
    """Drop records that match one of the patterns.

    A pattern may match anywhere; `^` and `$` are the ends of the text, with `(?m)` in front those of a line. A null
    matches nothing. Reason: `matching`; the detail is the pattern.
    """

    example: ClassVar[tuple[dict[str, Any], ...]] = (
        {
            "settings": {"matching": ["(?i)lorem ipsum"]},
            "before": "Lorem ipsum dolor sit amet.",
            "reason": "matching",
        },
        {
            "settings": {"matching": "^draft", "on": "status"},
            "before": {"text": "draft", "status": "final"},
            "after": {"text": "draft", "status": "final"},
        },
    )


@step
def drop_matching(part: Part, config: DropMatching) -> Part:
    """Mark records that match a pattern as `matching`; the detail is the pattern."""
    found = config.found(part)
    return part.drop(found.is_not_null(), "matching", detail=found)
