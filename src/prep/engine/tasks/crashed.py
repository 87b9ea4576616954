"""What killed a worker, set aside: whole pieces of input before they are read, records before a step sees them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl
import xxhash

from prep.stages.ingest.batches import Batch, quarantine_frame
from prep.stages.part import RECORD

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prep.engine.plan import ReadTask

CRASHED = "worker_crashed"


def without_pieces(task: ReadTask, lost: Sequence[tuple[str, int]]) -> tuple[ReadTask, Batch | None]:
    """The task without the pieces `lost`; these as a batch of what could not be read."""
    if not lost:
        return task, None
    kept = [(file, piece) for file, piece in task.pieces if (file.name, piece.offset) not in lost]
    rows = [
        _entry(file.source, file.name, piece.first_row if piece.offset else 0, piece.hash)
        for file, piece in task.pieces
        if (file.name, piece.offset) in lost
    ]
    return replace(task, pieces=kept), Batch(pl.DataFrame(schema=RECORD), quarantine_frame(rows))


def window(batches: Iterator[Batch], rows: tuple[int, int | None] | None) -> Iterator[Batch]:
    """The batches with the records number `rows` [from, to) of all alone."""
    begun = 0
    for batch in batches:
        height = batch.frame.height
        if rows is not None:
            edges = [edge if edge is None else max(edge - begun, 0) for edge in rows]
            batch = replace(batch, frame=batch.frame[slice(*edges)])
        yield batch
        begun += height


def set_aside(batch: Batch, records: Sequence[str]) -> Batch:
    """The batch with these records among what could not be read."""
    if not records:
        return batch
    lost = batch.frame["_id"].is_in(records)
    places = batch.frame.filter(lost).select("_source", "_file", "_row", "_id").iter_rows()
    rows = [
        _entry(source, file, row, xxhash.xxh3_128_hexdigest(name.encode("utf-8", "surrogatepass")), name)
        for source, file, row, name in places
    ]
    return Batch(batch.frame.filter(~lost), pl.concat([batch.quarantined, quarantine_frame(rows)]))


def _entry(source: int, file: str, row: int, digest: str, place: str | None = None) -> dict[str, Any]:
    told = place or (f"{file}:{row}" if row else file)
    return {
        "_source": source, "_file": file, "_row": row, "place": told, "reason": CRASHED, "hash": digest, "content": None
    }  # fmt: skip
