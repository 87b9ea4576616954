"""Large JSON: taken apart by its brackets, block by block, without making anything of the values."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prep.stages.ingest import json_structure
from prep.stages.ingest.batches import Batch
from prep.stages.ingest.json_text import BrokenError, JsonText

Read = Callable[..., Batch]
LARGE = 1 << 20
TEXTS = st.text(st.sampled_from('a"\\[]{},: \n\u00e4\u20ac\U0001f600'), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


class Slowly(io.BytesIO):
    """A stream that gives a few bytes at a time."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(min(size or -1, 7) if size != -1 else 7)


@given(st.lists(VALUES, max_size=6), st.sampled_from([(",", ":"), (" ,\n", " : ")]), st.booleans())
def test_items_are_what_a_parser_finds(items: list[Any], marks: tuple[str, str], plain: bool) -> None:
    """Brackets, quotes and backslashes in strings, and wherever a block ends, change nothing."""
    data = json.dumps(items, separators=marks, ensure_ascii=plain).encode()
    text = JsonText(Slowly(b"\xef\xbb\xbf " + data + b" \n"), 1 << 20)
    assert [json.loads(item) for item in text.items()] == items
    text.end()


@given(st.binary(max_size=40) | st.text(st.sampled_from('[]{},:"\\1a \n'), max_size=30).map(str.encode))
def test_whatever_comes_ends_in_items_or_a_reason(data: bytes) -> None:
    """What is no list of JSON raises one error only; what is one has the items that Python's parser finds."""
    text = JsonText(Slowly(b"[" + data), 1 << 20)
    known = "invalid_json|truncated_file|nested_too_deep"
    try:
        whole = json.loads((b"[" + data).decode("utf-8", "surrogateescape"), strict=False)
    except ValueError:
        with pytest.raises(BrokenError, match=known):
            drained(text)
    else:
        assert drained(text) == len(whole)


def drained(text: JsonText) -> int:
    """How many items a text is that ends with its list."""
    count = sum(1 for _ in text.items())
    text.end()
    return count


@pytest.mark.parametrize("cut", range(1, 9))
def test_an_escape_may_stand_at_the_end_of_a_block(cut: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half of an escape is remembered until the next block comes."""
    monkeypatch.setattr(json_structure, "BLOCK", cut)
    data = rb'"a\\\"],", {"b": "\\"}, ["]"], 3'
    marks = [(place, data[place : place + 1]) for place, _, depth in json_structure.Structure().marks(data)]
    assert [mark for place, mark in marks if mark == b","] == [b","] * 3
    assert json_structure.Structure().depth == 0


def test_large_values_keep_their_text(read_bytes: Read) -> None:
    """A list or an object of more than a mebibyte is the text it has in the file, in a list and in a line."""
    large = "[" + ", ".join(["1.0", '"\\"]é"', '{"a" : []}'] * 60_000) + "]"
    item = f'{{"t": "x", "v\\u0041:" : {large} , "n": 1.50, "o":{{"k":{large}}}}}'
    for name, data in (("a.json", f"[{item},\n {item}]"), ("a.jsonl", f"{item}\n{item}\n")):
        batch = read_bytes(name, data.encode())
        assert batch.quarantined.is_empty()
        assert (
            batch.frame.select("t", "vA:", "n", "o", "_json").rows()
            == [("x", large, "1.50", f'{{"k":{large}}}', '["vA:","n","o"]')] * 2
        )


FAULTS = [
    ("[1, NaN]", "not_a_number"),
    ('["\\ud800 x"]', "lone_surrogate"),
    ("[1 2]", "invalid_json"),
    ("[01]", "invalid_json"),
    ("[" * 201 + "]" * 201, "nested_too_deep"),
    ("[" * 3000 + "]" * 3000, "nested_too_deep"),
    ('["a\0b"]', "nul_byte"),
    ('["\udcff"]', "invalid_utf8"),
    ('["a\tb"]', "invalid_json"),
    ("[" * 190 + "]" * 190, None),
    ('{"a":1,"a":2}', None),
    ("[1e999, 99999999999999999999999]", None),
]


@pytest.mark.parametrize(("value", "reason"), FAULTS, ids=lambda value: str(value)[:12].encode("ascii", "replace"))
def test_large_values_are_judged_as_small_ones(read_bytes: Read, value: str, reason: str | None) -> None:
    """The reason is the same whether a value is kept as its text unmade or looked into by the parser."""
    for filling in ("", " " * LARGE):
        line = f'{{"t": "x", "v": {value[0]}{filling}{value[1:]}}}\n'.encode("utf-8", "surrogateescape")
        batch = read_bytes("a.jsonl", line)
        assert batch.quarantined["reason"].to_list() == ([reason] if reason else [])
        assert batch.frame.height == (reason is None)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"v": [%s], "v": 1}', "duplicate_key"),
        ('{"v": [%s]', "invalid_json"),
        ('{"v": [%s]} x', "invalid_json"),
        ('{"v": [%s}', "invalid_json"),
        ("[[%s]]", "not_an_object"),
        ('{"a": 1, [%s]}', "invalid_json"),
    ],
)
def test_a_line_that_is_broken_around_a_large_value_is_set_aside(read_bytes: Read, line: str, reason: str) -> None:
    """Whole, with a hash of all its bytes, for the same reason as a short one."""
    for filling in ("1", "1," * LARGE + "1"):
        batch = read_bytes("a.jsonl", (line % filling).encode())
        assert batch.quarantined["reason"].to_list() == [reason]


def test_a_large_value_takes_a_few_times_its_bytes(read_bytes: Read) -> None:
    """A list of numbers costs a small multiple of its text, not an object for each of them."""
    data = b'[{"t":"x","v":[' + b"1000," * (4 * LARGE) + b"1]}]"
    tracemalloc.start()
    try:
        read_bytes("a.json", data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 7 * len(data)
