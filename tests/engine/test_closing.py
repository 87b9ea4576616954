"""The ledger is put together a range of places at a time, and nobody can tell."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from prep.engine import ledger
from prep.engine.closing import close_ledger
from prep.engine.places import by_place, text_by_place
from prep.errors import PrepError

if TYPE_CHECKING:
    from pathlib import Path

Place = tuple[int, str, int, int]
PLACES = st.tuples(st.integers(0, 1), st.sampled_from(["a", "b", "é", "\U0001f600"]), st.integers(0, 60), st.just(0))


def frame(places: list[Place], **more: Any) -> pl.DataFrame:
    rows = [{"_id": f"{file}:{row} of {source}", "_source": source, "_file": file, "_row": row, "_child": child}
            for source, file, row, child in places]  # fmt: skip
    kinds = {"_id": pl.String} | {name: ledger.EVENTS[name] for name in ledger.PLACES} | {"_parent": pl.String}
    return pl.DataFrame(rows, schema=kinds).with_columns(**more)


def stored(folder: Path, tables: list[pl.DataFrame]) -> list[Path]:
    paths = [folder / f"{number}.parquet" for number in range(len(tables))]
    for path, table in zip(paths, tables, strict=True):
        table.write_parquet(path)
    return paths


@given(st.lists(PLACES, unique=True, max_size=80), st.integers(1, 4), st.data())
@settings(deadline=None, max_examples=40)
def test_ranges_change_no_byte(
    tmp_path_factory: pytest.TempPathFactory, places: list[Place], parts: int, data: st.DataObject
) -> None:
    """However many events are held at a time: the same file, which is all events sorted; the same sums."""
    folder = tmp_path_factory.mktemp("ledger")
    records = frame(places)
    fate = pl.Series([data.draw(st.booleans()) for _ in places], dtype=pl.Boolean)
    ways = [
        ledger.births(records),
        ledger.events(records.filter(fate), "dropped", stage="clean", reason="too_short"),
        ledger.events(records, "changed", seq=100, stage="clean", step="normalize_text"),
    ]
    tables = [way.gather_every(parts, number) for way in ways for number in range(parts)]
    ends = ledger.events(records.filter(~fate), "written", stage="output", split="train", output="train.jsonl")
    paths = stored(folder, tables)
    whole = pl.concat([*tables, ends]).sort(ledger.ORDER, nulls_last=False, maintain_order=True)
    books = []
    for rows in (1, 7, 1_000):
        account = close_ledger(paths, [ends.lazy()], folder / "ledger.parquet", rows=rows)
        books.append((folder / "ledger.parquet").read_bytes())
        assert pl.read_parquet(folder / "ledger.parquet").equals(whole)
        assert account.records()["read"] == len(places)
        assert account.written("train") == ends.height
        assert account.changed_by_step() == ({"normalize_text": len(places)} if places else {})
    assert len(set(books)) == 1


def test_a_record_that_never_ends_is_found_in_any_range(tmp_path: Path) -> None:
    """Of a hundred records in as many ranges the one that is lost is named."""
    records = frame([(0, "a", row, 0) for row in range(100)])
    paths = stored(tmp_path, [ledger.births(records)])
    ends = ledger.events(records.filter(pl.col("_row") != 77), "written").lazy()
    with pytest.raises(PrepError, match=r"1 records, the first is a:77 of 0 \(begun 1 times, ended 0 times\)"):
        close_ledger(paths, [ends], tmp_path / "ledger.parquet", rows=1)


def test_a_name_that_stands_at_two_places_is_found(tmp_path: Path) -> None:
    """Two records of one name, far apart, each begun and ended once, are an error all the same."""
    records = frame([(0, "a", row, 0) for row in range(100)])
    records = records.with_columns(pl.when(pl.col("_row") == 99).then(pl.lit("a:0 of 0")).otherwise("_id").alias("_id"))
    paths = stored(tmp_path, [ledger.births(records)])
    with pytest.raises(PrepError, match=r"1 records, the first is a:0 of 0 \(begun 2 times, ended 2 times\)"):
        close_ledger(paths, [ledger.events(records, "written").lazy()], tmp_path / "ledger.parquet", rows=10)


@example([[]], 2)
@given(st.lists(st.lists(PLACES, max_size=40), max_size=4), st.integers(1, 50))
@settings(deadline=None, max_examples=40)
def test_every_row_stands_in_one_range(
    tmp_path_factory: pytest.TempPathFactory, tables: list[list[Place]], pieces: int
) -> None:
    """Ranges follow one another, and together hold each row once."""
    paths = stored(tmp_path_factory.mktemp("tables"), [frame(places) for places in tables])
    columns = ["_source", "_file", "_row"]
    found = [sorted(pl.concat(frames).select(columns).rows()) for _, frames in by_place(paths, pieces) if frames]
    assert list(chain.from_iterable(found)) == sorted(place[:3] for place in chain.from_iterable(tables))
    texts = [piece.select(ledger.PLACES) for piece in text_by_place(paths)]
    assert all(piece.equals(piece.sort(ledger.PLACES)) for piece in texts)
