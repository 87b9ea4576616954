"""An input file as plain data: whose it is, what it is called, where it lies and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prep.stages.ingest.options import DEFAULTS, Options


@dataclass(frozen=True)
class SourceFile:
    """One input file: the source it belongs to (from 0), its name in ids, where it lies, and how to read it.

    `member` is its path inside the archive at `path`. A file with `refused` is not read: it is quarantined for that
    reason. `given` are the source's options where they are not the defaults.
    """

    source: int
    name: str
    path: Path
    format: str
    compression: str | None
    relative: str  # POSIX path as seen from the pipeline file, as the file system has it: not always text
    member: str | None = None
    refused: str | None = None
    given: Options | None = None

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SourceFile:
        """The file that `asdict` described."""
        given = data["given"]
        return cls(**data | {"path": Path(data["path"]), "given": Options(**given) if given else None})

    @property
    def options(self) -> Options:
        """What the source says to its readers."""
        return self.given or DEFAULTS

    @property
    def way(self) -> str:
        """How the file is read, as a text: the same bytes read the same way are cut in the same way."""
        told = sorted(self.options.told().items())
        return (
            f"{self.format}:{self.compression}"
            + (f":{self.member}" if self.member else "")
            + (f":{told}" if told else "")
        )
