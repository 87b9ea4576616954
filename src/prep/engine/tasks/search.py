"""What the search for a file or record that kills its worker asks of a task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Search:
    """Part of a task, or a task without a part of it.

    `rows` [from, to): these of all its records alone. `only_ingest`: name them and go no further. `without`: ids of
    records and (file, offset) of pieces that are set aside.
    """

    rows: tuple[int, int | None] | None = None
    only_ingest: bool = False
    records: tuple[str, ...] = ()
    pieces: tuple[tuple[str, int], ...] = ()

    @classmethod
    def asked(cls, reads: dict[str, Any]) -> Search:
        """As a task says it, in JSON's types."""
        rows, lost = reads.get("rows"), reads.get("without", {})
        return cls(
            rows=tuple(rows) if rows else None,
            only_ingest=reads.get("only_ingest", False),
            records=tuple(lost.get("records", ())),
            pieces=tuple((file, offset) for file, offset in lost.get("pieces", ())),
        )
