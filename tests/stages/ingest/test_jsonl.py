"""Reading JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from prep.stages.ingest.batches import Batch

Read = Callable[..., Batch]

GOOD = b'{"a":"1"}'
BROKEN = {
    b"{": "invalid_json",
    b'{"a":"1"} x': "invalid_json",
    b"{'a': 1}": "invalid_json",
    b'{"a":"\\u12"}': "invalid_json",
    b'{"a":"\t"}': "invalid_json",
    b'["a"]': "not_an_object",
    b"1": "not_an_object",
    b"null": "not_an_object",
    b'{"a":1,"a":2}': "duplicate_key",
    b'{"a":{"b":1,"b":2},"a":0}': "duplicate_key",
    b'{"a":NaN}': "not_a_number",
    b'{"a":[1, -Infinity]}': "not_a_number",
    b'{"a":"\\ud800"}': "lone_surrogate",
    b'{"a":"x\\udc00y"}': "lone_surrogate",
    b'{"\\ud800":"a"}': "lone_surrogate",
    b'{"a":"\xff"}': "invalid_utf8",
    b'{"a":"\xed\xa0\x80"}': "invalid_utf8",
    b'{"a":"\x00"}': "nul_byte",
    b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}": "nested_too_deep",
}


@pytest.mark.parametrize(("line", "reason"), BROKEN.items(), ids=lambda value: str(value)[:24])
def test_a_broken_line_is_set_aside_with_its_reason(read_bytes: Read, line: bytes, reason: str) -> None:
    """Its neighbours are read; the entry has the place, the hash of the line's bytes, and its content."""
    batch = read_bytes("f.jsonl", GOOD + b"\n" + line + b"\r\n" + GOOD)
    assert batch.frame["_id"].to_list() == ["f.jsonl:1", "f.jsonl:3"]
    [entry] = batch.quarantined.to_dicts()
    assert (entry["place"], entry["_row"], entry["reason"]) == ("f.jsonl:2", 2, reason)
    assert entry["hash"] == xxhash.xxh3_128_hexdigest(line)
    assert entry["content"] == line.decode("utf-8", "backslashreplace")


@pytest.mark.parametrize(
    "text",
    [
        *("1.0", "1", "-0", "0", "1E5", "1.50e-3", "1e400", "7" * 6000, "true", "false"),
        *('{"b" : [1, 2.0,"x"]}', "[ ]", '{"b":1, "b":2}', '[{"c":{"b":"x","b":"x"}}]'),
    ],
)
def test_a_value_that_is_no_string_keeps_its_source_text(read_bytes: Read, text: str) -> None:
    """Numbers, booleans, objects and arrays are their bytes, and `_json` names the column."""
    frame = read_bytes("f.jsonl", b'{"s":"x","v": ' + text.encode() + b" }\n").frame
    assert frame.select("s", "v", "_json").row(0) == ("x", text, '["v"]')


def test_null_and_a_missing_key_are_null(read_bytes: Read) -> None:
    """Rows may have different keys; columns stand in the order in which they appear."""
    frame = read_bytes("f.jsonl", b'{"a":"1","b":null}\n{"c":"2","a":"3"}\n{}\n').frame
    assert frame.select("a", "b", "c").rows() == [("1", None, None), ("3", None, "2"), (None, None, None)]
    assert frame["_json"].to_list() == [None, None, None]


def test_line_ends_blank_lines_and_a_byte_order_mark(read_bytes: Read) -> None:
    """CR LF is fine, blank lines are no records, U+2028 ends no line, and rows are physical lines."""
    data = b'\xef\xbb\xbf{"a":"1"}\r\n\n   \n{"a":"x\xe2\x80\xa8y\\n"}'
    batch = read_bytes("f.jsonl", data, slice_bytes=1)
    assert batch.frame.select("_row", "a").rows() == [(1, "1"), (4, "x\u2028y\n")]
    assert batch.quarantined.is_empty()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be"])
def test_utf16_with_a_mark_is_read(read_bytes: Read, encoding: str) -> None:
    """Either byte order; a broken character breaks its line alone."""
    mark = "" if encoding == "utf-16" else "\ufeff"
    batch = read_bytes("f.jsonl", (mark + '{"a":"é😀"}\n{"a":"b"}\n').encode(encoding), slice_bytes=8, batch_bytes=1)
    assert batch.frame["a"].to_list() == ["é😀", "b"]
    lone = (mark + '{"a":"é"}\n{"a":"\ud800"}\n{"a":"c"}').encode(encoding, "surrogatepass")
    batch = read_bytes("f.jsonl", lone + b"x")
    assert batch.frame["a"].to_list() == ["é"]
    assert batch.quarantined["reason"].to_list() == ["invalid_utf8", "invalid_utf8"]


def test_a_line_beyond_the_limit_is_set_aside(read_bytes: Read) -> None:
    """It is never held whole; its hash is of all its bytes and the next line is read."""
    line = b'{"a":"' + b"x" * 500 + b'"}\n'
    batch = read_bytes("f.jsonl", GOOD + b"\n" + line + GOOD + b"\n", limits={"longest": 50})
    assert batch.frame["_row"].to_list() == [1, 3]
    [entry] = batch.quarantined.to_dicts()
    assert (entry["place"], entry["reason"]) == ("f.jsonl:2", "line_too_long")
    assert entry["hash"] == xxhash.xxh3_128_hexdigest(line)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.text(min_size=1, max_size=5).filter(lambda name: not name.startswith(("_", "*", "^")))


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.dictionaries(NAMES, JSON, max_size=4), min_size=1, max_size=5), ascii_only=st.booleans())
def test_json_values_travel_verbatim(read_bytes: Read, rows: list[dict[str, object]], ascii_only: bool) -> None:
    """Strings are decoded; every other value is the very text it had in the line."""
    text = "\n".join(json.dumps(row, ensure_ascii=ascii_only) for row in rows)
    batch = read_bytes("f.jsonl", text.encode())
    assert batch.quarantined.is_empty()
    for row, found in zip(rows, batch.frame.to_dicts(), strict=True):
        named = json.loads(found["_json"] or "[]")
        assert named == [name for name, value in row.items() if value is not None and not isinstance(value, str)]
        for name, value in row.items():
            expected = json.dumps(value, ensure_ascii=ascii_only) if name in named else value
            assert found[name] == expected


LINES = st.one_of(
    st.sampled_from([*BROKEN, b"", b"  ", GOOD, b'{"b":2,"c":"x"}', b'{"a":"long ' + b"x" * 80 + b'"}']),
    st.binary(max_size=12).map(lambda data: data.replace(b"\n", b"")),
)


@settings(max_examples=80, deadline=None)
@given(
    lines=st.lists(LINES, min_size=1, max_size=12),
    end=st.sampled_from([b"\n", b"\r\n"]),
    slice_bytes=st.integers(1, 300),
    batch_bytes=st.integers(1, 300),
)
def test_every_line_is_accounted_for_however_it_is_cut(
    read_bytes: Read, lines: list[bytes], end: bytes, slice_bytes: int, batch_bytes: int
) -> None:
    """Records and broken entries are the lines that are not blank, and the same for any slice and batch size."""
    data = b'{"z":"first"}' + end + end.join(lines)
    whole = read_bytes("f.jsonl", data)
    rows = sorted(whole.frame["_row"].to_list() + whole.quarantined["_row"].to_list())
    assert rows == [number for number, line in enumerate(data.split(b"\n"), 1) if line.strip(b" \t\r\n")]
    cut = read_bytes("f.jsonl", data, slice_bytes=slice_bytes, batch_bytes=batch_bytes)
    assert_frame_equal(cut.frame, whole.frame)
    assert_frame_equal(cut.quarantined, whole.quarantined)


@pytest.mark.parametrize("slice_bytes", [1, 1 << 24])
@pytest.mark.parametrize("data", [b"", b" ", b"\xef\xbb\xbf", b" \n\n\t\r\n"])
def test_a_file_of_white_space_is_one_entry(read_bytes: Read, data: bytes, slice_bytes: int) -> None:
    """However it is cut: a file that gives no record must not vanish."""
    batch = read_bytes("a.jsonl", data, slice_bytes=slice_bytes)
    assert batch.quarantined.select("place", "reason").rows() == [("a.jsonl", "empty_file")]


@pytest.mark.parametrize("slice_bytes", [1, 1 << 24])
def test_blank_lines_before_the_first_record_are_no_entry(read_bytes: Read, slice_bytes: int) -> None:
    """The first piece looks on until it finds something."""
    batch = read_bytes("a.jsonl", b"\n \n\n" + b'{"text":"x"}\n', slice_bytes=slice_bytes)
    assert (batch.frame.height, batch.quarantined.height) == (1, 0)
