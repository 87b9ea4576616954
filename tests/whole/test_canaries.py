"""What was redacted is nowhere: not in outputs, cache, ledger, messages or temporary files, whatever it came in."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import docx
import polars as pl
import pytest
import zstandard
from reportlab.pdfgen import canvas

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import prep

# One of each kind; `{}` is a number, so that every place has values of its own.
CANARIES = {
    "email": "canary.zq{:03d}@vogelfrei.example",
    "us_ssn": "219-47-7{:03d}",
    "ip_address": "198.51.{:d}.233",
    "secret": "password: Kanari{:03d}!xQ",
    "api_key": "ghp_CANARYCANARYCANARYCANARYCANARY0000{:03d}",
    "client": "Cornelius Canary",
}
WORDS = (
    "The tenant pays the rent of the flat in number {} to the landlord on the first day of each month without delay."
)


class Planter:
    """Texts with canaries, and what must be nowhere afterwards."""

    def __init__(self) -> None:
        self.number = 0
        self.values: list[str] = ["Cornelius Canary"]

    def text(self) -> str:
        self.number += 1
        told = [shape.format(self.number) for shape in CANARIES.values()]
        self.values += [value.removeprefix("password: ") for value in told]
        return f"{WORDS.format(self.number)} {'; '.join(told)}."


def table(rows: list[dict[str, str]]) -> str:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def plant(folder: Path) -> list[str]:
    """Inputs of every format below `folder`; returns the canaries."""
    planter = Planter()
    text = planter.text

    def rows(count: int) -> list[dict[str, str]]:
        return [{"text": text(), "answer": text(), "note": text()} for _ in range(count)]

    def lines(count: int) -> str:
        found = [row | {"meta": {"deep": [text(), {text(): "x"}], "n": 1.0}} for row in rows(count)]
        return "".join(json.dumps(row, ensure_ascii=number % 2 == 0) + "\n" for number, row in enumerate(found))

    (folder / "a.jsonl").write_text(lines(4) + '{"text": "broken ' + text() + "\n")
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(lines(3).encode()))
    (folder / "c.jsonl.zst").write_bytes(zstandard.compress(lines(3).encode()))
    (folder / "d.csv").write_text(table(rows(3)))
    pl.DataFrame(rows(3)).write_parquet(folder / "e.parquet")
    (folder / "f.txt").write_text(text())
    (folder / "g.md").write_text(f"# Title {text()}\n\n* {text()}\n")
    (folder / "h.html").write_text(f"<body><h1>{text()}</h1><p>{text()}</p><a href='x'>{text()}</a></body>")
    document = docx.Document()
    document.add_paragraph(text())
    document.save(str(folder / "i.docx"))
    page = canvas.Canvas(str(folder / "j.pdf"))
    for at, piece in enumerate(text().split("; ")):
        page.drawString(40, 780 - 20 * at, piece)
    page.save()
    messages = [
        {"ticket": str(number // 2), "who": who, "body": text(), "extra": text()}
        for number, who in enumerate(["user", "assistant"] * 2)
    ]
    (folder / "messages.csv").write_text(table(messages))
    (folder / "clients.list").write_text("Cornelius Canary\n")
    return planter.values


ROWS = """
max_quarantined: 0.5
ingest: [{path: '*.{jsonl,jsonl.gz,jsonl.zst,parquet}'}, {path: d.csv}, {path: '*.{txt,md,html,docx,pdf}'}]
clean:
  - normalize_text
  - drop_short: {min_words: 5}
  - redact: {mode: MODE, find: [email, us_ssn, ip_address, secret, api_key], dictionary: {client: clients.list}}
  - drop_matching: {matching: 'number (4|5)\\b'}
dedupe: {exact: true, near: {threshold: 0.9}}
format:
  user: "{{ text }} {% if answer %}{{ answer }}{% endif %} {% if note %}{{ note }}{% endif %}"
  assistant: "{{ text }}"
split: {into: {train: 0.7, test: 0.3}}
output: {records: all.jsonl, fewshot: {per_label: 2}}
"""
TALK = """
ingest: [{path: messages.csv, conversation: {by: ticket, order: ticket, role: who, text: body}}]
clean: [normalize_text, redact: {mode: MODE, find: [email, us_ssn, ip_address, secret, api_key],
                                dictionary: {client: clients.list}}]
format: {conversation: turns}
"""


def contents(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every file below `folder` as text; Parquet as its rows, compressed files opened."""
    for path in sorted(folder.rglob("*")):
        if not path.is_file():
            continue
        raw = path.read_bytes()
        if raw[:4] == b"PAR1":
            yield path, repr(pl.read_parquet(path).rows())
        if raw[:2] == b"\x1f\x8b":
            raw = gzip.decompress(raw)
        yield path, raw.decode("utf-8", "replace")
        yield path, raw.decode("utf-16-le", "replace")


@pytest.mark.parametrize(
    "mode", ["placeholder", *(pytest.param(mode, marks=pytest.mark.slow) for mode in ("mask", "drop", "pseudonym"))]
)
@pytest.mark.parametrize("pipeline", [ROWS, TALK], ids=["rows", "conversations"])
def test_no_canary_is_anywhere_on_disk(tmp_path: Path, pipeline: str, mode: str) -> None:
    """Below the project and the temporary folder, but for the inputs; nor in what a run, a plan and `why` print."""
    project, temporary = tmp_path / "project", tmp_path / "tmp"
    project.mkdir()
    temporary.mkdir()
    values = plant(project)
    inputs = {path: path.read_bytes() for path in project.iterdir()}
    (project / "p.yaml").write_text(pipeline.replace("MODE", mode))
    told = []
    sample = ["run", "p.yaml", "--sample", "2"]
    for arguments in (["run", "p.yaml"], ["plan", "p.yaml"], [*sample, "--json"], [*sample, "--force"]):
        done = prep(*arguments, cwd=project, TMPDIR=str(temporary), PREP_PSEUDONYM_KEY="a key for these tests alone")
        assert done.returncode in ((0, 1) if mode == "drop" else (0,)), done.stderr
        told += [done.stdout, done.stderr]
    assert {path: path.read_bytes() for path in inputs} == inputs
    assert "redact:\n" in told[6]
    result = json.loads(told[4])
    if mode != "drop":
        assert result["records"]["written"] >= 2
        ledger = pl.read_parquet(project / "build" / "p" / "ledger.parquet")
        details = ledger.filter(pl.col("step") == "redact")["detail"].to_list()
        assert len(details) >= 2
        assert all("EMAIL" in detail and "US_SSN" in detail and "CLIENT" in detail for detail in details)
    found = {
        (str(path.relative_to(tmp_path)), value)
        for path, text in contents(tmp_path)
        if path not in inputs
        for value in values
        if value in text
    }
    assert found == set()
    assert not any(value in text for value in values for text in told)
    assert "a key for these tests alone" not in "".join(text for path, text in contents(tmp_path) if path not in inputs)


def test_the_last_look_fails_the_run_and_names_no_value(tmp_path: Path) -> None:
    """A step behind `redact` that brings a value in again."""
    values = plant(tmp_path)
    (tmp_path / "again.csv").write_text(f"text,other\n{WORDS.format(1)},{values[1]}\n")
    (tmp_path / "p.yaml").write_text(
        "ingest: [{path: d.csv}]\nclean: [redact, replace: {matching: 'tenant', by: 'tenant a.b@vogelfrei.example'}]\n"
        'format: {user: "{{ text }}", assistant: "{{ answer }}"}\n'
    )
    done = prep("run", "p.yaml", cwd=tmp_path)
    assert done.returncode == 1
    assert "3 finished lines hold what `redact` looks for" in done.stderr
    assert "vogelfrei" not in done.stdout + done.stderr
    assert not (tmp_path / "build").exists() or "vogelfrei" not in "".join(
        text for _, text in contents(tmp_path / "build")
    )
