"""sample_data/legal: the tables, and what was planted in them."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from . import defects
from .clauses import Clause, make_clauses
from .similarity import similar_pairs

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from .defects import Planted

# In the order in which the pipeline names them, with each file's share of the clauses.
FILES = {
    "clauses.jsonl": 0.52,
    "clauses.csv": 0.22,
    "clauses.parquet": 0.16,
    "clauses_bom.csv": 0.05,
    "clauses_cp1252.csv": 0.05,
}
COLUMNS = ("clause_id", "contract_id", "clause_type", "clause", "party", "signed_on", "amount")
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


@dataclass
class Legal:
    """Rows by file in their order, and planted records by kind."""

    files: dict[str, list[Clause]]
    planted: list[Planted]
    broken: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def make_legal(rng: Random) -> Legal:
    """Clauses in files, and every kind of defect among them; checks that nothing else is similar."""
    clauses = make_clauses(rng)
    plain = [one for one in clauses if one.text.isascii() and 55 <= len(one.text.split()) <= 120]
    foreign = [one for one in clauses if not one.text.isascii()]
    material = [one for one in foreign if defects.is_mojibake_material(one)]
    rng.shuffle(plain)
    rng.shuffle(material)
    planted = [defects.garble(one) for one in material[:10]]
    planted += defects.label_missing(plain[:9])
    planted += defects.too_short(plain[9:17], rng)
    planted += [defects.with_page_line(one, rng) for one in plain[17:23]]
    spares, originals = plain[23:69], plain[69:]
    planted += _copies(spares, originals, rng)
    changed = {one.clause.id: one.clause for one in planted}
    rows = [changed.get(one.id, one) for one in clauses]
    assert len(changed) == len(planted)
    files = _spread(rows, planted, rng)
    _check(files, planted)
    return Legal(files, planted)


def _copies(spares: list[Clause], originals: list[Clause], rng: Random) -> list[Planted]:
    """Copies and variants take the rows of spare clauses, whose own text is given up."""
    found: list[Planted] = []
    spare, original = iter(spares), iter(originals)
    found += [defects.exact_copy(next(original), next(spare), rng) for _ in range(12)]
    found += [defects.near_copy(next(original), next(spare), rng) for _ in range(14)]
    for _ in range(3):
        source = next(original)
        first = defects.near_copy(source, next(spare), rng)
        found += [first, defects.near_copy(source, next(spare), rng, others=(first.clause.text,))]
    found += [defects.near_miss(next(original), next(spare), rng) for _ in range(12)]
    return found


def _spread(rows: list[Clause], planted: list[Planted], rng: Random) -> dict[str, list[Clause]]:
    """Rows into files: a copy never stands before its original; the odd encodings get letters beyond ASCII."""
    files: dict[str, list[Clause]] = {name: [] for name in FILES}
    broken = {one.clause.id for one in planted if one.kind == "mojibake"}
    involved = {one.clause.id for one in planted} | {one.ref.id for one in planted if one.ref}
    odd = [row for row in rows if not row.text.isascii() and row.id not in involved and _fits(row.text, "cp1252")]
    rng.shuffle(odd)
    wanted = {name: round(share * len(rows)) for name, share in FILES.items()}
    for name in ("clauses_cp1252.csv", "clauses_bom.csv"):
        files[name] += [odd.pop() for _ in range(6)]
    placed = {row.id for name in files for row in files[name]}
    rest = [row for row in rows if row.id not in placed]
    first = [row for row in rest if row.id not in {one.clause.id for one in planted if one.ref}]
    copies = [row for row in rest if row.id in {one.clause.id for one in planted if one.ref}]
    rng.shuffle(copies)
    room = [name for name in FILES for _ in range(wanted[name] - len(files[name]))]
    for row, name in zip([*first, *copies], room, strict=False):
        plain = name in ("clauses_cp1252.csv",) and (row.id in broken or not _fits(row.text, "cp1252"))
        files["clauses.parquet" if plain else name].append(row)
    left = [*first, *copies][len(room) :]
    files["clauses.parquet"] += left
    return files


def _fits(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def _check(files: dict[str, list[Clause]], planted: list[Planted]) -> None:
    """No two records are as similar as 0.60 but those that were made so; originals come first."""
    rows = [row for name in FILES for row in files[name]]
    kinds = {one.clause.id: one for one in planted}
    texts = [
        row.text.encode("cp1252").decode("utf-8") if row.id in kinds and kinds[row.id].kind == "mojibake" else row.text
        for row in rows
    ]
    meant: dict[frozenset[str], str] = {}
    family: dict[str, list[str]] = {}
    for one in planted:
        if one.ref is not None:
            family.setdefault(one.ref.id, [one.ref.id]).append(one.clause.id)
    for members in family.values():
        for left in members:
            for right in members:
                if left != right:
                    meant[frozenset((left, right))] = ""
    place = {row.id: at for at, row in enumerate(rows)}
    for (left, right), similarity in similar_pairs(texts, 0.6).items():
        pair = frozenset((rows[left].id, rows[right].id))
        if pair not in meant:
            raise RuntimeError(f"{sorted(pair)} are {similarity:.2f} alike and were not meant to be")
    for one in planted:
        if one.ref is not None and place[one.clause.id] < place[one.ref.id]:
            raise RuntimeError(f"the copy {one.clause.id} stands before its original {one.ref.id}")


def write_legal(legal: Legal, folder: Path) -> dict[str, Any]:
    """Write the files into `folder`; returns what planted.json says."""
    folder.mkdir(parents=True, exist_ok=True)
    entries: dict[str, list[dict[str, Any]]] = {}
    home = {row.id: name for name, rows in legal.files.items() for row in rows}
    for one in legal.planted:
        entry: dict[str, Any] = {"id": f"{home[one.clause.id]}:{one.clause.id}"}
        if one.ref is not None:
            assert one.similarity is not None
            entry |= {"ref": f"{home[one.ref.id]}:{one.ref.id}", "similarity": round(one.similarity, 6)}
        entries.setdefault(one.kind, []).append(entry)
    entries["broken_line"] = _write_jsonl(legal.files["clauses.jsonl"], folder / "clauses.jsonl")
    entries["ragged_row"] = _write_csv(legal.files["clauses.csv"], folder / "clauses.csv", "utf-8", RAGGED)
    _write_csv(legal.files["clauses_bom.csv"], folder / "clauses_bom.csv", "utf-8-sig", ())
    _write_csv(legal.files["clauses_cp1252.csv"], folder / "clauses_cp1252.csv", "cp1252", ())
    pl.DataFrame(
        [_row(row) for row in legal.files["clauses.parquet"]], schema_overrides={"amount": pl.Float64}
    ).write_parquet(folder / "clauses.parquet")
    (folder / "empty.jsonl").write_bytes(b"")
    entries["empty_file"] = [{"place": "empty.jsonl", "reason": "empty_file"}]
    rows = {name: len(legal.files[name]) for name in FILES}
    kinds = {kind: {"count": len(found), "records": found} for kind, found in sorted(entries.items())}
    return {
        "rows": rows,
        "contracts": len({row.contract.id for rows in legal.files.values() for row in rows}),
        "kinds": kinds,
    }


def _row(clause: Clause) -> dict[str, Any]:
    values = (clause.id, clause.contract.id, clause.label, clause.text, clause.contract.names[0])
    signed = clause.contract.signed_on.isoformat()
    return dict(zip(COLUMNS, (*values, signed, float(clause.amount) if clause.amount else None), strict=True))


def _write_jsonl(clauses: list[Clause], path: Path) -> list[dict[str, Any]]:
    """One object a line, broken lines strewn in; returns where they stand."""
    lines = []
    for clause in clauses:
        meta = {"kind": clause.contract.kind, "page": clause.contract.number % 9 + 1, "score": 1.0}
        lines.append(json.dumps({**_row(clause), "meta": meta}, ensure_ascii=False).encode())
    step = len(lines) // (len(defects.BROKEN_LINES) + 1)
    for number, line in enumerate(defects.BROKEN_LINES.values(), 1):
        lines.insert(number * step, line)
    path.write_bytes(b"\n".join(lines) + b"\n")
    found = []
    for name, line in defects.BROKEN_LINES.items():
        place = f"{path.name}:{lines.index(line) + 1}"
        found.append({"place": place, "reason": defects.REASONS[name], "what": name})
    return found


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
