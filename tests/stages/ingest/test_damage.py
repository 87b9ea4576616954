"""Compressed input, and input that cannot be read to its end."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from polars.testing import assert_frame_equal

from prep.stages.ingest.batches import Batch
from prep.stages.ingest.discover import discover
from prep.stages.ingest.read import read
from prep.stages.ingest.settings import Source
from prep.stages.ingest.slices import Slice

Read = Callable[..., Batch]
PACK: dict[str, Callable[[bytes], bytes]] = {"gz": lambda data: gzip.compress(data, mtime=0), "zst": zstandard.compress}
LINES = b"".join(b'{"n":"%d","t":"%d"}\n' % (number, number * 7919 % 10007) for number in range(20_000))
TABLE = b"n,t\n" + b"".join(b"%d,%d\n" % (number, number * 7919 % 10007) for number in range(20_000))


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize(("ending", "data"), [("jsonl", LINES), ("csv", TABLE)])
def test_compressed_input_reads_as_the_plain_one(read_bytes: Read, kind: str, ending: str, data: bytes) -> None:
    """In one member or several, with zero bytes after them, in batches of any size."""
    plain = read_bytes(f"a.{ending}", data).frame.drop("_file", "_id")
    middle = len(data) // 2
    packed = PACK[kind](data[:middle]) + PACK[kind](data[middle:]) + b"\0" * 100
    batch = read_bytes(f"a.{ending}.{kind}", packed, batch_bytes=50_000)
    assert batch.quarantined.is_empty()
    assert_frame_equal(batch.frame.drop("_file", "_id"), plain)
    assert batch.frame["_id"][0] == f"a.{ending}.{kind}:{1 if ending == 'jsonl' else 2}"


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize(("ending", "data"), [("jsonl", LINES), ("csv", TABLE)])
@pytest.mark.parametrize("batch_bytes", [1000, 1 << 24])
def test_rows_before_a_cut_are_kept(read_bytes: Read, kind: str, ending: str, data: bytes, batch_bytes: int) -> None:
    """A file that ends too early is one entry; the whole rows before it are records."""
    packed = PACK[kind](data)
    batch = read_bytes(f"a.{ending}.{kind}", packed[:-20], batch_bytes=batch_bytes)
    assert batch.quarantined.select("place", "reason").rows() == [(f"a.{ending}.{kind}", "truncated_file")]
    plain = read_bytes(f"a.{ending}", data).frame
    assert plain["n"].to_list()[: batch.frame.height] == batch.frame["n"].to_list()
    assert batch.frame["t"].null_count() == 0
    if kind == "gz":  # zst delivers whole blocks, and these data are one or two
        assert batch.frame.height > 19_000


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("ending", ["jsonl", "csv", "txt"])
def test_damage_is_told_from_an_early_end(read_bytes: Read, kind: str, ending: str) -> None:
    """Foreign bytes behind the data, or instead of them, are `corrupt_compression`; nothing packed is an empty file."""
    data = TABLE if ending == "csv" else LINES
    name = f"a.{ending}.{kind}"
    for packed in (PACK[kind](data) + b"junk that is no member", b"junk that is no member"):
        batch = read_bytes(name, packed)
        assert batch.quarantined.select("place", "reason").rows() == [(name, "corrupt_compression")]
    for packed in (PACK[kind](b""), b""):
        assert read_bytes(name, packed).quarantined["reason"].to_list() == ["empty_file"]


@pytest.mark.parametrize("kind", PACK)
def test_a_bomb_is_read_in_bounded_memory(tmp_path: Path, kind: str) -> None:
    """One line of 300 MB out of a few kilobytes is set aside without being held."""
    path = tmp_path / f"a.jsonl.{kind}"
    if kind == "gz":
        with gzip.open(path, "wb", compresslevel=1) as stream:
            for _ in range(300):
                stream.write(b" " * 1_000_000)
    else:
        path.write_bytes(zstandard.compress(b" " * 300_000_000))
    [file] = discover([Source(path=path.name)], tmp_path)
    tracemalloc.start()
    [batch] = read(Source(path=path.name), [(file, Slice(0, 1, 1, ""))], batch_bytes=1 << 20, base=tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert batch.quarantined["reason"].to_list() == ["line_too_long"]
    assert peak < 280_000_000


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.txt", "a.parquet", "a.jsonl.gz"])
def test_a_file_that_may_not_be_read_is_one_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The system's refusal becomes `unreadable_file`."""
    (tmp_path / name).write_bytes(b"x")
    source = Source(path=name)
    pieces = [(file, Slice(0, 1, 1, "")) for file in discover([source], tmp_path)]

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    monkeypatch.setattr("prep.stages.ingest.streams.open", refuse, raising=False)
    monkeypatch.setattr(Path, "stat", refuse)
    [batch] = read(source, pieces, batch_bytes=100, base=tmp_path)
    assert batch.quarantined.select("place", "reason").rows() == [(name, "unreadable_file")]
