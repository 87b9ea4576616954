"""`prep advise` as a user calls it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import Project, prep

QA = "question,answer\n" + "".join(
    f"Which town is number {n} on the list of {n * 7}?,It is town {n % 5}.\n" for n in range(60)
)
PIPELINE = """
ingest: [{path: qa.csv, text: [question, answer]}]
format: {system: "Answer with the town.", user: "{{ question }}", assistant: "{{ answer }}"}
OUTPUT
"""
WHOLE = """
split: {into: {train: 0.8, validation: 0.2}}
output: {directory: out, fewshot: {max_tokens: 600}, subsets: true}
advise: {requests_per_day: 900, residency: region}
"""


@pytest.fixture
def made(project: Project, carry_out: Callable[..., tuple[dict[str, Any], Path]]) -> Path:
    """A run with a bank and a validation split; returns its pipeline file."""
    path = project(PIPELINE.replace("OUTPUT", WHOLE), qa__csv=QA)
    carry_out(path)
    return path


def test_a_pipeline_file_with_its_section(made: Path) -> None:
    """The verdict first; memo, figures and picture beside the outputs, which a second run leaves alone."""
    done = prep("advise", made, "--as-of", "2026-11-24")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Prompt, do not fine-tune: ")
    assert "at 900 requests a day" in done.stdout
    out = made.parent / "out"
    figures = json.loads((out / "advice.json").read_text())
    assert figures["verdict"]["sentence"] in (out / "advice.md").read_text()
    assert "![Cost a month over requests a day](advice.svg)" in (out / "advice.md").read_text()
    assert (out / "advice.svg").read_text().startswith("<svg")
    assert json.loads(prep("run", made, "--json").stdout)["up_to_date"] is True
    assert (out / "advice.md").exists()


def test_the_section_changes_no_run(made: Path) -> None:
    """Other figures in `advise` leave the outputs up to date."""
    made.write_text(made.read_text().replace("requests_per_day: 900", "requests_per_day: 9"))
    assert json.loads(prep("run", made, "--json").stdout)["up_to_date"] is True


def test_options_come_before_the_section(made: Path) -> None:
    """And `--json` prints one document; nothing is written with `--no-files`."""
    done = prep("advise", made, "--requests-per-day", "2e6", "--no-files", "--json", "--quality", "few-shot=0.9+-0.02")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["schema_version"] == 1
    assert found["settings"]["requests_per_day"] == 2_000_000
    assert found["settings"]["residency"] == "region"
    assert found["settings"]["quality"] == {"few_shot": "0.9+-0.02"}
    assert not (made.parent / "out" / "advice.md").exists()


def test_explain_prints_formulas_with_numbers_and_sources(made: Path) -> None:
    """Each formula, the numbers put in, what it comes to, and each price with source and date."""
    done = prep("advise", made.parent / "out", "--explain", "--no-files", "--as-of", "2026-11-24")
    lines = done.stdout.splitlines()
    at = lines.index("  train = T x E x p_train / 1e6")
    assert lines[at + 1].endswith("/ 1e6")
    assert lines[at + 2].endswith(" USD")
    assert "  tuned input: 0.4 USD (azure_retail, 2026-08-11, 105 days old, high confidence)" in lines
    assert "  base input: 0.44 USD, 1.1 x global (azure_retail, 2026-08-11, 105 days old, high confidence)" in lines


def test_a_terminal_that_knows_ascii_alone(made: Path) -> None:
    """Plus-minus is understood and printed, if need be as an escape; JSON stays JSON."""
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    done = prep("advise", made, "--no-files", "--quality", "few_shot=0.9±0.02", **plain)
    assert done.returncode == 0, done.stderr
    assert r"0.9\xb10.02" in done.stdout
    done = prep("advise", made, "--no-files", "--json", "--quality", "few_shot=0.9±0.02", **plain)
    assert json.loads(done.stdout)["settings"]["quality"] == {"few_shot": "0.9±0.02"}


def test_a_price_of_your_own(made: Path) -> None:
    """An overlay's hosting of nothing makes tuning pay."""
    own = made.parent / "mine.yaml"
    model = "{hosting_usd_per_hour: {default: 0}, tuned: {standard: {input: 0.01, cached_input: 0.01, output: 0.01}}}"
    own.write_text(f"compiled: 2026-11-01\nproviders: {{azure: {{models: {{gpt-4.1-mini: {model}}}}}}}\n")
    done = prep("advise", made, "--catalog", own, "--json", "--no-files", "--as-of", "2026-11-24")
    found = json.loads(done.stdout)
    assert found["verdict"]["kind"] == "tune"
    tuned = next(one for one in found["ways"] if one["option"] == "fine_tuned" and one["can_be_had"])
    assert {price["source"] for price in tuned["prices"] if price["what"] == "hosting"} <= {"overlay"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--requests-per-day", "-5"], "`requests_per_day` should be greater than or equal to 0"),
        (["--horizon", "0"], "`horizon` should be greater than or equal to 1"),
        (["--quality", "few_shot"], "--quality few_shot names no accuracy"),
        (["--quality", "few_shot=1.4"], "an accuracy of 1.4 is more than 1"),
        (["--model", "gpt-99"], "the catalog knows no model gpt-99"),
        (["--residency", "moon"], "Invalid value for '--residency'"),
    ],
)
def test_what_makes_no_sense_exits_two(made: Path, arguments: list[str], told: str) -> None:
    """In words, never a traceback."""
    done = prep("advise", made.parent / "out", *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("output", "rows", "told"),
    [
        ("output: {directory: out}", 1, "asks for 10 training examples at least, there is 1"),
        ("output: {directory: out}", 60, "zero-shot"),
        ("output: {directory: out, fewshot: {max_tokens: 600}, finetune: false}", 60, "wrote no training file"),
        ("output: {directory: out, fewshot: {max_tokens: 1}}", 60, "zero-shot"),
    ],
)
def test_one_record_no_split_no_bank(
    project: Project, carry_out: Callable[..., tuple[dict[str, Any], Path]], output: str, rows: int, told: str
) -> None:
    """Each gets a verdict, or what is missing and how out."""
    text = "\n".join(QA.splitlines()[: rows + 1]) + "\n"
    path = project(PIPELINE.replace("OUTPUT", output), qa__csv=text)
    carry_out(path)
    done = prep("advise", path, "--no-files")
    assert done.returncode == (2 if "finetune: false" in output else 0), done.stderr
    assert told in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_the_subsets_of_a_run(made: Path) -> None:
    """Each file begins the next and the training file; the manifest vouches for them; what each adds is told."""
    out = made.parent / "out"
    names = [out / "subsets" / f"train_{one}.jsonl" for one in (25, 50, 75)] + [out / "finetune/azure/train.jsonl"]
    texts = [name.read_bytes() for name in names]
    for before, after in pairwise(texts):
        assert after.startswith(before)
        assert len(before) < len(after)
    listed = json.loads((out / "manifest.json").read_text())["outputs"]
    assert {"subsets.json", "subsets/train_25.jsonl"} <= set(listed)
    found = json.loads((out / "run.json").read_text())["subsets"]
    assert [row["percent"] for row in found["subsets"]] == [25, 50, 75, 100]
    whole = json.loads((out / "run.json").read_text())["splits"]["train"]
    assert (found["subsets"][-1]["examples"], found["subsets"][-1]["tokens"]) == (whole["examples"], whole["tokens"])
