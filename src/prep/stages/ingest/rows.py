"""What a reader yields: values by column, and broken entries beside them; plain data, no frame yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec
import xxhash

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from prep.stages.blocks import Block
    from prep.stages.ingest.source_file import SourceFile

# How much of a broken entry is kept beside its hash, in bytes.
KEPT_CONTENT = 64 * 1024
# What a row, and a broken entry, counts at least, in bytes: as values in memory the shortest cost more than their text.
LEAST_ROW = 128
_LEAST_BROKEN = 512
MOST_COLUMNS = 16_384  # as many as a sheet of a workbook may have
_ENCODE = msgspec.json.Encoder().encode


@dataclass
class Rows:
    """What a reader yields: whole columns, the row each value stands on, JSON columns by row, and broken entries.

    `places` says for each row where its bytes are (offset and length in the decompressed stream); a reader that
    cannot tell leaves it empty. `size` counts the bytes that were read, `LEAST_ROW` a row at least. A document's reader
    yields one row with the whole text, and says in `blocks` what it is made of.
    """

    file: SourceFile
    columns: Mapping[str, Sequence[str | None]] = field(default_factory=dict)
    rows: list[int] = field(default_factory=list)
    json: list[str | None] = field(default_factory=list)
    broken: list[dict[str, Any]] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    size: int = 0
    blocks: Callable[[], list[Block]] = list  # of a document: its parts in reading order, made when they are asked for
    chunks: list[str | None] = field(default_factory=list)  # of a document in chunks: what each adds to its id

    def quarantine(self, row: int, reason: str, data: bytes, digest: str | None = None) -> None:
        """Set an entry aside: its place, why, and a hash of its bytes (`digest`, where `data` is only their start)."""
        self.broken.append(
            {
                "_source": self.file.source,
                "_file": self.file.name,
                "_row": row,
                "place": f"{self.file.name}:{row}" if row else self.file.name,
                "reason": reason,
                "hash": digest or xxhash.xxh3_128_hexdigest(data),
                "content": data[:KEPT_CONTENT].decode("utf-8", "backslashreplace"),
            }
        )
        self.size += max(len(data), _LEAST_BROKEN)

    def quarantine_file(self, reason: str, data: bytes = b"") -> None:
        """Set the whole file aside, or the rest of it."""
        self.quarantine(0, reason, data)

    def set_columns(self, found: Sequence[Mapping[str, str | None]]) -> None:
        """Make the columns out of one mapping a row."""
        keys = [*found[0]] if found else []
        if all([*values] == keys for values in found):
            cells = zip(*(values.values() for values in found), strict=True)
            self.columns = dict(zip(keys, cells, strict=True)) if keys else {}
            return
        names: dict[str, None] = {}
        for values in found:
            if not names.keys() >= values.keys():
                names.update(dict.fromkeys(values))
        self.columns = {name: [values.get(name) for values in found] for name in names}


def json_names(names: list[str]) -> str | None:
    """The names as `_json` has them."""
    return _ENCODE(names).decode() if names else None
