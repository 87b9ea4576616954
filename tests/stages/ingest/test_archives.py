"""Reading archives and compressed files."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import stat
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard

from prep.stages.ingest.archives import open_member
from prep.stages.ingest.batches import Batch
from prep.stages.ingest.streams import blocks_of

Read = Callable[..., Batch]
LINES = b'{"t":"a"}\n{"t":"b"}\n'


def packed(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return held.getvalue()


def entries(batch: Batch) -> list[tuple[str, str]]:
    return sorted(batch.quarantined.select("place", "reason").rows())


def test_every_member_is_a_file_of_its_own(read_bytes: Read) -> None:
    """With its path in its name, read as its ending says, compressed ones too; hidden files are left out."""
    data = packed(
        ("notes/a.txt", b"Hello"), ("rows.jsonl", LINES), ("z.csv.gz", gzip.compress(b"t\nc\n")),
        ("__MACOSX/a.txt", b"x"), (".hidden.txt", b"x"), ("empty/", b""),
    )  # fmt: skip
    batch = read_bytes("a.zip", data)
    assert batch.frame.select("_id", "text", "t").rows() == [
        ("a.zip/notes/a.txt", "Hello", None),
        ("a.zip/rows.jsonl:1", None, "a"),
        ("a.zip/rows.jsonl:2", None, "b"),
        ("a.zip/z.csv.gz:2", None, "c"),
    ]
    assert batch.quarantined.is_empty()


def test_members_narrows_an_archive_down(read_bytes: Read) -> None:
    """A glob over the paths inside; what no reader knows is set aside otherwise."""
    data = packed(("a/x.txt", b"X"), ("b/y.txt", b"Y"), ("b/c/z.txt", b"Z"), ("pic.png", b"P"))
    assert entries(read_bytes("a.zip", data)) == [("a.zip/pic.png", "no_reader")]
    assert read_bytes("a.zip", data, members="b/**/*.txt").frame["text"].to_list() == ["Z", "Y"]
    assert read_bytes("a.zip", data, members="{a,b}/*.txt").frame["text"].to_list() == ["X", "Y"]
    assert entries(read_bytes("a.zip", data, members="*.pdf")) == [("a.zip", "no_members")]


def test_parquet_and_workbooks_are_read_inside_archives(read_bytes: Read) -> None:
    """Readers that jump about get the member whole."""
    import polars as pl
    from openpyxl import Workbook

    table, book = io.BytesIO(), io.BytesIO()
    pl.DataFrame({"t": ["a", "b"]}).write_parquet(table)
    made = Workbook()
    made.active.append(["t"])
    made.active.append(["c"])
    made.save(book)
    batch = read_bytes("a.zip", packed(("x.parquet", table.getvalue()), ("y.xlsx", book.getvalue())))
    assert batch.frame.select("_id", "t").rows() == [
        ("a.zip/x.parquet:1", "a"),
        ("a.zip/x.parquet:2", "b"),
        ("a.zip/y.xlsx:2", "c"),
    ]


def link(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def test_hostile_members_are_set_aside_and_the_others_read(read_bytes: Read) -> None:
    """Paths that lead out, links, archives in archives: nothing is written anywhere."""
    data = packed(
        ("../../evil.txt", b"x"), ("/etc/evil.txt", b"x"), ("C:\\evil.txt", b"x"), ("..\\evil.txt", b"x"),
        (link("link.txt"), b"/etc/passwd"), ("inner.zip", packed(("a.txt", b"x"))), ("good.txt", b"Good"),
    )  # fmt: skip
    batch = read_bytes("a.zip", data)
    assert batch.frame.select("_id", "text").rows() == [("a.zip/good.txt", "Good")]
    found = [reason for _, reason in entries(batch)]
    assert sorted(found) == ["archive_in_archive", "link_in_archive", *["unsafe_path"] * 4]


def test_broken_and_encrypted_archives_say_so(read_bytes: Read) -> None:
    """An archive that cannot be listed is one entry; a broken member is its own."""
    good = packed(("a.txt", b"hello hello hello hello"), ("b.txt", b"b"))
    assert entries(read_bytes("a.zip", good[:-10])) == [("a.zip", "truncated_file")]
    assert entries(read_bytes("a.zip", b"")) == [("a.zip", "empty_file")]
    assert entries(read_bytes("a.zip", b"hello")) == [("a.zip", "mislabelled_file")]
    at = good.index(b"a.txt") + 7
    broken = read_bytes("a.zip", good[:at] + b"\xff\xff" + good[at + 2 :])
    assert broken.frame["text"].to_list() == ["b"]
    assert entries(broken) == [("a.zip/a.txt", "corrupt_archive")]
    locked = bytearray(good)
    for start in (0, good.index(b"PK\x01\x02") + 2):
        locked[start + 6] |= 1
    batch = read_bytes("a.zip", bytes(locked))
    assert entries(batch) == [("a.zip/a.txt", "encrypted_file")]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_of_two_members_of_one_name_the_last_is_read(read_bytes: Read) -> None:
    """As every program does; the other is set aside."""
    batch = read_bytes("a.zip", packed(("a.txt", b"first"), ("a.txt", b"second")))
    assert batch.frame["text"].to_list() == ["second"]
    assert entries(batch) == [("a.zip/a.txt@1", "duplicate_name")]


def test_bombs_are_set_aside(read_bytes: Read) -> None:
    """By what the archive says it becomes, and by how many files it has; both limits are settings."""
    bomb = packed(("a.txt", b"\0" * 10_000_000))
    small = {"expanded": 1_000_000}
    assert entries(read_bytes("a.zip", bomb, limits=small)) == [("a.zip", "expands_too_much")]
    assert entries(read_bytes("a.zip", bomb)) == [("a.zip/a.txt", "nul_byte")]
    many = packed(*((f"{number}.txt", b"x") for number in range(20)))
    assert entries(read_bytes("a.zip", many, limits={"members": 10})) == [("a.zip", "too_many_members")]
    for name, compress in COMPRESS.items():
        batch = read_bytes(f"a.jsonl.{name}", compress(LINES + b" " * 5_000_000), limits={"expanded": 100_000})
        assert entries(batch)[-1][1] in ("expands_too_much", "line_too_long"), name
        assert batch.frame.height == 2


COMPRESS = {"gz": gzip.compress, "zst": zstandard.compress, "xz": lzma.compress, "bz2": bz2.compress}


@pytest.mark.parametrize("name", COMPRESS)
def test_compressed_files_are_read_and_damage_is_told(read_bytes: Read, name: str) -> None:
    """Several frames one behind the other are one stream; a cut end keeps what came before."""
    compress = COMPRESS[name]
    whole = read_bytes(f"a.jsonl.{name}", compress(LINES) + compress(LINES))
    assert whole.frame["t"].to_list() == ["a", "b", "a", "b"]
    assert whole.quarantined.is_empty()
    assert entries(read_bytes(f"a.jsonl.{name}", compress(LINES)[:-3])) == [(f"a.jsonl.{name}", "truncated_file")]
    assert entries(read_bytes(f"a.jsonl.{name}", b"no such data")) == [(f"a.jsonl.{name}", "corrupt_compression")]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_one_member_with_a_wrong_checksum_is_set_aside_and_the_others_read(read_bytes: Read, method: int) -> None:
    """By whatever method they are packed."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for number in range(3):
            archive.writestr(f"{number}.txt", f"member {number} " * 300)
    data = bytearray(held.getvalue())
    assert read_bytes("a.zip", bytes(data)).frame["text"].to_list() == [f"member {number} " * 300 for number in "012"]
    at = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 1)
    data[at + 16] ^= 1  # the checksum of 1.txt
    batch = read_bytes("a.zip", bytes(data))
    assert batch.frame["_id"].to_list() == ["a.zip/0.txt", "a.zip/2.txt"]
    assert entries(batch) == [("a.zip/1.txt", "corrupt_archive")]


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_member_is_never_unpacked_whole(tmp_path: Path, method: int) -> None:
    """A few hundred bytes that stand for very many are taken block by block."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as archive:
        archive.writestr("a.txt", b"\0" * 100_000_000)
    tracemalloc.start()
    with open_member(tmp_path / "a.zip", "a.txt") as stream:
        size = sum(len(block) for block in blocks_of(stream))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size == 100_000_000
    assert peak < 20_000_000  # LZMA's dictionary among it


FORKED = """
import os, sys
from pathlib import Path
from prep.stages.ingest.archives import open_member

def text():
    with open_member(Path(sys.argv[1]), "a.txt") as stream:
        return stream.read()

assert text() == bytes(range(256)) * 4000
if not os.fork():
    os.closerange(3, 1024)
    other = os.open(sys.argv[0] or "/dev/null", os.O_RDONLY)
    assert text() == bytes(range(256)) * 4000
    os.fstat(other)
    os._exit(7)
sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
"""


def test_a_forked_process_opens_an_archive_anew(tmp_path: Path) -> None:
    """What its parent had open may be closed there, or be another file."""
    (tmp_path / "fork.py").write_text(FORKED)
    (tmp_path / "a.zip").write_bytes(packed(("b.txt", os.urandom(1 << 20)), ("a.txt", bytes(range(256)) * 4000)))
    done = subprocess.run([sys.executable, tmp_path / "fork.py", tmp_path / "a.zip"], check=False)
    assert done.returncode == 7
