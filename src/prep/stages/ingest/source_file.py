"""An input file as plain data: whose it is, what it is called, where it lies and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from prep.stages.ingest.options import DEFAULTS, Options

BROKEN_LINK, NOT_A_FILE = "broken_link", "not_a_file"
NEVER_OPENED = (BROKEN_LINK, NOT_A_FILE)  # opening a pipe waits for its other end


def opaque(name: str) -> str:
    """A hash that stands for a name in ids: 20 hex digits, the same in every run."""
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=10, person=b"prep").hexdigest()


@dataclass(frozen=True)
class SourceFile:
    """One input file: the source it belongs to (from 0), its name in ids, where it lies, and how to read it.

    `member` is its path inside the archive at `path`. A file with `refused` is not read: it is quarantined for that
    reason. `given` are the source's options where they are not the defaults.
    """

    source: int
    name: str
    place: str  # where it lies: a path as text, of which there may be very many
    format: str
    compression: str | None
    relative: str  # POSIX path as seen from the pipeline file, as the file system has it: not always text
    member: str | None = None
    refused: str | None = None
    given: Options | None = None

    @property
    def path(self) -> Path:
        """Where the file lies."""
        return Path(self.place)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> SourceFile:
        """The file that `as_dict` described."""
        given = data["given"]
        return cls(**data | {"given": Options(**given) if given else None})

    def as_dict(self) -> dict[str, Any]:
        """The file as JSON data."""
        return self.__dict__ | {"given": self.given.__dict__ if self.given else None}

    def listed(self, *, opaque: bool) -> str:
        """What a manifest calls the file that holds it: relative to the pipeline file, or as ids call it."""
        name, inner = (self.name, None) if opaque else (self.relative, self.member)
        return name if inner is None else name.removesuffix(f"/{inner}")

    def called(self, *names: str) -> str:
        """Names inside the file as ids have them: as they are, or as hashes."""
        return "/".join(opaque(name) if self.options.opaque else name for name in names)

    @property
    def options(self) -> Options:
        """What the source says to its readers."""
        return self.given or DEFAULTS

    @property
    def way(self) -> str:
        """How the file is read, as a text: the same bytes read the same way are cut in the same way."""
        if self.given is None and self.member is None:
            return f"{self.format}:{self.compression}"
        told = sorted(self.given.told().items()) if self.given else []
        return (
            f"{self.format}:{self.compression}"
            + (f":{self.member}" if self.member else "")
            + (f":{told}" if told else "")
        )
