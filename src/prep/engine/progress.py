"""What a run tells while it works; the console shows it, a program may ignore it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from prep.engine.plan import Plan


class Progress(Protocol):
    """A listener to a run."""

    def plan(self, plan: Plan) -> None:
        """The work is known."""

    def segment(self, name: str, tasks: int, reused: int, why: str | None, size: int) -> None:
        """A segment begins with so many tasks, of which some are done already.

        `why`: the reason that the others are not; `size`: bytes of input that all of them read, 0 where none is.
        """

    def advance(self) -> None:
        """One task of the segment is done."""

    def finish(self) -> None:
        """The segment is done."""


class Silent:
    """A listener that says nothing."""

    def plan(self, plan: Plan) -> None:
        """Say nothing."""

    def segment(self, name: str, tasks: int, reused: int, why: str | None, size: int) -> None:
        """Say nothing."""

    def advance(self) -> None:
        """Say nothing."""

    def finish(self) -> None:
        """Say nothing."""
