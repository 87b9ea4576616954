"""Workbooks: a row of a sheet is a record, the first row that is not blank has the names; cells as text."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from prep.stages.ingest.csv_shape import checked_header
from prep.stages.ingest.documents import read_bytes
from prep.stages.ingest.office import declares_entities
from prep.stages.ingest.quiet import quiet
from prep.stages.ingest.rows import LEAST_ROW, Rows
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    import polars as pl

    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile

_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# A workbook is a packed document: unpacked it may be this many times the longest one.
_UNPACKED = 16


@reader(".xlsx", ".xlsm")
def read_xlsx(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:  # noqa: ARG001
    """Read every sheet with rows, or the one that is named; a row's number is the one the sheet shows.

    Of several sheets, each is called by its own name: `prices.xlsx/2024`.
    """
    rows = Rows(file)
    data = read_bytes(rows)
    if data is None:
        yield rows
        return
    reason = _refuse(data, _UNPACKED * file.options.longest)
    if reason is None:
        found, reason = _sheets(data, file.options.sheet)
    if reason is not None:
        rows.quarantine_file(reason, data)
        yield rows
        return
    for name, frame in found:
        named = file if len(found) == 1 else replace(file, name=f"{file.name}/{file.called(name)}")
        yield from _table(named, frame, batch_bytes)


def _refuse(data: bytes, most: int) -> str | None:
    """Why these bytes cannot be a workbook; None where they may be one."""
    if data.startswith(_OLE):
        return "encrypted_file" if _ENCRYPTED in data else "mislabelled_file"
    if not data.startswith(b"PK"):
        return "mislabelled_file"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return "truncated_file"
    if any(entry.flag_bits & 1 for entry in entries):
        return "encrypted_file"
    if not any(entry.filename.lower().endswith("workbook.xml") for entry in entries):
        return "mislabelled_file"
    if sum(entry.file_size for entry in entries) > most:
        return "expands_too_much"
    return "corrupt_file" if declares_entities(data) else None


def _sheets(data: bytes, wanted: str | None) -> tuple[list[tuple[str, pl.DataFrame]], str | None]:
    """The sheets that have cells in them, or why there are none."""
    import fastexcel

    try:
        book = fastexcel.read_excel(data)
        if wanted is not None and wanted not in book.sheet_names:
            return [], "sheet_missing"
        names = [wanted] if wanted is not None else book.sheet_names
        with quiet():  # a cell far out takes more memory than there is, and its worker with it
            found = [(name, _load(book, name)) for name in names]
    except fastexcel.FastExcelError:
        return [], "corrupt_file"
    found = [(name, frame) for name, frame in found if frame.height]
    return found, None if found else "no_text"


def _load(book: Any, name: str) -> pl.DataFrame:
    sheet = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
    frame: pl.DataFrame = sheet.to_polars()
    return frame


def _table(file: SourceFile, frame: pl.DataFrame, batch_bytes: int) -> Iterator[Rows]:
    import polars as pl

    filled = frame.with_row_index("_at", 1).filter(pl.any_horizontal(pl.exclude("_at").is_not_null()))
    used = [name for name in frame.columns if filled[name].null_count() < filled.height]
    head = filled.row(0, named=True)
    names = checked_header([head[name] or "" for name in used])
    if not names:
        broken = Rows(file)
        broken.quarantine_file("duplicate_column", "\t".join(head[name] or "" for name in used).encode())
        yield broken
        return
    body = filled.slice(1)
    width = max(LEAST_ROW, int(body.estimated_size()) // max(1, body.height))
    step = max(1, batch_bytes // width)
    for start in range(0, max(1, body.height), step):
        part = body.slice(start, step)
        columns = {new: part[old].to_list() for new, old in zip(names, used, strict=True)}
        yield Rows(file, columns, part["_at"].to_list(), [None] * part.height, size=width * part.height)
