"""What a reader yields: values by column, and broken entries beside them; plain data, no frame yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import xxhash

if TYPE_CHECKING:
    from prep.stages.ingest.discover import SourceFile


@dataclass
class Rows:
    """What a reader yields: values by column, the row each stands on, JSON columns by row, and broken entries."""

    file: SourceFile
    columns: dict[str, list[str | None]] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    json: list[str | None] = field(default_factory=list)
    broken: list[dict[str, Any]] = field(default_factory=list)
    size: int = 0

    def quarantine(self, row: int, reason: str, data: bytes) -> None:
        """Set an entry aside: its place, why, and a hash of its bytes."""
        place = f"{self.file.name}:{row}" if row else self.file.name
        self.broken.append(
            {
                "_source": self.file.source,
                "_file": self.file.name,
                "_row": row,
                "place": place,
                "reason": reason,
                "hash": xxhash.xxh3_128_hexdigest(data),
                "content": data.decode("utf-8", "backslashreplace"),
            }
        )

    def quarantine_file(self, reason: str, data: bytes = b"") -> None:
        """Set the whole file aside."""
        self.quarantine(0, reason, data)
