"""sample_data/legal: tables, documents, what models are tested on, and what was planted in them."""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import defects, tables
from .clauses import Clause, make_clauses
from .contracts import IN_DOCUMENTS, IN_TABLES
from .documents import UNREADABLE, Document, make_documents
from .headings import table as headings_table
from .planting import FEWSHOT, LEGAL, plant
from .similarity import shingles, similar_pairs
from .writers import WRITERS, write_pdf

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random

    from .defects import Planted

# Rows of clauses.jsonl, which `legal` reads with the documents; all other tables are `fewshot`'s.
IN_LEGAL = 540
BENCHMARK = 34
DRAWS = 20


@dataclass
class Legal:
    """Rows by file in their order, documents, evaluation items, and planted records by pipeline."""

    files: dict[str, list[Clause]]
    planted: dict[str, list[Planted]]
    documents: list[Document]
    benchmark: list[tuple[str, str]]
    broken: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def make_legal(rng: Random) -> Legal:
    """Clauses in files, and every kind of defect among them; drawn anew where a draw cannot hold them all."""
    for _ in range(DRAWS):
        with contextlib.suppress(defects.UnluckyError):
            return _make(rng)
    return _make(rng)


def _make(rng: Random) -> Legal:
    """One draw; checks that nothing else is similar."""
    clauses = make_clauses(rng)
    in_tables = [one for one in clauses if one.contract.number <= IN_TABLES]
    documents = [one for one in clauses if IN_TABLES < one.contract.number <= IN_TABLES + IN_DOCUMENTS]
    tested = [one for one in clauses if one.contract.number > IN_TABLES + IN_DOCUMENTS]
    rng.shuffle(in_tables)
    sets = {"legal": in_tables[:IN_LEGAL], "fewshot": in_tables[IN_LEGAL:]}
    planted = {"legal": plant(sets["legal"], LEGAL, rng), "fewshot": plant(sets["fewshot"], FEWSHOT, rng)}
    rows = {name: _with_defects(own, planted[name], rng) for name, own in sets.items()}
    read = [row.text for row in [*rows["legal"], *documents]]
    tested = [one for one in tested if not _is_contained(one.text, read)][:BENCHMARK]
    benchmark = _benchmark(tested, [one.clause for one in planted["legal"] if one.kind == "contaminated"], rng)
    legal = Legal(
        {"clauses.jsonl": rows["legal"], **tables.spread(rows["fewshot"], planted["fewshot"])},
        planted,
        make_documents(documents, rng),
        benchmark,
    )
    _check(legal, tested)
    return legal


def _with_defects(clauses: list[Clause], planted: list[Planted], rng: Random) -> list[Clause]:
    """The rows in a mixed order; a copy never stands before its original."""
    changed = {one.clause.id: one.clause for one in planted}
    copies = {one.clause.id for one in planted if one.ref is not None}
    originals = {one.ref.id for one in planted if one.ref is not None}
    rows = [changed.get(one.id, one) for one in clauses]
    rng.shuffle(rows)
    # Copies come in the last half, originals in the first, all else anywhere.
    order: dict[str, list[Clause]] = {"original": [], "copy": [], "other": []}
    for row in rows:
        order["copy" if row.id in copies else "original" if row.id in originals else "other"].append(row)
    half = len(order["other"]) // 2
    first, last = [*order["original"], *order["other"][:half]], [*order["copy"], *order["other"][half:]]
    rng.shuffle(first)
    rng.shuffle(last)
    return [*first, *last]


def _is_contained(text: str, others: list[str]) -> bool:
    """Whether half of the text stands in another one; the same turns of phrase come up in clauses of a kind."""
    own = shingles(_bare(text))
    return any(2 * len(own & shingles(_bare(other))) >= len(own) for other in others)


def _bare(text: str) -> str:
    return re.sub(r"\W+", " ", text)


def _benchmark(tested: list[Clause], leaked: list[Clause], rng: Random) -> list[tuple[str, str]]:
    """Evaluation items: clauses of their own, and those that leaked, every second of them with a word changed."""
    items = [(one.text, one.label or "") for one in tested]
    for number, clause in enumerate(leaked):
        words = clause.text.split(" ")
        if number % 2:
            words[rng.randrange(5, len(words) - 5)] = "aforesaid"
        items.append((" ".join(words), clause.label or ""))
    rng.shuffle(items)
    return items


def _check(legal: Legal, tested: list[Clause]) -> None:
    """No two texts are as similar as 0.60 but those that were made so; originals come first."""
    kinds = {one.clause.id: one for found in legal.planted.values() for one in found}
    short = {name for name, one in kinds.items() if one.kind == "too_short"}  # dropped before anything is compared
    rows = [row for own in legal.files.values() for row in own if row.id not in short]
    texts = [defects.sound(kinds[row.id]) if row.id in kinds else row.text for row in rows]
    names = [row.id for row in rows]
    for document in legal.documents:
        own = [section for section in document.sections if section.label is not None]
        texts += [section.text for section in own]
        names += [f"{document.name} {section.number}" for section in own]
    texts += [one.text for one in tested]
    names += [one.id for one in tested]
    family: dict[str, set[str]] = {}
    for one in kinds.values():
        if one.ref is not None:
            family.setdefault(one.ref.id, {one.ref.id}).add(one.clause.id)
    meant = list(family.values())
    for (left, right), similarity in similar_pairs(texts, 0.6).items():
        if not any({names[left], names[right]} <= members for members in meant):
            raise defects.UnluckyError(
                f"{names[left]} and {names[right]} are {similarity:.2f} alike and were not meant to be"
            )
    place = {name: at for at, name in enumerate(names)}
    for one in kinds.values():
        if one.ref is not None and place[one.clause.id] < place[one.ref.id]:
            raise RuntimeError(f"the copy {one.clause.id} stands before its original {one.ref.id}")


def write_legal(legal: Legal, folder: Path) -> dict[str, Any]:
    """Write the files into `folder`; returns what planted.json says."""
    folder.mkdir(parents=True, exist_ok=True)
    home = {row.id: name for name, rows in legal.files.items() for row in rows}
    entries: dict[str, list[dict[str, Any]]] = {}
    for pipeline, planted in legal.planted.items():
        for one in planted:
            entry: dict[str, Any] = {"id": f"{home[one.clause.id]}:{one.clause.id}", "pipeline": pipeline}
            if one.ref is not None and one.similarity is not None:
                entry |= {"ref": f"{home[one.ref.id]}:{one.ref.id}", "similarity": round(one.similarity, 6)}
            entries.setdefault(one.kind, []).append({**entry, **(one.told or {})})
    for kind, found in tables.write(legal.files, folder).items():
        entries[kind] = found
    tables.write_benchmark(legal.benchmark, folder / "benchmark.jsonl")
    (folder / "headings.csv").write_text(headings_table(), encoding="utf-8")
    for kind, found in _write_documents(legal.documents, folder / "contracts").items():
        entries.setdefault(kind, []).extend(found)
    return {
        "rows": {name: len(rows) for name, rows in legal.files.items()},
        "contracts": len({row.contract.id for rows in legal.files.values() for row in rows}) + len(legal.documents),
        "documents": [_told(document) for document in legal.documents[:-UNREADABLE]],
        "kinds": {kind: {"count": len(found), "records": found} for kind, found in sorted(entries.items())},
    }


def _write_documents(documents: list[Document], folder: Path) -> dict[str, list[dict[str, Any]]]:
    folder.mkdir(exist_ok=True)
    counts: dict[str, int] = {}
    pages = []
    for document in documents[:-UNREADABLE]:
        number = counts.setdefault(document.ending, 0)
        (folder / document.name).write_bytes(WRITERS[document.ending](document, number))
        counts[document.ending] += 1
        if document.ending == "pdf":
            pages.append({"id": document.name, "pipeline": "legal", "where": "foot" if number else "head"})
    locked, cut = documents[-UNREADABLE:]
    (folder / locked.name).write_bytes(write_pdf(locked, 1, password="sealed"))
    whole = WRITERS["docx"](cut, 0)
    (folder / cut.name).write_bytes(whole[: len(whole) // 2])
    return {
        "page_lines_of_pdf": pages,
        "encrypted_file": [{"place": locked.name, "reason": "encrypted_file", "pipeline": "legal"}],
        "truncated_file": [{"place": cut.name, "reason": "truncated_file", "pipeline": "legal"}],
    }


def _told(document: Document) -> dict[str, Any]:
    sections = [{"heading": one.heading, "label": one.label, "text": one.text} for one in document.sections]
    return {"file": document.name, "title": document.title, "preamble": document.preamble, "sections": sections}
