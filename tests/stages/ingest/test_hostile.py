"""Input that was made to hurt: bombs, depth, loops, files that change; each is an entry, in bounded time."""

from __future__ import annotations

import io
import os
import random
import socket
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from prep.stages.ingest import read as reading
from prep.stages.ingest.batches import Batch
from prep.stages.ingest.discover import discover
from prep.stages.ingest.settings import Source
from prep.stages.ingest.slices import scan
from prep.stages.registry import READERS, Reader

Read = Callable[..., Batch]
SAMPLES = Path(__file__).parents[3] / "sample_data" / "legal" / "contracts"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def entries(batch: Batch) -> list[tuple[str, str]]:
    return batch.quarantined.select("place", "reason").rows()


def docx(document: str | bytes, part: str = "word/document.xml") -> bytes:
    """A sample document with another body, or another part."""
    held = io.BytesIO()
    sample = sorted(SAMPLES.glob("*.docx"))[0]
    with zipfile.ZipFile(sample) as old, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():
            if entry.filename != part:
                new.writestr(entry.filename, old.read(entry))
        new.writestr(part, document)
    return held.getvalue()


LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
PARAGRAPH = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"


def body(inner: str, head: str = "") -> str:
    return f'<?xml version="1.0"?>{head}<w:document xmlns:w="{WORD}"><w:body>{inner}</w:body></w:document>'


HOSTILE = {
    "laughs": body(PARAGRAPH.format("&a9;"), f'<!DOCTYPE x [<!ENTITY a0 "ha">{LAUGHS}]>'),
    "outside": body(PARAGRAPH.format("&x;"), '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "deep": body("<w:tbl><w:tr><w:tc>" * 3000 + PARAGRAPH.format("x") + "</w:tc></w:tr></w:tbl>" * 3000),
    "half": body(PARAGRAPH.format("x"))[:-40],
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_word_documents_are_set_aside(read_bytes: Read, name: str) -> None:
    """Entities that grow, entities that read other files, tables in tables: no text of theirs gets in."""
    batch = read_bytes("a.docx", docx(HOSTILE[name]))
    assert batch.frame.is_empty()
    [(place, reason)] = entries(batch)
    wanted = "nested_too_deep" if name == "deep" else "corrupt_file"
    assert (place, reason) == ("a.docx", wanted)


TYPES = {
    "general": '<!DOCTYPE x [<!ENTITY x SYSTEM "file://{}">]>',
    "parameter": '<!-- <w:document> --><!DOCTYPE x [<!ENTITY % p SYSTEM "file://{}"> %p; <!ENTITY x "a">]>',
    "whole": '<!DOCTYPE x SYSTEM "file://{}">',
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("part", ["document.xml", "footnotes.xml", "styles.xml"])
def test_word_documents_that_name_other_files_are_set_aside(
    read_bytes: Read, tmp_path: Path, part: str, kind: str, encoding: str
) -> None:
    """Beside good text, in any part and in either encoding: it is no record without them."""
    (tmp_path / "secret").write_text("SECRET")
    text = body(PARAGRAPH.format("Good") + PARAGRAPH.format("&x;"), TYPES[kind].format(tmp_path / "secret"))
    text = text.replace("?>", f' encoding="{encoding}"?>', 1)
    batch = read_bytes("a.docx", docx(text.encode(encoding), f"word/{part}"))
    assert batch.frame.is_empty()
    assert entries(batch) == [("a.docx", "corrupt_file")]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml"])
def test_workbooks_that_name_other_files_are_set_aside(read_bytes: Read, tmp_path: Path, part: str, kind: str) -> None:
    """As Word documents are."""
    from openpyxl import Workbook

    (tmp_path / "secret").write_text("SECRET")
    made, held, hostile = Workbook(), io.BytesIO(), io.BytesIO()
    made.active.append(["t"])
    made.active.append(["good"])
    made.save(held)
    with zipfile.ZipFile(held) as old, zipfile.ZipFile(hostile, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            new.writestr(
                entry.filename, TYPES[kind].format(tmp_path / "secret").encode() * (entry.filename == part) + data
            )
    assert entries(read_bytes("a.xlsx", held.getvalue())) == []
    batch = read_bytes("a.xlsx", hostile.getvalue())
    assert batch.frame.is_empty()
    assert entries(batch) == [("a.xlsx", "corrupt_file")]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("ending", ["html", "xhtml", "eml"])
def test_pages_and_mails_get_no_text_of_other_files(read_bytes: Read, tmp_path: Path, ending: str, kind: str) -> None:
    """Their parser reads no document type."""
    (tmp_path / "secret").write_text("SECRET")
    page = f"{TYPES[kind].format(tmp_path / 'secret')}<html><body><p>{'Good words here. ' * 30}&x;</p>"
    page += "<svg><text>&x;</text></svg></body></html>"
    data = f"From: a@b\nSubject: s\nContent-Type: text/html\n\n{page}" if ending == "eml" else page
    batch = read_bytes(f"a.{ending}", data.encode())
    assert entries(batch) == []
    [text] = batch.frame["text"]
    assert "Good words" in text
    assert "SECRET" not in text


@pytest.mark.parametrize("tag", ["div", "b", "table><tr><td", "ul><li", "blockquote"])
def test_deep_pages_are_set_aside_at_once(read_bytes: Read, tag: str) -> None:
    """A hundred elements in one another are read; a hundred thousand are not walked."""
    text = "word " * 200
    assert entries(read_bytes("a.html", f"{f'<{tag}>' * 100}{text}".encode())) == []
    batch = read_bytes("a.html", f"{f'<{tag}>' * 100_000}{text}".encode(), limits={"seconds": 20})
    assert entries(batch) == [("a.html", "nested_too_deep")]


def test_a_line_of_two_hundred_megabytes_is_never_held(tmp_path: Path) -> None:
    """The lines around it are read; memory stays at a few times the limit."""
    with (tmp_path / "a.jsonl").open("wb") as file:
        file.write(b'{"t":"a"}\n{"t":"')
        for _ in range(200):
            file.write(b"x" * 1_000_000)
        file.write(b'"}\n{"t":"b"}\n')
    source = Source.model_validate({"path": "a.jsonl", "limits": {"longest": 4_000_000}})
    pieces = [(file, piece) for file in discover([source], tmp_path) for piece in scan(file, 1 << 24)]
    tracemalloc.start()
    batches = list(reading.read(source, pieces, batch_bytes=1 << 24, base=tmp_path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert pl.concat([batch.frame for batch in batches])["t"].to_list() == ["a", "b"]
    assert [row for batch in batches for row in entries(batch)] == [("a.jsonl:2", "line_too_long")]
    assert peak < 40_000_000


def test_a_document_that_takes_too_long_is_set_aside(read_bytes: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are read; the limit is a setting."""
    slow = READERS["txt"].function

    def read_txt(file: object, piece: object, batch_bytes: int) -> object:
        while "slow" in str(file):
            pass
        return slow(file, piece, batch_bytes)

    monkeypatch.setitem(READERS, "txt", Reader("txt", (".txt",), read_txt))
    assert entries(read_bytes("slow.txt", b"x", limits={"seconds": 0.2})) == [("slow.txt", "took_too_long")]
    assert read_bytes("quick.txt", b"x", limits={"seconds": 0.2}).frame.height == 1


def test_a_reader_that_fails_is_an_entry_that_says_how(read_bytes: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file is set aside, not the run."""

    def read_txt(*_: object) -> object:
        raise ZeroDivisionError("by what")

    read_txt.__module__ = "prep.stages.ingest.readers.text"
    monkeypatch.setitem(READERS, "txt", Reader("txt", (".txt",), read_txt))
    [entry] = read_bytes("a.txt", b"x").quarantined.to_dicts()
    assert (entry["reason"], entry["content"]) == ("reader_failed", "ZeroDivisionError: by what")


@pytest.mark.parametrize("change", ["append", "replace", "delete"])
def test_a_file_that_changes_before_it_is_read_is_set_aside(tmp_path: Path, change: str) -> None:
    """It is not what was cut, and not what its hash says."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b'{"t":"a"}\n' * 10)
    source = Source(path="a.jsonl")
    pieces = [(file, piece) for file in discover([source], tmp_path) for piece in scan(file, 1 << 20)]
    if change == "append":
        with path.open("ab") as file:
            file.write(b'{"t":"b"}\n')
    elif change == "replace":
        path.with_name("new").write_bytes(b'{"t":"c"}\n' * 10)
        path.with_name("new").replace(path)
    else:
        path.unlink()
    [batch] = reading.read(source, pieces, batch_bytes=1 << 20, base=tmp_path)
    assert batch.frame.is_empty()
    assert entries(batch) == [("a.jsonl", "changed_while_read")]


def test_links_in_a_circle_are_walked_once(tmp_path: Path) -> None:
    """Of folders, and of files that lead to themselves."""
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.txt").write_text("x")
    (tmp_path / "in" / "deep" / "up").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "self.txt").symlink_to(tmp_path / "in" / "self.txt")
    (tmp_path / "in" / "gone.txt").symlink_to(tmp_path / "none")
    source = Source(path="in/**/*.txt")
    pieces = [(file, piece) for file in discover([source], tmp_path) for piece in scan(file, 1 << 20)]
    [batch] = reading.read(source, pieces, batch_bytes=1 << 20, base=tmp_path)
    assert batch.frame["_id"].to_list() == ["a.txt"]
    assert entries(batch) == [("gone.txt", "broken_link"), ("self.txt", "broken_link")]


@pytest.mark.parametrize("pattern", ["in/*", "in/**/*.txt", "in/{a,pipe,socket,null,link}.txt"])
def test_pipes_sockets_and_devices_are_set_aside_unopened(tmp_path: Path, pattern: str) -> None:
    """And links to them; the file beside them is read."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("x")
    os.mkfifo(folder / "pipe.txt")
    (folder / "null.txt").symlink_to(os.devnull)
    (folder / "link.txt").symlink_to(folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(os.path.relpath(folder / "socket.txt"))
    source = Source(path=pattern)
    pieces = [(file, piece) for file in discover([source], tmp_path) for piece in scan(file, 1 << 20)]
    [batch] = reading.read(source, pieces, batch_bytes=1 << 20, base=tmp_path)
    assert batch.frame["_id"].to_list() == ["a.txt"]
    names = ["link.txt", "null.txt", "pipe.txt", "socket.txt"]
    assert entries(batch) == [(name, "not_a_file") for name in names]


def mutated(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice([1, 1, 2, 5, 20])):
        at = chance.randrange(len(changed) or 1)
        kind = chance.random()
        if kind < 0.4 and changed:
            changed[at] = chance.randrange(256)
        elif kind < 0.6:
            changed[at : at + chance.randrange(50)] = b""
        elif kind < 0.75:
            del changed[at:]
        else:
            changed[at:at] = changed[at : at + chance.randrange(200)] * chance.randrange(1, 20)
    return bytes(changed)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["docx", "pdf", "html", "md", "xlsx", "zip", "eml"])
def test_damaged_documents_are_records_or_entries(read_bytes: Read, kind: str, capfd: pytest.CaptureFixture) -> None:
    """Bytes changed, cut and doubled by a seeded chance: never an exception, never nothing."""
    chance = random.Random(int(os.environ.get("PREP_SAMPLE_SEED", "7")))
    held = io.BytesIO()
    if kind == "xlsx":
        from openpyxl import Workbook

        made = Workbook()
        for number in range(20):
            made.active.append([f"cell {number}", number, number / 7])
        made.save(held)
    elif kind == "zip":
        with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.txt", "hello " * 50)
    elif kind == "eml":
        held.write(b"From: a@b\nDate: Mon, 3 Feb 2025 10:12:00 +0100\nContent-Type: multipart/mixed; boundary=x\n\n")
        held.write(b"--x\nContent-Type: text/html; charset=utf-8\n\n<p>hello</p>\n--x--\n")
    samples = [path.read_bytes() for path in sorted(SAMPLES.glob(f"*.{kind}"))] or [held.getvalue()]
    for _ in range(25):
        batch = read_bytes(f"a.{kind}", mutated(chance.choice(samples), chance))
        assert batch.frame.height + batch.quarantined.height >= 1
    assert "panicked" not in capfd.readouterr().err


@pytest.mark.slow
def test_damaged_parquet_is_records_or_entries(read_bytes: Read, capfd: pytest.CaptureFixture) -> None:
    """What the native reader prints while it fails is not shown."""
    chance = random.Random(int(os.environ.get("PREP_SAMPLE_SEED", "7")))
    data = (SAMPLES.parent / "clauses.parquet").read_bytes()
    for _ in range(60):
        batch = read_bytes("a.parquet", mutated(data, chance), columns={"": "none"})
        assert batch.frame.height + batch.quarantined.height >= 1
    assert "panicked" not in capfd.readouterr().err


@pytest.mark.parametrize("slice_bytes", [1, 1 << 20])
def test_rows_with_forbidden_columns_are_set_aside_among_other_files(tmp_path: Path, slice_bytes: int) -> None:
    """Each on its own, in every format; rows without a value there are read."""
    (tmp_path / "a.jsonl").write_text('{"t":"a"}\n{"t":"b","_id":"1"}\n{"":"x"}\n{"t":"c","_id":null}\n')
    (tmp_path / "b.csv").write_text("t,^x$\n1,2\n3,4\n")
    source = Source(path="*.{jsonl,csv}")
    pieces = [(file, piece) for file in discover([source], tmp_path) for piece in scan(file, slice_bytes)]
    [batch] = reading.read(source, pieces, batch_bytes=1 << 20, base=tmp_path)
    assert batch.frame.select("_id", "t").rows() == [("a.jsonl:1", "a"), ("a.jsonl:4", "c")]
    assert [place for place, reason in entries(batch)] == ["a.jsonl:2", "a.jsonl:3", "b.csv:2", "b.csv:3"]
    assert set(batch.quarantined["reason"]) == {"forbidden_column"}
