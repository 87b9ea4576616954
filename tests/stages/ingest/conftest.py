"""Reading files as the engine does: found, cut, read in batches, and put together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from prep.stages.ingest.batches import Batch, quarantine_frame
from prep.stages.ingest.discover import discover
from prep.stages.ingest.read import read
from prep.stages.ingest.settings import Source
from prep.stages.ingest.slices import scan
from prep.stages.part import concat

Read = Callable[..., Batch]


def read_all(base: Path, source: Source, slice_bytes: int, batch_bytes: int) -> Batch:
    pieces = [(file, piece) for file in discover([source], base) for piece in scan(file, slice_bytes)]
    batches = list(read(source, pieces, batch_bytes=batch_bytes, base=base))
    broken = [batch.quarantined for batch in batches if batch.quarantined.height]
    return Batch(concat([batch.frame for batch in batches]), pl.concat(broken) if broken else quarantine_frame([]))


@pytest.fixture(scope="session")
def read_bytes(tmp_path_factory: pytest.TempPathFactory) -> Read:
    """Write one file and read it: `read_bytes("a.jsonl", b"...", slice_bytes=1, id="key")`."""

    def run(
        name: str, data: bytes, *, slice_bytes: int = 1 << 24, batch_bytes: int = 1 << 24, **settings: object
    ) -> Batch:
        base = tmp_path_factory.mktemp("read")
        (base / name).write_bytes(data)
        return read_all(base, Source.model_validate({"path": name, **settings}), slice_bytes, batch_bytes)

    return run


@pytest.fixture
def read_source(tmp_path: Path) -> Read:
    """Read a source whose files lie in `tmp_path`."""

    def run(path: str, *, slice_bytes: int = 1 << 24, batch_bytes: int = 1 << 24, **settings: object) -> Batch:
        return read_all(tmp_path, Source.model_validate({"path": path, **settings}), slice_bytes, batch_bytes)

    return run
