"""What a source says to its readers, and the limits on what a file may cost: plain data that travels with a file."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from prep.stages.ingest.settings import Source

Fate = Literal["keep", "drop"]


@dataclass(frozen=True)
class Options:
    """One source's settings that readers act on; `longest`, `expanded` in bytes, `seconds` a document."""

    list: str | None = None
    sheet: str | None = None
    mode: Literal["main", "whole"] = "main"
    delimiter: str | None = None
    encoding: str | None = None
    quoted: Fate = "keep"
    signatures: Fate = "keep"
    longest: int = 64 * 1024 * 1024
    expanded: int = 8 * 1024 * 1024 * 1024
    ratio: int = 100
    members: int = 100_000
    seconds: float = 60.0
    opaque: bool = False
    alone: bool = False  # its source has no other file

    def told(self) -> dict[str, Any]:
        """The settings that differ from their defaults and change how bytes are read, by name."""
        return {
            field.name: getattr(self, field.name)
            for field in fields(self)
            if getattr(self, field.name) != field.default and field.name not in ("opaque", "alone")
        }


DEFAULTS = Options()


def options_of(source: Source) -> Options:
    """The options of a source."""
    limits = source.limits
    return Options(
        source.list,
        source.sheet,
        source.mode or "main",
        source.delimiter,
        source.encoding,
        source.mail.quoted if source.mail else "keep",
        source.mail.signatures if source.mail else "keep",
        limits.longest,
        limits.expanded,
        limits.ratio,
        limits.members,
        limits.seconds,
    )
