"""The smallest useful pipelines as they are written in the README and the docs, and what a run says of itself."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from reportlab.pdfgen import canvas

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import ROOT, SHARED_DATA, Project, prep

from prep.tokens.counter import counter

QA = """
ingest: [{path: qa.csv, id: ticket_id, text: [question, answer]}]
clean: [normalize_text, redact: {find: [email, phone]}]
format: {user: "{{ question }}", assistant: "{{ answer }}"}
"""
DOCUMENTS = """
ingest: [{path: contracts/**/*.pdf, from_path: '(?P<client>[^/]+)/[^/]+$'}]
clean: [normalize_text, remove_repeated_lines, chunk_text: {max_tokens: 200}]
output: {directory: build/chunks, records: chunks.csv}
"""
MESSAGES = """
ingest:
  - path: messages.csv
    conversation: {by: ticket_id, order: sent_at, role: author_type, text: body,
                   roles: {agent: assistant, customer: user}}
clean: [normalize_text, redact: {find: [email, phone]}]
format: {conversation: turns, system: You are a support agent.}
"""


def test_a_table_of_questions_and_answers(project: Project, carry_out: Callable[..., Any]) -> None:
    """Personal data goes, in the question and in the answer."""
    rows = "".join(f"T{n},May I call {n} at (212) 555-01{n:02}?,Write to desk{n}@example.com.\n" for n in range(12))
    _, out = carry_out(project(QA, qa__csv=f"ticket_id,question,answer\n{rows}"))
    lines = (out / "finetune/azure/train.jsonl").read_text()
    assert lines.count("[PHONE_1]") == lines.count("[EMAIL_1]") == 12
    assert "example.com" not in lines


def test_documents_become_chunks_for_labelling(project: Project, carry_out: Callable[..., Any], tmp_path: Path) -> None:
    """Real PDF files, each chunk within its budget, with the folder's name and an id that says where it was."""
    for client in ("acme", "globex"):
        (tmp_path / "contracts" / client).mkdir(parents=True)
        for path in (ROOT / "sample_data/legal/contracts").glob("CT-007[345].pdf"):
            (tmp_path / "contracts" / client / f"{client}-{path.name}").write_bytes(path.read_bytes())
    result, out = carry_out(project(DOCUMENTS))
    chunks = pl.read_csv(out / "chunks.csv")
    assert result["records"]["written"] == chunks.height > 6
    assert set(chunks["client"]) == {"acme", "globex"}
    assert chunks["record_id"][0] == "acme/acme-CT-0073.pdf/1"
    assert not any("Page 1 of" in text for text in chunks["text"])
    told = prep("why", tmp_path / "p.yaml", chunks["record_id"][0])
    assert told.returncode == 0, told.stderr
    assert "chunk" in told.stdout


def test_an_export_with_a_row_a_message(project: Project, carry_out: Callable[..., Any]) -> None:
    """One conversation a ticket, in the order of time."""
    rows = "".join(
        f"T{n},2026-01-{n + 1:02}T0{turn},{'agent' if turn % 2 else 'customer'},Words {turn} of {n}\n"
        for turn in (1, 0)
        for n in range(12)
    )
    _, out = carry_out(project(MESSAGES, messages__csv=f"ticket_id,sent_at,author_type,body\n{rows}"))
    lines = [json.loads(line) for line in (out / "finetune/azure/train.jsonl").read_text().splitlines()]
    assert len(lines) == 12
    assert {tuple(turn["role"] for turn in line["messages"]) for line in lines} == {("system", "user", "assistant")}


def test_what_a_later_step_brings_in_fails_the_run(project: Project, tmp_path: Path) -> None:
    """The label is not redacted, so an address in it is found in the finished line: exit 1, nothing is published."""
    rows = "".join(f"T{n},words {n} here,x{n}@example.com\n" for n in range(12))
    path = project("label: answer\n" + QA + "output: {directory: out}\n", qa__csv=f"ticket_id,question,answer\n{rows}")
    done = prep("run", path)
    assert done.returncode == 1
    assert "12 finished lines hold what `redact` looks for" in done.stderr
    assert "example.com" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_conflicts_are_printed_and_kept(project: Project) -> None:
    """A text under two labels is reported, not dropped; the table on the console says so."""
    text = "the supplier shall deliver the goods within ten days of the order unless agreed otherwise in writing"
    rows = f"1,{text},delivery\n2,{text} today,payment\n3,something else entirely that stands by itself here,other\n"
    path = project(
        "label: kind\ningest: [{path: c.csv, id: id, text: clause}]\n"
        "dedupe: {near: {threshold: 0.8}, conflicts: report}\n"
        'format: {user: "{{ clause }}", assistant: "{{ kind }}"}\n',
        c__csv=f"id,clause,kind\n{rows}",
    )
    done = prep("run", path)
    assert done.returncode == 0, done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines() if line.startswith("reported")] == [
        ["reported", "conflicting_label"]
    ]


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="the shared data is not there")
def test_real_word_files_are_read_or_quarantined_with_a_reason(
    project: Project, carry_out: Callable[..., Any], tmp_path: Path
) -> None:
    """The files of a DOCX library's own tests: none is lost."""
    files = sorted((SHARED_DATA / "docx_mammoth").rglob("*.docx"))
    for path in files:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    pipeline = "ingest: [{path: '*.docx'}]\nmax_quarantined: 1.0\noutput: {records: out.csv}\n"
    result, _ = carry_out(project(pipeline))
    records = result["records"]
    assert records["read"] + records["quarantined"] == len(files) == 17
    assert set(result["quarantined_by_reason"]) == {"no_text"}


def test_the_tokens_of_a_bank_are_those_of_its_longer_form(project: Project, carry_out: Callable[..., Any]) -> None:
    """Tool calls take more as Markdown than as messages: the budget holds for either, and is told for the longer."""
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": '{"n": 1}'}}
    tool = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
    lines = [
        json.dumps(
            {
                "messages": [
                    {"role": "user", "content": f"question number {number} please"},
                    {"role": "assistant", "content": None, "tool_calls": [call]},
                    {"role": "tool", "tool_call_id": "c1", "content": "found"},
                    {"role": "assistant", "content": f"it is {number}"},
                ],
                "tools": [tool],
            }
        )
        for number in range(30)
    ]
    path = project(
        "ingest: [{path: c.jsonl}]\nformat: {passthrough: true}\noutput: {fewshot: {max_tokens: 400}}\n",
        c__jsonl="\n".join(lines) + "\n",
    )
    result, out = carry_out(path)
    written = int(counter("o200k_base").count([(out / "fewshot" / "prompt.md").read_text()])[0])
    assert 0.9 * 400 <= result["fewshot"]["tokens"] <= 400
    assert result["fewshot"]["tokens"] == written


@pytest.mark.parametrize("chunk", ["file", "page", "heading", "paragraph"])
def test_headers_and_footers_go_however_a_document_is_cut(
    tmp_path: Path, carry_out: Callable[..., Any], chunk: str
) -> None:
    """A page that begins with a heading, or ends with one, is still a page."""
    page = canvas.Canvas(str(tmp_path / "a.pdf"))
    for number in range(1, 5):
        for size, at, text in (
            (8, 800, "Lease Agreement of the Parties"),
            (8, 30, f"- {number} -"),
            (16, 760 if number % 2 else 80, f"{number}. Notices"),
            (10, 730, "The tenant shall tell the landlord without delay."),
            (10, 718, f"Whatever is told counts from day {number * 7} on."),
        ):
            page.setFont("Helvetica", size)
            page.drawString(60, at, text)
        page.showPage()
    page.save()
    (tmp_path / "p.yaml").write_text(
        f"ingest: [{{path: a.pdf, chunk: {chunk}}}]\nclean: [normalize_text, remove_repeated_lines]\n"
        "output: {records: r.jsonl}\n"
    )
    _, out = carry_out(tmp_path / "p.yaml")
    texts = [json.loads(line)["text"] for line in (out / "r.jsonl").read_text().splitlines()]
    whole = "\n".join(texts)
    assert "Lease Agreement" not in whole
    assert re.search("- [0-9] -", whole) is None
    assert sorted(re.findall("day ([0-9]+) on", whole), key=int) == ["7", "14", "21", "28"]
