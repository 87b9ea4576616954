"""Very many very short rows: a batch has an end by what they cost in memory, not by their bytes alone."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import polars as pl
import pytest

from prep.stages.ingest.discover import discover
from prep.stages.ingest.read import read
from prep.stages.ingest.settings import Source
from prep.stages.ingest.slices import scan

if TYPE_CHECKING:
    from pathlib import Path

    from prep.stages.ingest.batches import Batch

COUNT = 20_000
SIZE = 1 << 20


def parquet(group: int) -> bytes:
    stream = io.BytesIO()
    pl.DataFrame({"a": ["x"] * COUNT}).write_parquet(stream, row_group_size=group)
    return stream.getvalue()


def batches(path: Path) -> list[Batch]:
    source = Source(path=path.name)
    [file] = discover([source], path.parent)
    pieces = [(file, piece) for piece in scan(file, SIZE)]
    return list(read(source, pieces, batch_bytes=SIZE, base=path.parent))


@pytest.mark.parametrize(
    ("name", "data", "kept", "lost"),
    [
        ("a.csv", b"a\n" + b"x\n" * COUNT, COUNT, 0),
        ("a.csv", b"a,b\n" + b"x\n" * COUNT, 0, COUNT),
        ("a.csv", b"a,b\n" + b"x,\0\n" * COUNT, 0, COUNT),
        ("a.jsonl", b"{}\n" * COUNT, COUNT, 0),
        ("a.jsonl", b"[]\n" * COUNT, 0, COUNT),
        ("a.json", b"[" + b"{},\n" * (COUNT - 1) + b"{}]", COUNT, 0),
        ("a.parquet", parquet(COUNT), COUNT, 0),
    ],
    ids=["csv", "ragged", "nul", "jsonl", "broken", "json", "parquet"],
)
def test_short_rows_come_in_several_batches(tmp_path: Path, name: str, data: bytes, kept: int, lost: int) -> None:
    """All of them come, and none of the batches holds many more than its bytes allow."""
    path = tmp_path / name
    path.write_bytes(data)
    found = batches(path)
    heights = [batch.frame.height + batch.quarantined.height for batch in found]
    assert len(found) > 1
    assert max(heights) <= SIZE // 128 + 1
    assert sum(batch.frame.height for batch in found) == kept
    assert sum(batch.quarantined.height for batch in found) == lost


def test_tiny_row_groups_are_read_together(tmp_path: Path) -> None:
    """Their rows are those of a file with one group, in the same order and with the same numbers."""
    path = tmp_path / "a.parquet"
    frames = []
    for group in (COUNT, 7):
        pl.DataFrame({"a": [f"row {number}" for number in range(COUNT)]}).write_parquet(path, row_group_size=group)
        frames.append(pl.concat([batch.frame for batch in batches(path)]))
    assert frames[0].equals(frames[1])
