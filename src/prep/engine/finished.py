"""What the tasks of a run leave to publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from prep.engine.parts import PartFiles


@dataclass(frozen=True)
class Finished:
    """What the tasks of a run left: the folders to publish from, and the facts in their done-marks."""

    read: list[PartFiles]
    transformed: list[PartFiles]
    written: list[PartFiles]
    decided: Path
    assigned: Path
    bank: Path | None
    facts: dict[str, Any]
