"""The tables of sample_data/legal: which row stands where, and how each file is written."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import polars as pl

from . import defects

if TYPE_CHECKING:
    from pathlib import Path

    from .clauses import Clause
    from .defects import Planted

COLUMNS = ("clause_id", "contract_id", "clause_type", "clause", "party", "signed_on", "amount")
# What `fewshot` reads, in its order, with each file's share of the rows.
FEWSHOT_FILES = {
    "clauses_more.jsonl": 0.2,
    "clauses.csv": 0.4,
    "clauses.parquet": 0.2,
    "clauses_bom.csv": 0.1,
    "clauses_cp1252.csv": 0.1,
}
# Broken lines of clauses.jsonl; the other kinds stand in clauses_more.jsonl.
IN_LEGAL = ("invalid_json", "not_a_number", "duplicate_key")
RAGGED = (
    ["RG-0001", "CT-0001", "notices", "Notices are served by hand, or by courier"],
    [
        "RG-0002",
        "CT-0002",
        "payment_terms",
        "Invoices fall due",
        "on the last day",
        "of the month",
        "2024-01-31",
        "",
        "",
    ],
    ["RG-0003"],
)


def spread(rows: list[Clause], planted: list[Planted]) -> dict[str, list[Clause]]:
    """Rows into files in the order they have; what cp1252 cannot write, and mojibake, goes elsewhere."""
    broken = {one.clause.id for one in planted if one.kind == "mojibake"}
    sizes = {name: round(share * len(rows)) for name, share in FEWSHOT_FILES.items()}
    files: dict[str, list[Clause]] = {name: [] for name in FEWSHOT_FILES}
    names = list(FEWSHOT_FILES)
    at = 0
    for row in rows:
        while at < len(names) - 1 and len(files[names[at]]) >= sizes[names[at]]:
            at += 1
        odd = names[at] == "clauses_cp1252.csv" and (row.id in broken or not _fits(row.text, "cp1252"))
        files["clauses_bom.csv" if odd else names[at]].append(row)
    return files


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def write(files: dict[str, list[Clause]], folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Write all tables; returns where broken lines, ragged rows and the empty file stand."""
    kinds = list(defects.BROKEN_LINES)
    broken = _write_jsonl(
        files["clauses.jsonl"], folder / "clauses.jsonl", [kind for kind in kinds if kind in IN_LEGAL]
    )
    broken = [{**one, "pipeline": "legal"} for one in broken]
    more = [kind for kind in kinds if kind not in IN_LEGAL]
    found = _write_jsonl(files["clauses_more.jsonl"], folder / "clauses_more.jsonl", more)
    broken += [{**one, "pipeline": "fewshot"} for one in found]
    ragged = _write_csv(files["clauses.csv"], folder / "clauses.csv", "utf-8", RAGGED)
    _write_csv(files["clauses_bom.csv"], folder / "clauses_bom.csv", "utf-8-sig", ())
    _write_csv(files["clauses_cp1252.csv"], folder / "clauses_cp1252.csv", "cp1252", ())
    frame = pl.DataFrame([_row(row) for row in files["clauses.parquet"]], schema_overrides={"amount": pl.Float64})
    frame.write_parquet(folder / "clauses.parquet")
    (folder / "empty.jsonl").write_bytes(b"")
    return {
        "broken_line": broken,
        "ragged_row": [{**one, "pipeline": "fewshot"} for one in ragged],
        "empty_file": [{"place": "empty.jsonl", "reason": "empty_file", "pipeline": "fewshot"}],
    }


def write_benchmark(items: list[tuple[str, str]], path: Path) -> None:
    """Write the evaluation items, one object a line."""
    rows = [json.dumps({"clause": text, "clause_type": label}, ensure_ascii=False) for text, label in items]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def _row(clause: Clause) -> dict[str, Any]:
    values = (clause.id, clause.contract.id, clause.label, clause.text, clause.contract.names[0])
    signed = clause.contract.signed_on.isoformat()
    return dict(zip(COLUMNS, (*values, signed, float(clause.amount) if clause.amount else None), strict=True))


def _write_jsonl(clauses: list[Clause], path: Path, broken: list[str]) -> list[dict[str, Any]]:
    """One object a line, broken lines strewn in; returns where they stand."""
    lines = []
    for clause in clauses:
        meta = {"kind": clause.contract.kind, "page": clause.contract.number % 9 + 1, "score": 1.0}
        lines.append(json.dumps({**_row(clause), "meta": meta}, ensure_ascii=False).encode())
    step = len(lines) // (len(broken) + 1)
    for number, kind in enumerate(broken, 1):
        lines.insert(number * step, defects.BROKEN_LINES[kind])
    path.write_bytes(b"\n".join(lines) + b"\n")
    return [
        {
            "place": f"{path.name}:{lines.index(defects.BROKEN_LINES[kind]) + 1}",
            "reason": defects.REASONS[kind],
            "what": kind,
        }
        for kind in broken
    ]


def _write_csv(clauses: list[Clause], path: Path, encoding: str, ragged: tuple[list[str], ...]) -> list[dict[str, Any]]:
    """A header and a row a clause, ragged rows strewn in; returns where they begin."""
    rows: list[list[Any]] = [list(_row(clause).values()) for clause in clauses]
    step = len(rows) // (len(ragged) + 1)
    for number, row in enumerate(ragged, 1):
        rows.insert(number * step, list(row))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    found = []
    for row in rows:
        line = text.getvalue().count("\n") + 1
        writer.writerow(["" if value is None else value for value in row])
        if row in [list(one) for one in ragged]:
            found.append({"place": f"{path.name}:{line}", "reason": "ragged_row"})
    path.write_bytes(text.getvalue().encode(encoding))
    return found
