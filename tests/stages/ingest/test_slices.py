"""How files are cut."""

from __future__ import annotations

import gzip
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import xxhash

from prep.stages.ingest.discover import discover
from prep.stages.ingest.settings import Source
from prep.stages.ingest.slices import Slice, scan, stamp


def cut(path: Path, slice_bytes: int) -> list[Slice]:
    return scan(discover([Source(path=path.name)], path.parent)[0], slice_bytes)


@pytest.mark.parametrize("slice_bytes", [1, 7, 20, 1000])
@pytest.mark.parametrize("end", [b"", b"\n"])
def test_lines_are_cut_on_line_ends(tmp_path: Path, slice_bytes: int, end: bytes) -> None:
    """Slices lie end to end, each ends with a line, knows its first line's number and the hash of its bytes."""
    data = b"\n".join(b"x" * (number % 9) for number in range(50)) + end
    path = tmp_path / "a.jsonl"
    path.write_bytes(data)
    slices = cut(path, slice_bytes)
    at = 0
    for piece in slices:
        assert piece.offset == at
        own = data[at : at + piece.length]
        assert piece.hash == xxhash.xxh3_128_hexdigest(own)
        assert piece.first_row == data[:at].count(b"\n") + 1
        at += piece.length
        assert own.endswith(b"\n") or at == len(data)
    assert at == len(data)
    assert max(piece.length for piece in slices) <= 2 * slice_bytes + 9


def test_what_cannot_be_cut_is_one_slice(tmp_path: Path) -> None:
    """Compressed and UTF-16 files are streamed whole; an empty file is one empty slice."""
    lines = b'{"a":"b"}\n' * 100
    for name, data in {
        "a.jsonl.gz": gzip.compress(lines),
        "u.jsonl": lines.decode().encode("utf-16"),
        "e.jsonl": b"",
    }.items():
        (tmp_path / name).write_bytes(data)
        [piece] = cut(tmp_path / name, 20)
        assert piece == Slice(0, len(data), 1, xxhash.xxh3_128_hexdigest(data), stamp=stamp(tmp_path / name))


def test_parquet_is_cut_by_row_groups(tmp_path: Path) -> None:
    """A slice is whole row groups; it knows how many rows it has, and its hash changes with its content alone."""
    path = tmp_path / "a.parquet"
    frame = pl.DataFrame({"text": [f"row {number} " * 20 for number in range(1000)]})
    frame.write_parquet(path, row_group_size=100)
    slices = cut(path, 1)
    assert [(piece.first_row, piece.rows) for piece in slices] == [(1 + 100 * number, 100) for number in range(10)]
    assert [piece.rows for piece in cut(path, 1 << 30)] == [1000]
    frame.with_columns(
        pl.when(pl.row_index() == 950).then(pl.lit("new")).otherwise("text").alias("text")
    ).write_parquet(path, row_group_size=100)
    assert [old.hash == new.hash for old, new in zip(slices, cut(path, 1), strict=True)] == [True] * 9 + [False]


def test_a_file_that_cannot_be_opened_is_one_slice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading it will say that it is unreadable."""
    path = tmp_path / "a.csv"
    path.write_text("x")
    [file] = discover([Source(path="a.csv")], tmp_path)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert scan(file, 10) == [Slice(0, 1, 1, "unreadable:13")]


def test_finding_and_cutting_files_imports_no_polars() -> None:
    """A run with nothing to do finds its files and looks their formats up: it must start at once."""
    code = (
        "import sys, prep.stages.ingest.discover, prep.stages.ingest.slices\n"
        "from prep.stages.registry import load_readers\n"
        "load_readers()\n"
        "print('polars' in sys.modules, 'ruamel.yaml' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
