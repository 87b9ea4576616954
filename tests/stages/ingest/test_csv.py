"""Reading CSV and TSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from prep.stages.ingest.batches import Batch

Read = Callable[..., Batch]


def rows(batch: Batch, *columns: str) -> list[tuple[object, ...]]:
    return batch.frame.select("_row", *columns).rows()


def reasons(batch: Batch) -> list[tuple[str, str]]:
    return batch.quarantined.select("place", "reason").rows()


def test_quoted_line_ends_belong_to_the_row_and_rows_are_physical_lines(read_bytes: Read) -> None:
    """The header is line 1; a row is where it begins; blank lines are no rows; empty cells are empty strings."""
    batch = read_bytes("f.csv", b'a,b\r\n1,"x\ny\r\nz"\r\n\r\n2,\r\n"q""q",3')
    assert rows(batch, "a", "b") == [(2, "1", "x\ny\r\nz"), (6, "2", ""), (7, 'q"q', "3")]
    assert batch.frame["_id"].to_list() == ["f.csv:2", "f.csv:6", "f.csv:7"]
    assert batch.quarantined.is_empty()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (b"1\n", "ragged_row"),
        (b"1,2,3\n", "ragged_row"),
        (b"1,x\x00y\n", "nul_byte"),
        (b'1,"x"y\n', "invalid_csv"),
        (b"1,x\ry\n", "invalid_csv"),
    ],
)
def test_a_row_that_does_not_fit_is_set_aside(read_bytes: Read, row: bytes, reason: str) -> None:
    """Its neighbours are read; the entry has its place and the hash of its bytes."""
    batch = read_bytes("f.csv", b"a,b\n0,0\n" + row + b"9,9\n")
    assert rows(batch, "a") == [(2, "0"), (4, "9")]
    assert reasons(batch) == [("f.csv:3", reason)]
    assert batch.quarantined["hash"][0] == xxhash.xxh3_128_hexdigest(row)


def test_a_quote_that_never_ends_is_one_entry(read_bytes: Read) -> None:
    """Everything it swallowed is hashed together, and its place is where it begins."""
    batch = read_bytes("f.csv", b'a,b\n1,2\n3,"open\n4,5\n6,7\n')
    assert rows(batch, "a") == [(2, "1")]
    assert reasons(batch) == [("f.csv:3", "unterminated_quote")]
    assert batch.quarantined["hash"][0] == xxhash.xxh3_128_hexdigest(b'3,"open\n4,5\n6,7\n')


@pytest.mark.parametrize(
    ("data", "columns"),
    [
        (b"a,b\n1,2\n", ["a", "b"]),
        (b"a;b\n1,5;2\n", ["a", "b"]),
        (b"a\tb\n1\t2\n", ["a", "b"]),
        (b"a|b\n1|2\n", ["a", "b"]),
        (b'"a,x";b\n1;2\n', ["a,x", "b"]),
        (b"a;b,c\n1;2,x,y\n3;z\n4;w,v\n", ["a", "b,c"]),
        (b"text\none\n", ["text"]),
        (b"\n\n a ,b\n1,2\n", [" a ", "b"]),
        (b"\xef\xbb\xbfa,b\n1,2\n", ["a", "b"]),
        ("a,b\né,2\n".encode("utf-16"), ["a", "b"]),
        (b"a,,c,\n1,2,3,4\n", ["a", "column_2", "c", "column_4"]),
        (b"a,b\r1,2\r3,4\r", ["a", "b"]),
    ],
)
def test_the_header_names_the_columns(read_bytes: Read, data: bytes, columns: list[str]) -> None:
    """The delimiter is found, byte-order marks are no part of a name, a blank name is called by its place."""
    batch = read_bytes("f.csv", data)
    assert [name for name in batch.frame.columns if not name.startswith("_")] == columns
    assert batch.frame.height
    assert batch.quarantined.is_empty()


def test_a_tsv_is_cut_at_tabs_alone(read_bytes: Read) -> None:
    """Whatever else its header holds."""
    assert rows(read_bytes("f.tsv", b"a,b,c\td\n1,2,3\t4\n"), "a,b,c", "d") == [(2, "1,2,3", "4")]


@pytest.mark.parametrize("slice_bytes", [1, 1000])
def test_a_column_twice_in_the_header_sets_the_file_aside(read_bytes: Read, slice_bytes: int) -> None:
    """For one of them would be lost; however finely the file is cut, it is one entry."""
    batch = read_bytes("f.csv", b"a,b,a\n1,2,3\n4,5,6\n", slice_bytes=slice_bytes)
    assert batch.frame.is_empty()
    assert reasons(batch) == [("f.csv", "duplicate_column")]


def test_a_header_alone_yields_no_rows_and_an_empty_file_one_entry(read_bytes: Read) -> None:
    """Neither is an error."""
    batch = read_bytes("f.csv", b"a,b\n")
    assert batch.frame.is_empty()
    assert batch.quarantined.is_empty()
    assert {"a", "b"} <= set(batch.frame.columns)
    assert reasons(read_bytes("f.csv", b"")) == [("f.csv", "empty_file")]
    assert reasons(read_bytes("f.csv", b"\n\r\n")) == [("f.csv", "empty_file")]
    for slice_bytes in (1, 1 << 20):
        late = read_bytes("f.csv", b"\n\n\na,b\n1,2\n3,4\n", slice_bytes=slice_bytes)
        assert (reasons(late), late.frame["b"].to_list()) == ([], ["2", "4"])
    assert reasons(read_bytes("f.csv", b'a,"b\n1,2\n')) == [("f.csv", "invalid_header")]


def test_a_file_that_is_no_utf8_is_legacy_from_its_first_line_on(read_bytes: Read) -> None:
    """The whole file decides, not the batch; no byte is lost, and hashes are of the bytes in the file."""
    early, late = "é,".encode("cp1252"), b"\x80\x9d"
    data = b"a,b\n" + early + b"1\n" + b"x,y\n" * 100 + late + b",2\nragged\xe9\n"
    batch = read_bytes("f.csv", data, batch_bytes=10)
    assert batch.frame["a"][0] == "é"
    assert batch.frame["a"][-1] == "€\x9d"
    assert batch.quarantined["hash"].to_list() == [xxhash.xxh3_128_hexdigest(b"ragged\xe9\n")]


def test_a_large_field_is_read_and_one_beyond_the_limit_set_aside(read_bytes: Read) -> None:
    """The limit of the csv module does not matter; ours does, and the rows behind are read."""
    assert read_bytes("f.csv", b"a,b\n1," + b"x" * 500_000 + b"\n").frame["b"].str.len_bytes().to_list() == [500_000]
    data = b"a,b\n1,2\n3," + b"x" * 500 + b"\n5,6\n" + b'7,"' + b"y\n" * 40 + b"9,9\n"
    batch = read_bytes("f.csv", data, limits={"longest": 50})
    assert rows(batch, "a") == [(2, "1"), (4, "5"), (45, "9")]
    assert reasons(batch)[:3] == [
        ("f.csv:3", "line_too_long"),
        ("f.csv:5", "field_too_long"),
        ("f.csv:31", "ragged_row"),
    ]
    assert batch.quarantined["hash"][0] == xxhash.xxh3_128_hexdigest(b"3," + b"x" * 500 + b"\n")


CELL = st.text(alphabet="ab,;\"'\n\r é\u2028😀", max_size=6)


@settings(max_examples=60, deadline=None)
@given(
    table=st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=8),
    damage=st.lists(st.sampled_from(["1,2\n", "1,2,3,4\n", '1,"x"y,3\n', "1,\0,3\n"]), max_size=3),
    at=st.integers(0, 8),
    batch_bytes=st.integers(1, 200),
    slice_bytes=st.integers(1, 200),
    delimiter=st.sampled_from(",;\t|"),
)
def test_every_row_is_accounted_for_however_it_is_batched(
    read_bytes: Read,
    table: list[tuple[str, str, str]],
    damage: list[str],
    at: int,
    batch_bytes: int,
    slice_bytes: int,
    delimiter: str,
) -> None:
    """Good cells come out as they were written; damaged rows are entries; batches and cuts change nothing."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["x", "y", "z"])
    writer.writerows(table[:at])
    text.write("".join(damage).replace(",", delimiter))
    writer.writerows(table[at:])
    data = text.getvalue().encode()
    whole = read_bytes("f.csv", data)
    assert whole.frame.select("x", "y", "z").rows() == table
    assert whole.quarantined.height == len(damage)
    for row in whole.frame["_row"].to_list() + whole.quarantined["_row"].to_list():
        assert data.split(b"\n")[row - 1]
    cut = read_bytes("f.csv", data, batch_bytes=batch_bytes, slice_bytes=slice_bytes)
    assert_frame_equal(cut.frame, whole.frame)
    assert_frame_equal(cut.quarantined, whole.quarantined)


@pytest.mark.parametrize(
    "header",
    [b"," * 20_000, b"a" * 2_000_000 + b",b", b"\0" * 100, b"a,b\0", b'"' * 3_000_000],
    ids=["many columns", "a long name", "nothing but NULs", "a NUL in a name", "nothing but quotes"],
)
def test_a_header_that_no_table_has_is_set_aside(read_bytes: Read, header: bytes) -> None:
    """Before its columns take memory; rows after it have no names."""
    assert reasons(read_bytes("f.csv", header + b"\n1,2\n")) == [("f.csv", "invalid_header")]


def test_rows_may_be_longer_than_a_header(read_bytes: Read) -> None:
    """The bound on headers is no bound on rows."""
    batch = read_bytes("f.csv", b"a,b\n" + b"x" * 2_000_000 + b",2\n")
    assert batch.frame["a"].str.len_bytes().to_list() == [2_000_000]
