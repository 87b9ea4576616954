"""Rows become records: names, constants, ids, joins."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from prep.errors import InputError
from prep.stages.ingest.batches import Batch
from prep.stages.part import RECORD

Read = Callable[..., Batch]


def test_a_frame_has_every_engine_column_in_its_type(read_bytes: Read) -> None:
    """Fresh records are alive, unmade and complete; also where a file has none."""
    for data in (b'{"a":"x"}\n', b"", b"{}\n"):
        frame = read_bytes("f.jsonl", data).frame
        assert {name: frame.schema[name] for name in RECORD} == RECORD
        assert frame["_reason"].null_count() == frame.height
        assert frame["_child"].to_list() == [0] * frame.height


def test_an_id_is_the_column_else_the_place(read_bytes: Read) -> None:
    """A null or blank value falls back to the place; the key is the raw value."""
    data = b'{"k":"a"}\n{"k":null}\n{"k":"  "}\n{"k":17}\n{"x":"y"}\n'
    frame = read_bytes("f.jsonl", data, id="k").frame
    assert frame["_id"].to_list() == ["f.jsonl:a", "f.jsonl@2", "f.jsonl@3", "f.jsonl:17", "f.jsonl@5"]
    assert frame["_key"].to_list() == ["a", None, None, "17", None]
    assert read_bytes("f.jsonl", data, id="nowhere").frame["_key"].null_count() == 5


def test_renaming_comes_first_then_constants_then_the_path_then_the_join(tmp_path: Path, read_source: Read) -> None:
    """Each sees what the one before it gave."""
    (tmp_path / "acme").mkdir()
    (tmp_path / "acme" / "a.csv").write_text("old,_x\nt1,1\nt2,2\n")
    (tmp_path / "names.csv").write_text("client,country,owner\nACME,de,Anna\nacme,fr,Bert\n")
    batch = read_source(
        "*/a.csv",
        id="text",
        columns={"old": "text", "_x": "x"},
        set={"country": "fr", "year": 2024, "live": True},
        from_path=r"(?P<client>\w+)/",
        join={"path": "names.csv", "on": ["client", "country"]},
    )
    assert batch.frame.select("_id", "text", "x", "country", "year", "live", "client", "owner").rows() == [
        ("acme/a.csv:t1", "t1", "1", "fr", "2024", "true", "acme", "Bert"),
        ("acme/a.csv:t2", "t2", "2", "fr", "2024", "true", "acme", "Bert"),
    ]
    assert batch.frame["_json"].to_list() == ['["year","live"]'] * 2


def test_a_path_that_does_not_match_gives_nulls(read_bytes: Read) -> None:
    """The named groups are columns all the same."""
    assert read_bytes("f.jsonl", b"{}\n", from_path="x(?P<client>y)").frame["client"].to_list() == [None]


def test_a_path_that_is_no_text_is_matched_as_it_is_shown(tmp_path: Path, read_source: Read) -> None:
    """Its bytes that are no UTF-8 are escapes, so that they can be a column."""
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/a\xff.jsonl")).write_text("{}")
    frame = read_source("*.jsonl", from_path=r"(?P<stem>.*)\.jsonl$").frame
    assert frame.select("stem", "_file").rows() == [("a\\xff", "a\\xff.jsonl")]


def test_json_columns_follow_their_new_names(read_bytes: Read) -> None:
    """Names may be swapped; a constant is text."""
    data = b'{"a":1,"b":"x","c":[2]}\n{"a":"s","b":3,"c":null}\n'
    frame = read_bytes("f.jsonl", data, columns={"a": "b", "b": "a", "c": "d"}, set={"c": "const"}).frame
    assert frame.select("a", "b", "c").rows() == [("x", "1", "const"), ("3", "s", "const")]
    assert frame["_json"].to_list() == ['["b","d"]', '["a"]']


@pytest.mark.parametrize(
    ("data", "settings", "message"),
    [
        (b'{"_id":"x"}', {}, "the column '_id' begins with an underscore"),
        (b'{"":"x"}', {}, "a column has no name"),
        (b'{"*":"x"}', {}, "the column '*' reads as a pattern"),
        (b'{"^a$":"x"}', {}, "the column '^a$' reads as a pattern"),
        (b'{"a":"x"}', {"set": {"a": "y"}}, "the column a is in the file, and `set` or `from_path` gives it, too"),
        (b'{"a":"x","b":"y"}', {"columns": {"a": "b"}}, "a cannot be renamed to b: b is called so, too"),
        (b'{"a":"x","b":"y"}', {"columns": {"a": "c", "b": "c"}}, "b cannot be renamed to c: a is called so, too"),
    ],
)
def test_a_name_that_is_taken_or_not_allowed_is_an_error(
    read_bytes: Read, data: bytes, settings: dict[str, object], message: str
) -> None:
    """It names the file and says how to rename."""
    with pytest.raises(InputError) as caught:
        read_bytes("f.jsonl", data, **settings)
    assert (caught.value.message, caught.value.where) == (message, "f.jsonl")
    assert "rename" in (caught.value.hint or "")


@pytest.mark.parametrize("batch_bytes", [1, 30, 1 << 20])
def test_many_files_are_the_same_in_batches_of_any_size(tmp_path: Path, read_source: Read, batch_bytes: int) -> None:
    """Also the order of columns, though files have different ones."""
    for number in range(9):
        rows = [{f"c{number % 4}": str(number), "x": number, "d": "v"}, {"late": "z"}]
        (tmp_path / f"{number}.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "t.csv").write_text("d,e\nv,w\n")
    settings = {"set": {"s": "1"}, "from_path": r"(?P<stem>\d)\.", "join": {"path": "t.csv", "on": "d"}}
    whole = read_source("*.jsonl", **settings).frame
    assert whole.height == 18
    assert_frame_equal(read_source("*.jsonl", batch_bytes=batch_bytes, **settings).frame, whole)
    assert whole["e"].to_list() == ["w", None] * 9


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("t.csv", b"k,v\n1,one\n2,\n"),
        ("t.csv", b"\xef\xbb\xbfk;v\r\n1;one\r\n2;\r\n"),
        ("t.tsv", b"k\tv\n1\tone\n2\t\n"),
        ("t.jsonl", b'{"k":"1","v":"one"}\n\n{"k":2,"v":""}\n'),
    ],
)
def test_a_table_is_joined_by_its_text(tmp_path: Path, read_source: Read, name: str, data: bytes) -> None:
    """Rows keep their order; a row without a match, or without a key, gets nulls."""
    (tmp_path / name).write_bytes(data)
    (tmp_path / "a.jsonl").write_text('{"k":"3"}\n{"k":1}\n{"k":null}\n{"k":"2"}\n{"k":"1"}\n')
    frame = read_source("a.jsonl", join={"path": name, "on": "k"}).frame
    assert frame["v"].to_list() == [None, "one", None, "", "one"]


def test_a_parquet_table_is_joined_by_its_text(tmp_path: Path, read_source: Read) -> None:
    """Numbers match the numbers of JSON; lists come as JSON."""
    pl.DataFrame({"k": [1, 2], "v": [["a"], []]}).write_parquet(tmp_path / "t.parquet")
    (tmp_path / "a.jsonl").write_text('{"k":2}\n{"k":1}\n')
    assert read_source("a.jsonl", join={"path": "t.parquet", "on": "k"}).frame["v"].to_list() == ["[]", '["a"]']


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("t.csv", b"k,v\n1,a\n2,b\n1,c\n", "the key 1 stands more than once: in the table's rows 1 and 3"),
        ("t.csv", b"k,v\n1\n", "line 2 has 1 cells, the header has 2"),
        ("t.csv", b'k,v\n1,"a\n', "the row that begins in line 2 is broken"),
        ("t.csv", b"k,v,v\n1,2,3\n", "the column 'v' stands twice"),
        ("t.csv", b"", "the table is empty"),
        ("t.csv", b"k,v\n1,\xff\n", "cannot read this table"),
        ("t.csv", b"x,v\n1,2\n", "the table has no column k"),
        ("t.csv", b"k,a\n1,2\n", "the column a is in the table and in the records"),
        ("t.jsonl", b'{"k":"1"}\n[]\n', "line 2 is not a JSON object"),
        ("t.parquet", b"PAR1", "cannot read this table"),
        ("t.xlsx", b"", "a table is a .csv"),
        ("missing.csv", None, "cannot read this table"),
    ],
)
def test_a_table_that_cannot_be_joined_is_an_error(
    tmp_path: Path, read_source: Read, name: str, data: bytes | None, message: str
) -> None:
    """A broken row, a key that stands twice, a column on both sides."""
    if data is not None:
        (tmp_path / name).write_bytes(data)
    (tmp_path / "a.jsonl").write_text('{"k":"1","a":"x"}\n')
    with pytest.raises(InputError) as caught:
        read_source("a.jsonl", join={"path": name, "on": "k"})
    assert caught.value.message.startswith(message)
    assert name in (caught.value.where or "")
