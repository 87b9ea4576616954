"""What a run tells while it works; the console shows it, a program may ignore it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from prep.engine.plan import Plan


class Progress(Protocol):
    """A listener to a run."""

    def plan(self, plan: Plan) -> None:
        """The work is known."""

    def segment(self, name: str, tasks: int, reused: int) -> None:
        """A segment begins with so many tasks, of which some are done already."""

    def advance(self) -> None:
        """One task of the segment is done."""

    def finish(self) -> None:
        """The segment is done."""


class Silent:
    """A listener that says nothing."""

    def plan(self, plan: Plan) -> None:
        """Say nothing."""

    def segment(self, name: str, tasks: int, reused: int) -> None:
        """Say nothing."""

    def advance(self) -> None:
        """Say nothing."""

    def finish(self) -> None:
        """Say nothing."""
