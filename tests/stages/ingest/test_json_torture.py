"""JSON at its edges, in lines and in files."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from prep.stages.ingest.batches import Batch

sys.path.insert(0, str(Path(__file__).parent))
from json_cases import ACCEPT, REFUSE, REFUSE_BYTES

Read = Callable[..., Batch]


def same(text: str | None, is_json: bool, expected: object) -> bool:
    if not is_json:
        return text == expected
    assert text is not None
    return repr(json.loads(text)) == repr(expected)


@pytest.mark.parametrize("name", ["f.jsonl", "f.json"])
def test_what_is_json_is_taken_with_its_value(read_bytes: Read, name: str) -> None:
    """Every value of the list, as the standard library understands it; none is set aside."""
    lines = [f'{{"v": {value}, "n": "{number}"}}' for number, value in enumerate(ACCEPT)]
    data = "\n".join(lines) if name == "f.jsonl" else f"[{','.join(lines)}]"
    batch = read_bytes(name, data.replace("\r", "\t").encode())
    assert batch.quarantined.is_empty()
    for value, text, names in zip(ACCEPT, batch.frame["v"], batch.frame["_json"], strict=True):
        assert same(text, names is not None, json.loads(value)), value


def test_what_is_no_json_is_set_aside_line_by_line(read_bytes: Read) -> None:
    """Every line of the list, and no other; the lines between are read."""
    refused = [value.encode("utf-8", "surrogatepass") for value in REFUSE] + REFUSE_BYTES
    lines = [line for value in refused for line in (b'{"v": ' + value + b"}", b'{"v":"good"}')]
    batch = read_bytes("f.jsonl", b"\n".join(lines))
    assert batch.frame["v"].to_list() == ["good"] * len(refused)
    assert batch.frame["_row"].to_list() == list(range(2, 2 * len(refused) + 1, 2))
    wrong = {2 * number + 1 for number in range(len(refused))} - set(batch.quarantined["_row"].to_list())
    assert wrong == set()


@pytest.mark.parametrize(
    "value", REFUSE_BYTES + [value.encode() for value in REFUSE], ids=lambda value: str(value)[:30]
)
def test_a_file_that_is_no_json_yields_no_record(read_bytes: Read, value: bytes) -> None:
    """As a file of its own, every case ends in an entry."""
    batch = read_bytes("f.json", b'{"v": ' + value + b"}")
    assert batch.frame.is_empty()
    assert batch.quarantined.height >= 1


@pytest.mark.parametrize("line", [b'{"a":1,"a":2}', b'{"a":1,"b":2,"a":1}', b'{"a":1,"\\u0061":2}'])
def test_a_column_that_stands_twice_is_set_aside(read_bytes: Read, line: bytes) -> None:
    """Also where the same name is spelt in two ways."""
    assert read_bytes("f.jsonl", line).quarantined["reason"].to_list() == ["duplicate_key"]
