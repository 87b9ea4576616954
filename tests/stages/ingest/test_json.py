"""Reading JSON files."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.stages.ingest.batches import Batch

Read = Callable[..., Batch]


def entries(batch: Batch) -> list[tuple[str, str]]:
    return batch.quarantined.select("place", "reason").rows()


def test_a_list_is_a_record_an_item(read_bytes: Read) -> None:
    """Ids are places in the list; values that are no strings keep their source text."""
    batch = read_bytes("a.json", b'\xef\xbb\xbf [ {"t": "x", "n": 1.0},\n\n{"t":"y","n":{"b" : 2}} ] \n')
    assert batch.frame.select("_id", "t", "n", "_json").rows() == [
        ("a.json:1", "x", "1.0", '["n"]'),
        ("a.json:2", "y", '{"b" : 2}', '["n"]'),
    ]
    assert batch.quarantined.is_empty()


def test_an_object_is_one_record_or_holds_the_list(read_bytes: Read) -> None:
    """`list` is the way to it; what stands beside it is read over, before and behind."""
    data = b'{"n":2,"data":{"x":[[1]],"items":[{"t":"a"},{"t":"b"}]},"more":null}'
    assert read_bytes("a.json", data).frame.select("_id", "n").rows() == [("a.json:1", "2")]
    assert read_bytes("a.json", data, list="data.items").frame["t"].to_list() == ["a", "b"]


@pytest.mark.parametrize(
    ("data", "path", "found", "reason"),
    [
        (b"", None, [], ("a.json", "empty_file")),
        (b" \n", None, [], ("a.json", "empty_file")),
        (b"[", None, [], ("a.json", "truncated_file")),
        (b'[{"t":"1"},{"t":"2"', None, ["1"], ("a.json:2", "invalid_json")),
        (b'[{"t":"1"},{"t":"2"}', None, ["1", "2"], ("a.json:3", "truncated_file")),
        (b'[{"t":"1"}] x', None, ["1"], ("a.json:2", "invalid_json")),
        (b'[{"t":"1"},]', None, ["1"], ("a.json:2", "invalid_json")),
        (b'[{"t":"1"} {"t":"2"}]', None, ["1"], ("a.json:2", "invalid_json")),
        (b'{"t":"1"}\n{"t":"2"}\n', None, [], ("a.json", "json_lines")),
        (b'{"t":"1"} 2', None, [], ("a.json", "invalid_json")),
        (b"[" * 100_000, None, [], ("a.json", "nested_too_deep")),
        (b'{"a":[]}', "b", [], ("a.json", "list_missing")),
        (b'{"a":{"b":1}}', "a.b", [], ("a.json", "list_missing")),
        (b'[{"t":"1"}]', "a", [], ("a.json", "list_missing")),
        (b'{"a":[{"t":"1"}],"a":[]}', "a", ["1"], ("a.json:2", "duplicate_key")),
        (b'[{"t":"1"},{"t":NaN},3,{"t":"\xff"},{"t":"4"}]', None, ["1", "4"], None),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_is_no_json_is_set_aside_from_there_on(
    read_bytes: Read, data: bytes, path: str | None, found: list[str], reason: tuple[str, str] | None
) -> None:
    """Items before it are records; an item that is broken in itself is set aside alone."""
    batch = read_bytes("a.json", data, list=path)
    assert (batch.frame["t"].to_list() if "t" in batch.frame.columns else []) == found
    alone = [("a.json:2", "not_a_number"), ("a.json:3", "not_an_object"), ("a.json:4", "invalid_utf8")]
    assert entries(batch) == (alone if reason is None else [reason])


def test_an_item_beyond_the_limit_ends_the_file(read_bytes: Read) -> None:
    """It is not held whole."""
    data = b'[{"t":"1"},{"t":"' + b"x" * 5_000_000 + b'"}]'
    batch = read_bytes("a.json", data, limits={"longest": 1000})
    assert batch.frame["t"].to_list() == ["1"]
    assert entries(batch) == [("a.json:2", "document_too_long")]
    assert read_bytes("a.json", data).frame.height == 2


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None)
@given(
    items=st.lists(st.dictionaries(st.text('abcé"\\', min_size=1, max_size=3), VALUES, max_size=4), max_size=6),
    indent=st.sampled_from([None, 0, 2]),
    ascii_only=st.booleans(),
    batch_bytes=st.integers(1, 200),
)
def test_values_come_out_as_they_went_in(
    read_bytes: Read, items: list[dict[str, object]], indent: int | None, ascii_only: bool, batch_bytes: int
) -> None:
    """However the file is written and batched; what is no string parses to what it was."""
    try:
        data = json.dumps({"x": items}, indent=indent, ensure_ascii=ascii_only).encode()
    except UnicodeEncodeError:
        return
    frame = read_bytes("a.json", data, batch_bytes=batch_bytes, list="x").frame
    for item, row in zip(items, frame.iter_rows(named=True), strict=True):
        named = json.loads(row["_json"] or "[]")
        for key, value in item.items():
            text = row[key]
            assert (json.loads(text) if key in named else text) == value


def test_a_list_larger_than_the_window_is_read(read_bytes: Read) -> None:
    """Items lie across the borders of what is read at once."""
    items = [{"n": str(number), "t": "é" * (number * 997 % 5000)} for number in range(700)]
    frame = read_bytes("a.json", json.dumps(items, ensure_ascii=False).encode(), batch_bytes=100_000).frame
    assert frame["n"].to_list() == [item["n"] for item in items]
    assert frame["t"].to_list() == [item["t"] for item in items]
