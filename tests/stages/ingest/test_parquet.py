"""Reading Parquet."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from prep.stages.ingest.batches import Batch

Read = Callable[..., Batch]


def test_strings_are_themselves_and_other_values_json_text(tmp_path: Path, read_source: Read) -> None:
    """Dates and times are ISO text; `_json` names the columns of a row that hold JSON; null is null."""
    frame = pl.DataFrame(
        {
            "text": ["a", None],
            "int": [1, None],
            "float": [0.1, 2.0],
            "bool": [True, None],
            "list": [["x", "é"], []],
            "struct": [{"p": 1, "q": "r"}, {"p": None, "q": None}],
            "date": [datetime.date(2024, 2, 29), None],
            "time": [datetime.datetime(2024, 1, 2, 3, 4, 5), None],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    first, second = read_source("a.parquet").frame.to_dicts()
    assert {name: first[name] for name in frame.columns} == {
        "text": "a",
        "int": "1",
        "float": "0.1",
        "bool": "true",
        "list": '["x","é"]',
        "struct": '{"p":1,"q":"r"}',
        "date": "2024-02-29",
        "time": "2024-01-02T03:04:05.000000",
    }
    assert first["_json"] == '["int","float","bool","list","struct"]'
    assert second["_json"] == '["float","list","struct"]'
    assert (first["_id"], second["_id"], second["_row"]) == ("a.parquet:1", "a.parquet:2", 2)


def test_numbers_that_json_does_not_have(tmp_path: Path, read_source: Read) -> None:
    """NaN is null, as those mean it who write tables; infinity is a word; decimals keep their digits as numbers."""
    frame = pl.DataFrame(
        {
            "text": ["a", "b", "c"],
            "n": [float("nan"), float("-inf"), 1e300],
            "d": pl.Series(["1.50", None, "12345678901234567890.05"]).cast(pl.Decimal(38, 2)),
            "i": pl.Series([2**100, 1, None], dtype=pl.Int128),
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    rows = read_source("a.parquet").frame.select("n", "d", "i", "_json").rows()
    assert rows == [
        (None, "1.50", str(2**100), '["d","i"]'),
        ("-Infinity", None, "1", '["i"]'),
        ("1e300", "12345678901234567890.05", None, '["n","d"]'),
    ]


@pytest.mark.parametrize(("slice_bytes", "batch_bytes"), [(1, 1), (1, 10_000), (10_000, 700), (1 << 30, 1 << 30)])
def test_cutting_and_batching_change_nothing(
    tmp_path: Path, read_source: Read, slice_bytes: int, batch_bytes: int
) -> None:
    """Row groups and batches of any size give the same records in the same order."""
    frame = pl.DataFrame({"text": [f"row {n} " * (n % 7) for n in range(300)], "n": range(300)})
    frame.write_parquet(tmp_path / "a.parquet", row_group_size=90)
    batch = read_source("a.parquet", slice_bytes=slice_bytes, batch_bytes=batch_bytes)
    assert batch.frame["_row"].to_list() == list(range(1, 301))
    assert_frame_equal(batch.frame.select("text"), frame.select("text"))


def test_a_broken_file_is_one_entry(tmp_path: Path, read_source: Read) -> None:
    """Whether it is no Parquet at all, cut off, empty, or wants a key: its ends and its footer tell."""
    pl.DataFrame({"a": ["x"]}).write_parquet(tmp_path / "cut.parquet")
    whole = (tmp_path / "cut.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(whole[:-20])
    (tmp_path / "locked.parquet").write_bytes(whole[:-4] + b"PARE")
    # A footer that says in its eighth field how the columns are encrypted: an empty structure, and then its end.
    length = int.from_bytes(whole[-8:-4], "little")
    footer = whole[-8 - length : -8].removesuffix(b"\0") + b"\x0c\x10\0\0"
    (tmp_path / "columns.parquet").write_bytes(whole[:4] + b"\xff" * (len(whole) - 12 - length) + footer)
    with (tmp_path / "columns.parquet").open("ab") as handle:
        handle.write(len(footer).to_bytes(4, "little") + b"PAR1")
    (tmp_path / "other.parquet").write_bytes(b"%PDF-1.4")
    (tmp_path / "junk.parquet").write_bytes(b"PAR1 no such thing PAR1")
    (tmp_path / "empty.parquet").write_bytes(b"")
    batch = read_source("*.parquet")
    assert batch.frame.is_empty()
    assert batch.quarantined.select("place", "reason").rows() == [
        ("columns.parquet", "encrypted_file"),
        ("cut.parquet", "truncated_file"),
        ("empty.parquet", "empty_file"),
        ("junk.parquet", "unreadable_parquet"),
        ("locked.parquet", "encrypted_file"),
        ("other.parquet", "mislabelled_file"),
    ]


def test_a_broken_row_group_is_set_aside_alone(tmp_path: Path, read_source: Read) -> None:
    """The groups around it are read; the entry's place is the group's first row."""
    path = tmp_path / "a.parquet"
    pl.DataFrame({"a": [f"{n * 7919 % 1000} text" for n in range(300)]}).write_parquet(path, row_group_size=100)
    data = bytearray(path.read_bytes())
    from prep.stages.ingest.footer import row_groups

    found = row_groups(path)
    assert found is not None
    group = found[1][1]
    data[group.offset : group.offset + group.length] = b"\xff" * group.length
    path.write_bytes(bytes(data))
    for slice_bytes in (1, 1 << 30):
        batch = read_source("a.parquet", slice_bytes=slice_bytes)
        assert batch.frame["_row"].to_list() == [*range(1, 101), *range(201, 301)]
        assert batch.quarantined.select("place", "reason").rows() == [("a.parquet:101", "unreadable_parquet")]


def test_a_table_without_rows_still_has_its_columns(tmp_path: Path, read_source: Read) -> None:
    """So that the check before a run knows them."""
    pl.DataFrame(schema={"a": pl.String, "b": pl.Int64}).write_parquet(tmp_path / "a.parquet")
    assert {"a", "b"} <= set(read_source("a.parquet").frame.columns)
