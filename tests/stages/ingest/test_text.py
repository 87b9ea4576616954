"""Reading plain text and Markdown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from prep.stages.ingest.batches import Batch

Read = Callable[..., Batch]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"one\r\ntwo\n", "one\r\ntwo\n"),
        ("\ufeffé".encode(), "é"),
        ("é😀".encode("utf-16"), "é😀"),
        ("é".encode("cp1252"), "é"),
        (b"\x93quoted\x94 \x81", "“quoted” \x81"),
        (b" ", " "),
    ],
)
def test_a_text_file_is_one_record(read_bytes: Read, data: bytes, expected: str) -> None:
    """Its id is its name, its row 1, its text the column `text`, whatever its encoding."""
    [record] = read_bytes("a b.txt", data).frame.to_dicts()
    assert (record["_id"], record["_row"], record["text"]) == ("a b.txt", 1, expected)


@pytest.mark.parametrize(("data", "reason"), [(b"", "empty_file"), (b"\x7fELF\0\0", "nul_byte")])
def test_what_is_no_text_is_set_aside(read_bytes: Read, data: bytes, reason: str) -> None:
    """An empty or binary file is one entry whose place is its name."""
    batch = read_bytes("a.txt", data)
    assert batch.frame.is_empty()
    assert batch.quarantined.select("place", "reason").rows() == [("a.txt", reason)]


def test_a_document_beyond_the_limit_is_set_aside(read_bytes: Read) -> None:
    """It is never held whole."""
    assert read_bytes("a.txt", b"x" * 11, limits={"longest": 10}).quarantined["reason"].to_list() == [
        "document_too_long"
    ]
    assert read_bytes("a.txt", b"x" * 10, limits={"longest": 10}).frame.height == 1


def test_front_matter_becomes_columns(read_bytes: Read) -> None:
    """Strings and dates are their source text, numbers and booleans JSON as they stand, nested values JSON."""
    head = "title: A: no\n".replace(": no", " lease") + "date: 2024-02-29\nversion: 1.0\nid: 007\ndraft: true\n"
    head += "none:\ntags: [a, 1.50, {b: null}]\nquoted: '1'\nno: no\n"
    [record] = read_bytes("a.md", f"---\r\n{head}---\r\n# Body\r\n---\n".encode()).frame.to_dicts()
    assert {name: value for name, value in record.items() if not name.startswith("_")} == {
        "title": "A lease",
        "date": "2024-02-29",
        "version": "1.0",
        "id": "007",
        "draft": "true",
        "none": None,
        "tags": '["a",1.50,{"b":null}]',
        "quoted": "1",
        "no": "no",
        "text": "# Body\r\n---\n",
    }
    assert record["_json"] == '["version","draft","tags"]'


@pytest.mark.parametrize(
    "block",
    [
        "a: [1\n",
        "just words\n",
        "a: 1\na: 2\n",
        "a: &x [1]\nb: *x\n",
        "a: &x {b: [*x]}\n",
        "text: mine\n",
        "? [a]\n: b\n",
        "a: " + "[" * 3000 + "\n",
    ],
)
def test_broken_front_matter_stays_in_the_text(read_bytes: Read, block: str) -> None:
    """What is no plain mapping, or would hide the text, is left where it is: nothing is lost."""
    whole = f"---\n{block}---\nBody\n"
    [record] = read_bytes("a.md", whole.encode()).frame.to_dicts()
    assert record["text"] == whole
    assert record["_json"] is None


def test_many_documents_are_one_frame(tmp_path: Path, read_source: Read) -> None:
    """Columns that only some have are null in the others; names are the paths under the pattern's fixed part."""
    for number in range(30):
        (tmp_path / f"{number:02}.md").write_text(f"---\nk{number % 2}: v\n---\n{number}")
    frame = read_source("*.md").frame
    assert frame["_id"].to_list() == [f"{number:02}.md" for number in range(30)]
    assert frame.select("text", "k0", "k1").rows()[:2] == [("0", "v", None), ("1", None, "v")]
