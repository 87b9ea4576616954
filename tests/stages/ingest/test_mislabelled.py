"""Compressed data where a name says otherwise, and objects whose keys are values."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from prep.stages.ingest import read as reading
from prep.stages.ingest.batches import Batch
from prep.stages.ingest.discover import discover
from prep.stages.ingest.settings import Source
from prep.stages.ingest.slices import scan

Read = Callable[..., Batch]


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.csv", "a.txt", "a.json", "a.md", "a.html"])
def test_compressed_data_under_a_name_of_text_is_mislabelled(read_bytes: Read, name: str) -> None:
    """Also inside the compression that its name does tell; never a line with zero bytes in it."""
    data = gzip.compress(b'{"text":"a"}\n')
    batch = read_bytes(name, gzip.compress(data) if name.endswith(".gz") else data)
    assert batch.quarantined.select("place", "reason").rows() == [(name, "mislabelled_file")]
    assert batch.frame.is_empty()


def test_a_file_compressed_twice_is_an_entry_among_the_others(tmp_path: Path) -> None:
    """Its name says so; the run over the folder goes on."""
    (tmp_path / "a.jsonl.gz.zst").write_bytes(b"x")
    (tmp_path / "b.jsonl").write_bytes(b'{"text":"b"}\n')
    source = Source(path="*.{jsonl,zst}")
    pieces = [(file, piece) for file in discover([source], tmp_path) for piece in scan(file, 1 << 20)]
    batches = list(reading.read(source, pieces, batch_bytes=1 << 20, base=tmp_path))
    assert [row for batch in batches for row in batch.frame["_id"].to_list()] == ["b.jsonl:1"]
    found = [row for batch in batches for row in batch.quarantined.select("place", "reason").rows()]
    assert found == [("a.jsonl.gz.zst", "compressed_twice")]


@pytest.mark.parametrize("name", ["a.jsonl", "a.json"])
def test_keys_that_should_be_values_take_no_memory(read_bytes: Read, name: str) -> None:
    """An object with more keys than a sheet has columns is set aside, and one that brings all rows' keys over that."""
    wide = ",".join(f'"k{at}":1' for at in range(200_000))
    rows = [f'{{"text":"x",{wide}}}', '{"text":"a"}']
    rows += ["{" + ",".join(f'"{at}_{key}":1' for key in range(1000)) + "}" for at in range(20)]
    text = "\n".join(rows) if name == "a.jsonl" else f"[{','.join(rows)}]"
    batch = read_bytes(name, text.encode())
    reasons = batch.quarantined["reason"].to_list()
    assert reasons == ["too_many_columns"] * 5
    assert batch.frame.height == 17
