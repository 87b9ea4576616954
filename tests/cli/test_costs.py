"""`prep cost` and `prep models` as a user calls them; the budget stops a run."""

from __future__ import annotations

import csv
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


def test_a_model_of_ones_own_is_shown(tmp_path: Path) -> None:
    """Also where its provider says nothing of caching."""
    (tmp_path / "own.yaml").write_text("""
sources: {quote: {url: an offer, as_of: 2026-11-20}}
providers:
  acme: {source: quote, dates_source: quote, epochs: {low: 1, high: 1, source: quote},
         models: {our-8b: {methods: [sft], training: {standard: 0.5}}}}
""")
    shown = prep("models", "our-8b", "--catalog", tmp_path / "own.yaml")
    assert shown.returncode == 0, shown.stderr
    assert "training, standard" in shown.stdout
    assert "prompts are cached" not in shown.stdout


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


def test_a_runs_folder_brings_its_target(project: Project, tmp_path: Path) -> None:
    """Its training file, its validation file, its model; a named model is another target."""
    pipeline = PIPELINE.replace("LIMIT", "9") + "split: {into: {train: 0.7, validation: 0.3}}\n"
    pipeline += "target: {provider: openai, model: gpt-4o-mini}\n"
    words = "Ulm Bonn Jena Kiel Hof Trier Worms Mainz Gera Celle Fulda Wesel Halle Essen Hagen Unna Soest Lemgo".split()
    table = "question,answer\n" + "".join(
        f"{one} or {two}?,{two}!\n" for one, two in zip(words, words[5:], strict=False)
    )
    assert prep("run", project(pipeline, qa__csv=table)).returncode == 0
    told = json.loads(prep("cost", tmp_path / "out", "--json").stdout)
    assert told["estimates"][0]["offer"] == "openai/gpt-4o-mini@standard"
    assert told["files"] == [str(tmp_path / "out/finetune/openai/train.jsonl")]
    assert told["estimates"][0]["validation"]["tokens"] > 0
    other = json.loads(prep("cost", tmp_path / "out", "--model", "gpt-4.1", "--provider", "azure", "--json").stdout)
    assert other["estimates"][0]["offer"] == "azure/gpt-4.1@standard"
    [ours] = json.loads((tmp_path / "out" / "cost.json").read_text())["estimates"]
    assert told["estimates"][0]["training_usd"] == ours["training_usd"]
    assert told["estimates"][0]["per_1000_requests"] == ours["per_1000_requests"]
    assert told["estimates"][0]["marginal"] == ours["marginal"]


def test_what_is_in_a_folder_is_said(tmp_path: Path) -> None:
    """A folder without training files, and a file that is not there."""
    (tmp_path / "notes.txt").write_text("x")
    done = prep("cost", tmp_path)
    assert done.returncode == 2
    assert "no training file lies in this folder, there is notes.txt" in done.stderr
    assert "there is no such file" in prep("cost", tmp_path / "train.jsonl").stderr


def test_the_same_model_elsewhere_stands_beside(lines: Path) -> None:
    """Without a candidate: the target's model in its other tiers and at other providers; `all`: everything."""
    told = json.loads(prep("cost", lines, "--json").stdout)
    assert {one["offer"] for one in told["estimates"]} == {
        "azure/gpt-4.1-mini@standard", "azure/gpt-4.1-mini@global", "azure/gpt-4.1-mini@developer",
        "openai/gpt-4.1-mini@standard",
    }  # fmt: skip
    every = json.loads(prep("cost", lines, "--compare", "all", "--json").stdout)["estimates"]
    assert {"azure/gpt-oss-20b@global", "openai/gpt-4o@standard", "azure/gpt-4.1@developer"} <= {
        one["offer"] for one in every
    }
    assert all("sft" in json.dumps(one["method"]) for one in every)


def test_what_is_retired_or_soon_to_be_is_said_first(lines: Path) -> None:
    """Before any figure, with the date and the days that a model tuned on that day would live."""
    done = prep("cost", lines, "--provider", "openai", "--as-of", "2026-11-24", "--compare", "openai/gpt-4.1-nano")
    first = done.stdout.splitlines()
    assert first[0].startswith("first: openai/gpt-4.1-mini takes new training jobs until 2027-01-06 only, 43 days")
    assert "a model tuned of openai/gpt-4.1-mini today lives 51 days, until 2027-01-14" in first[1]
    assert any(line.startswith("first: openai/gpt-4.1-nano is retired since 2026-10-23") for line in first)
    later = prep("cost", lines, "--provider", "openai", "--as-of", "2027-02-01")
    assert later.stdout.startswith("first: openai/gpt-4.1-mini is retired since 2027-01-14")


def test_as_a_table_for_others(lines: Path) -> None:
    """CSV with a column a figure, Markdown with what is said first, what is assumed, and the sources."""
    rows = list(csv.DictReader(prep("cost", lines, "--csv").stdout.splitlines()))
    assert rows[0]["offer"] == "azure/gpt-4.1-mini@standard"
    told = json.loads(prep("cost", lines, "--json").stdout)["estimates"]
    assert [float(row["training_usd_likely"]) for row in rows] == [one["training_usd"]["likely"] for one in told]
    page = prep("cost", lines, "--markdown", "--as-of", "2026-11-24").stdout
    assert "| azure/gpt-4.1-mini@standard |" in page
    assert "* azure_retail: <https://prices.azure.com/api/retail/prices>, 2026-08-11, 105 days old" in page
    over = prep("cost", lines, "--csv", "--max-usd", "0.01")
    assert over.returncode == 1
    assert len(over.stdout.splitlines()) == 5


def test_explained(lines: Path) -> None:
    """Each formula with its numbers, and the source and date of each price."""
    done = prep("cost", lines, "--tier", "global", "--epochs", "2", "--as-of", "2026-11-24", "--explain")
    tokens = count([lines])["tokens"]
    assert f"{tokens:,} tokens x 2 epochs x 5 USD / 1,000,000" in done.stdout
    assert "training: 5 USD a million tokens (azure_retail, 2026-08-11, 105 days old, high" in done.stdout


def test_old_figures_are_warned_of(lines: Path) -> None:
    """Over 180 days, those of candidates beside the target's, and in the list of models."""
    old = prep("cost", lines, "--as-of", "2027-03-01").stdout
    assert "warning: the price of azure/gpt-4.1-mini@standard is 202 days old (azure_retail, 2026-08-11)" in old
    assert "warning: the price of openai/gpt-4.1-mini@standard is 181 days old (oai_pricing, 2026-09)" in old
    assert "oai_help_rft, 692, OLD" in prep("models", "--as-of", "2026-11-24").stdout
    assert "warning: the price" not in prep("cost", lines, "--as-of", "2026-12-01").stdout


def test_models_are_filtered() -> None:
    """By provider, method, and whether anybody can still start; untunable ones on demand."""
    every = json.loads(prep("models", "--all", "--json").stdout)["models"]
    assert "gpt-6-luna" in {one["model"] for one in every}
    assert "gpt-6-luna" not in prep("models").stdout
    still = prep("models", "--open", "--as-of", "2026-11-24").stdout
    assert "gpt-3.5-turbo" not in still
    assert "until 2027-01-06" in still
    assert "gpt-4.1 " not in prep("models", "--open", "--provider", "openai", "--as-of", "2027-01-07").stdout
    assert {"sft", "dpo"} == {name for one in json.loads(prep("models", "--method", "dpo", "--json").stdout)["models"]
                              for name in one["methods"]}  # fmt: skip
    shown = prep("models", "openai/gpt-4.1-nano", "--as-of", "2026-11-24").stdout
    assert shown.startswith("first: openai/gpt-4.1-nano is retired since 2026-10-23")
    assert "azure:" not in shown
    assert prep("models", "--provider", "azur").returncode == 2


def test_a_pipeline_names_its_own_figures(project: Project, tmp_path: Path) -> None:
    """`catalog:` lays them over, a new model is counted as it says, and a changed price is work for a run."""
    rates = (
        "compiled: 2026-11-01\nproviders: {azure: {models: {our-model: {methods: [sft], encoding: cl100k_base, "
        "max_training_tokens: 20, training: {standard: 100.0}}}}}\n"
    )
    pipeline = PIPELINE.replace("LIMIT", "9") + "target: {model: our-model}\ncatalog: rates.yaml\n"
    path = project(pipeline.replace("{max_usd: 9}", "{max_usd: 9, epochs: 1}"), qa__csv=QA, rates__yaml=rates)
    done = prep("run", path, "--workers", "2", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["dropped_by_reason"] == {"over_length": 20}
    path.write_text(path.read_text() + "count: {over_length: keep}\n")
    [found] = json.loads(prep("run", path, "--json").stdout)["cost"]
    assert (found["training_tokens"], found["truncated_examples"], found["source"]) == (20 * 20, 20, "overlay")
    assert prep("status", path).returncode == 0
    assert "rates.yaml" in json.loads((tmp_path / "out/manifest.json").read_text())["inputs"]
    (tmp_path / "rates.yaml").write_text(rates.replace("100.0", "200.0"))
    assert prep("status", path).returncode == 3
    assert json.loads(prep("run", path, "--json").stdout)["cost"][0]["training_usd"]["likely"] == 0.08
    (tmp_path / "rates.yaml").write_text("- nothing")
    assert "no mapping" in prep("run", path).stderr


def test_doctor_finds_everything_here() -> None:
    """Tokenizers, parsers and the catalog are there; a catalog of tomorrow's year is called old."""
    done = prep("doctor", "--json")
    assert done.returncode == 0, done.stdout
    later = json.loads(prep("doctor", "--as-of", "2028-01-01", "--json").stdout)
    assert {one["state"] for one in later["checks"] if one["check"].startswith("catalog")} == {"warning"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--model", "gpt-4.1-minni"), "the catalog knows no model gpt-4.1-minni"),
        (("--provider", "azur"), "the catalog knows no provider azur"),
        (("--tier", "standrad"), "the catalog knows no tier standrad"),
    ],
)
def test_what_the_catalog_does_not_know_is_no_empty_table(
    lines: Path, arguments: tuple[str, str], message: str
) -> None:
    """A model, provider or tier that is misspelt: exit 2, and what is known."""
    done = prep("cost", lines, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_tokens_that_are_estimates_are_said_to_be(lines: Path, project: Project) -> None:
    """Of a file and of a run: how many examples, beside what else is assumed; none where all are exact."""
    call = '{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}}'
    tool = '{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{}}}}'
    asked = '{"role":"system","content":"Use f."},{"role":"user","content":"Now?"}'
    called = f'{{"messages":[{asked},{{"role":"assistant","tool_calls":[{call}]}}],"tools":[{tool}]}}\n'
    told = "the tokens of 3 examples hold estimates"
    assert "hold estimates" not in prep("cost", lines).stdout
    lines.write_text(lines.read_text() + called * 3)
    assert told in prep("cost", lines).stdout
    pipeline = "ingest: [{path: d.jsonl}]\nformat: {passthrough: true}\noutput: {directory: out, cost: {}}\n"
    done = prep("run", project(pipeline, d__jsonl=called * 3 + json.dumps(LINE)))
    assert done.returncode == 0, done.stderr
    assert f"assumed: {told}" in done.stdout
