"""Reading workbooks."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook

from prep.stages.ingest.batches import Batch

Read = Callable[..., Batch]


def book(**sheets: list[list[object]]) -> bytes:
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    held = io.BytesIO()
    made.save(held)
    return held.getvalue()


def test_cells_are_text_and_rows_have_the_sheets_numbers(read_bytes: Read) -> None:
    """Whole numbers without a point, dates in ISO form; blank rows and columns are none; a blank name is its place."""
    day = datetime.datetime(2024, 2, 29, 12, 30)
    data = book(
        S=[
            [],
            [None, "id", "t", None, "d", "b"],
            [None, 7, "é\nx", 1.5, day, True],
            [],
            [None, 8, None, 2, None, False],
        ]
    )
    frame = read_bytes("b.xlsx", data).frame
    assert frame.select("_id", "id", "t", "column_3", "d", "b").rows() == [
        ("b.xlsx:3", "7", "é\nx", "1.5", "2024-02-29 12:30:00", "true"),
        ("b.xlsx:5", "8", None, "2", None, "false"),
    ]


def test_every_sheet_with_rows_is_read_or_the_one_that_is_named(read_bytes: Read) -> None:
    """Of several sheets each has its own name in the ids."""
    data = book(A=[["t"], ["x"]], Empty=[], B=[["t", "u"], ["y", "z"]])
    frame = read_bytes("b.xlsx", data).frame
    assert frame.select("_id", "t", "u").rows() == [("b.xlsx/A:2", "x", None), ("b.xlsx/B:2", "y", "z")]
    assert read_bytes("b.xlsx", data, sheet="B").frame.select("_id", "t").rows() == [("b.xlsx:2", "y")]
    assert read_bytes("b.xlsx", data, sheet="C").quarantined["reason"].to_list() == ["sheet_missing"]
    assert read_bytes("b.xlsx", data, batch_bytes=1).frame.equals(frame)


def test_a_name_that_stands_twice_sets_its_sheet_aside(read_bytes: Read) -> None:
    """As in a CSV file."""
    batch = read_bytes("b.xlsx", book(A=[["t", "t"], ["x", "y"]], B=[["t"], ["z"]]))
    assert batch.frame["t"].to_list() == ["z"]
    assert batch.quarantined.select("place", "reason").rows() == [("b.xlsx/A", "duplicate_column")]


def packed(**entries: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty_file"),
        (b"%PDF-1.7", "mislabelled_file"),
        (b"\xd0\xcf\x11\xe0 old", "mislabelled_file"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "encrypted_file"),
        (book(A=[["t"], ["x"]])[:-300], "truncated_file"),
        (packed(**{"word/document.xml": b"<a/>"}), "mislabelled_file"),
        (packed(**{"xl/workbook.xml": b"<workbook/>"}), "corrupt_file"),
        (packed(**{"xl/workbook.xml": b" " * 20_000_000}), "expands_too_much"),
        (book(A=[]), "no_text"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_workbook_is_set_aside(read_bytes: Read, data: bytes, reason: str) -> None:
    """With the reason why."""
    batch = read_bytes("b.xlsx", data, limits={"longest": 1_000_000})
    assert batch.frame.is_empty()
    assert batch.quarantined.select("place", "reason").rows() == [("b.xlsx", reason)]
