"""`prep cost` and `prep models` as a user calls them; the budget stops a run."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import Project, prep

from prep import count

LINE = {
    "messages": [{"role": "user", "content": "Which town is it?"}, {"role": "assistant", "content": "Ulm, I think."}]
}
QA = "question,answer\n" + "".join(f"Which town is number {n}?,It is the town number {n}.\n" for n in range(20))
PIPELINE = """
ingest: [{path: qa.csv, text: [question, answer]}]
format: {user: "{{ question }}", assistant: "{{ answer }}"}
output: {directory: out, cost: {max_usd: LIMIT}}
"""


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "train.jsonl"
    path.write_text((json.dumps(LINE) + "\n") * 400)
    return path


def test_every_figure_names_its_price_source_and_date(lines: Path) -> None:
    """400 examples, global gpt-4.1-mini: tokens x epochs x 5 USD a million, and where the 5 comes from."""
    done = prep("cost", lines, "--tier", "global", "--epochs", "2", "--as-of", "2026-11-24")
    assert done.returncode == 0, done.stderr
    tokens = count([lines])["tokens"]
    row = next(line for line in done.stdout.splitlines() if line.startswith("> azure/gpt-4.1-mini@global"))
    assert row.split()[2:6] == [f"{tokens:,}", "2", f"{2 * tokens:,}", "5.00"]
    assert f"{tokens * 2 * 5 / 1e6:.2f}" in row
    assert "azure_retail: https://prices.azure.com/api/retail/prices, 2026-08-11, 105 days old" in done.stdout


def test_the_table_is_not_folded(lines: Path) -> None:
    """An offer stands in one line, also where the output goes into a file."""
    done = prep("cost", lines, "--compare", "azure/gpt-4o-mini@developer")
    assert "  azure/gpt-4o-mini@developer" in done.stdout


def test_a_budget_that_is_exceeded_exits_one(lines: Path) -> None:
    """With the figures still printed."""
    done = prep("cost", lines, "--max-usd", "0.01")
    assert done.returncode == 1
    assert "> azure/gpt-4.1-mini@standard" in done.stdout
    assert "OVER the budget" in done.stdout
    assert json.loads(prep("cost", lines, "--max-usd", "0.01", "--json").stdout)["within_budget"] is False


def test_a_file_without_an_example_is_no_free_training(tmp_path: Path) -> None:
    """A pipeline file given by mistake is refused with what was meant."""
    (tmp_path / "p.yaml").write_text(PIPELINE)
    done = prep("cost", tmp_path / "p.yaml")
    assert done.returncode == 2
    assert "no line of p.yaml is a chat example" in done.stderr


def test_own_prices_lie_over_the_catalog(lines: Path, tmp_path: Path) -> None:
    """A negotiated rate changes one figure and says whose it is."""
    (tmp_path / "mine.yaml").write_text(
        "compiled: 2026-11-01\nproviders: {azure: {models: {gpt-4.1-mini: {training: {standard: 1.0}}}}}\n"
    )
    done = prep("cost", lines, "--catalog", tmp_path / "mine.yaml", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["estimates"][0]["price_usd_per_million"] == 1.0
    assert report["sources"][report["estimates"][0]["source"]]["url"] == "mine.yaml"


def test_models_are_listed_and_shown_with_their_sources() -> None:
    """A list, one model with everything, and the nearest names for one that is not there."""
    assert "gpt-4.1-mini" in prep("models", "--provider", "azure").stdout
    shown = prep("models", "gpt-4.1-mini").stdout
    assert "azure_retail: https://prices.azure.com" in " ".join(shown.split())
    unknown = prep("models", "gpt-4.1-mni")
    assert unknown.returncode == 2
    assert "gpt-4.1-mini" in unknown.stderr


def test_a_run_over_its_budget_publishes_nothing_but_the_estimate(project: Project, tmp_path: Path) -> None:
    """Exit 1; the last good outputs stay, the estimate lies beside them."""
    path = project(PIPELINE.replace("LIMIT", "100"), qa__csv=QA)
    assert prep("run", path).returncode == 0
    before = (tmp_path / "out" / "metrics.json").read_bytes()
    (tmp_path / "qa.csv").write_text(QA + "Which town is the last?,It is the last of all the towns.\n")
    done = prep("run", path, "--set", "output.cost.max_usd=0.000001")
    assert done.returncode == 1
    assert "max_usd" in done.stderr
    assert (tmp_path / "out" / "metrics.json").read_bytes() == before
    assert json.loads((tmp_path / "out.failed" / "cost.json").read_text())["within_budget"] is False


def test_doctor_finds_everything_here() -> None:
    """Tokenizers, parsers and the catalog are there; a catalog of tomorrow's year is called old."""
    done = prep("doctor", "--json")
    assert done.returncode == 0, done.stdout
    later = json.loads(prep("doctor", "--as-of", "2028-01-01", "--json").stdout)
    assert {one["state"] for one in later["checks"] if one["check"].startswith("catalog")} == {"warning"}
