"""The whole advice on a real run: measured tokens, sums that can be done again, memo, curves, settings in words."""

from __future__ import annotations

import datetime
import json
import math
import re
import shutil
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import ROOT

from prep import advise, cost, count, run
from prep.advice.curves import svg
from prep.advice.files import texts
from prep.errors import InputError, UsageError

TODAY = datetime.date(2026, 11, 24)
PIPELINE = """
label: clause_type
ingest: [{path: SAMPLE/clauses.jsonl, id: clause_id, text: clause}]
max_quarantined: 0.1
clean: [normalize_text, drop_missing: {columns: [clause_type]}]
dedupe: {near: {threshold: 0.8}, conflicts: report}
format:
  system: You are a contracts analyst. Answer with one clause type.
  user: "{{ clause }}"
  assistant: "{{ clause_type }}"
split: {into: {train: 0.8, validation: 0.1, test: 0.1}, stratify: true}
output: {directory: out, fewshot: {max_tokens: 3000}}
advise: {requests_per_day: 400, quality: {few_shot: 0.9±0.03}}
"""


@pytest.fixture(scope="module")
def legal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run like pipelines/legal.yaml on the clauses alone."""
    folder = tmp_path_factory.mktemp("legal")
    (folder / "legal.yaml").write_text(PIPELINE.replace("SAMPLE", str(ROOT / "sample_data" / "legal")))
    run(folder / "legal.yaml", workers=1)
    return folder / "out"


_MADE: dict[str, dict[str, Any]] = {}


def advice(folder: Path, **settings: Any) -> dict[str, Any]:
    """The advice under these settings, made once."""
    key = json.dumps(settings, sort_keys=True)
    if key not in _MADE:
        _MADE[key] = advise(folder, settings, as_of=TODAY)
    return _MADE[key]


def test_the_measured_figures_are_exact(legal: Path) -> None:
    """Prompt and answer of the mean example are what `prep count` says of the training file and of the bank."""
    found = advice(legal)["dataset"]
    counted = count([legal / "finetune" / "azure" / "train.jsonl"])
    examples = counted["examples"]
    assert found["training_tokens"] == counted["tokens"]
    # A whole example has the answer's message, 3 + role, and no 3 tokens of priming.
    whole = found["fixed_tokens"] + found["variable_tokens"] - 3 + 4 + found["output_tokens"]
    assert whole == pytest.approx(counted["tokens"] / examples, abs=0.02)
    assert found["output_tokens"] == pytest.approx(counted["assistant_tokens"] / examples, abs=0.005)
    assert found["bank_tokens"] == json.loads((legal / "run.json").read_text())["fewshot"]["tokens"]


def test_training_costs_what_prep_cost_says(legal: Path) -> None:
    """Low, likely and high of every tuned way are those of `prep cost` on the same folder."""
    told = {one["offer"]: one["training_usd"] for one in cost([legal], as_of=TODAY)["estimates"]}
    ways = [one for one in advice(legal)["ways"] if one["option"] == "fine_tuned" and one["can_be_had"]]
    assert len(ways) >= 2
    for one in ways:
        assert one["training_usd"] == told[one["offer"]]


LOADS: list[dict[str, Any]] = [
    {},
    {
        "requests_per_day": 250_000,
        "residency": "region",
        "retrain_every": 30,
        "data_growth": 0.1,
        "cost_per_label": 0.5,
    },
    {
        "quality": {"few_shot": "0.9±0.02", "fine_tuned": 0.93},
        "error_cost": 0.01,
        "requests_growth": 0.02,
        "deployments": 2,
    },
    {
        "residency": "region",
        "requests_growth": 0.4,
        "requests_per_day": 30_000,
        "retrain_every": 60,
        "data_growth": 0.1,
        "cost_per_label": 0.1,
        "quality": {"few_shot": "0.9±0.02", "fine_tuned": "0.9±0.02"},
        "error_cost": 0.001,
    },
    {"batch_share": 0.4, "cache_hit": 0.5, "models": ["openai/gpt-4.1-mini", "openai/gpt-6-luna"], "hours_per_day": 12},
]


@pytest.mark.parametrize("load", LOADS)
def test_every_sum_can_be_done_again(legal: Path, load: dict[str, Any]) -> None:
    """Each line of numbers comes to the value printed beside it, and the last of each way is what the table says."""
    found = advice(legal, **load)
    assert len(found["trace"]) > 3
    ways = {one["name"]: one for one in found["ways"] if one["can_be_had"]}
    hybrid = found["verdict"]["hybrid"]
    sums = [one["steps"][-1]["value"] for one in found["trace"] if one["of"].startswith("hybrid")]
    assert hybrid is None or sums == [pytest.approx(hybrid["usd"], abs=0.01)]
    assert (hybrid is None) == (load.get("requests_growth") != 0.4)
    for one in found["trace"]:
        for step in one["steps"]:
            numbers = step["numbers"].replace(" x ", " * ").replace("^", "**")
            assert re.fullmatch(r"[0-9.e+\-*/() exp]+", numbers), numbers
            assert eval(numbers, {"exp": math.exp}) == pytest.approx(step["value"], rel=2e-4, abs=1e-9), (
                one["of"],
                step,
            )
        if one["of"] in ways:
            assert one["steps"][-1]["name"] == "monthly"
            assert ways[one["of"]]["usd_per_month"]["likely"] == pytest.approx(one["steps"][-1]["value"], abs=1e-6)


@pytest.mark.parametrize("load", LOADS)
def test_every_price_in_a_sum_has_its_source(legal: Path, load: dict[str, Any]) -> None:
    """Input, output and, for tuned ways, training: dollars, source, date, age, and the source is listed."""
    found = advice(legal, **load)
    for one in found["trace"]:
        if one["of"].startswith(("break-even", "hybrid")):
            continue
        kinds = {price["what"].partition(" ")[2] for price in one["prices"]}
        assert {"input", "output"} <= kinds
        tuned = one["of"].startswith("fine-tuned")
        assert ("training" in {price["what"] for price in one["prices"]}) == tuned
        for price in one["prices"]:
            assert price["usd"] >= 0
            assert price["source"] in found["sources"]
            assert price["as_of"]
            assert price["age_days"] >= 0


def test_the_memo_says_it_all(legal: Path) -> None:
    """The sentence first; every way in it, its break-evens, what would flip it, the sums and the sources."""
    found = advice(legal, requests_per_day=400)
    memo = texts(found)["advice.md"]
    assert memo.splitlines()[0] == "# Fine-tune or prompt: legal"
    assert memo.splitlines()[2] == f"**{found['verdict']['sentence']}**"
    titles = ("What each way costs", "From when on tuning pays", "What would flip the answer", "What speaks for each")
    for title in (*titles, "How much data is enough", "What this rests on", "The sums", "The prices"):
        assert f"## {title}" in memo
    for source in found["sources"].values():
        assert source["url"] in memo
    assert "one of 14 labels" in memo
    assert re.search("[0-9] records nearly equal another that has another label", memo)
    assert "no step `redact` looked at" in memo
    assert all(line.count("|") == memo.splitlines()[number - 1].count("|")
               for number, line in enumerate(memo.splitlines()) if line.startswith("|") and number
               and memo.splitlines()[number - 1].startswith("|"))  # fmt: skip


def test_the_same_bytes_each_time(legal: Path) -> None:
    """Memo, figures and curves depend on the data, the settings and the day alone."""
    assert texts(advice(legal)) == texts(advise(legal, as_of=TODAY))


def test_the_curves_are_a_small_picture(legal: Path) -> None:
    """Well-formed SVG with a line for each way, the volume of today and the break-evens, all inside the frame."""
    found = advice(legal, residency="region", requests_per_day=2_000)["curves"]
    text = svg(found)
    root = ET.fromstring(text)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    lines = root.findall("{*}polyline")
    assert len(lines) == len(found["lines"]) > 1
    for line in lines:
        points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
        assert all(0 <= x <= width and 0 <= y <= height for x, y in points)
    told = [node.text for node in root.findall("{*}text")]
    assert "now 2,000" in told
    assert any(one and one.startswith("break-even") for one in told)
    assert len(text) < 20_000


def test_the_section_of_the_pipeline_file_is_read_and_options_come_first(legal: Path) -> None:
    """`prep advise FILE` takes `advise:`; what is given on the command line replaces it."""
    file = legal.parent / "legal.yaml"
    declared = advise(file, as_of=TODAY)
    assert declared["settings"]["requests_per_day"] == 400
    assert declared["settings"]["quality"] == {"few_shot": "0.9±0.03"}
    assert advise(file, {"requests_per_day": 7}, as_of=TODAY)["settings"]["requests_per_day"] == 7


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"requests_per_day": -1}, "`requests_per_day` should be greater than or equal to 0, not -1"),
        ({"requests_per_day": float("nan")}, "`requests_per_day` should be a number, not nan"),
        ({"horizon": 0}, "`horizon` should be greater than or equal to 1, not 0"),
        ({"cache_hit": 2}, "`cache_hit` should be less than or equal to 1, not 2"),
        ({"quality": {"fewshot": "0.9"}}, "there is no option `fewshot`"),
        ({"quality": {"few_shot": "good"}}, "`good` is no accuracy"),
        ({"quality": {"few_shot:openai/gpt-99": "0.9"}}, "the quality of `few_shot:openai/gpt-99` is of no way"),
        ({"requests_growth": 9}, "`requests_growth` of 9 a month leads beyond all measure"),
        ({"requests": 9}, "there is no setting `requests`"),
    ],
)
def test_settings_that_make_no_sense(legal: Path, settings: dict[str, Any], told: str) -> None:
    """Each is answered in words."""
    with pytest.raises(UsageError) as caught:
        advise(legal, settings, as_of=TODAY)
    assert told in caught.value.message


def test_folders_that_are_no_run(legal: Path, tmp_path: Path) -> None:
    """Missing, empty, somebody else's, without a training file: what is wrong and how out."""
    for folder in (tmp_path / "missing", tmp_path):
        with pytest.raises(InputError, match="is not the output folder of a run"):
            advise(folder)
    (tmp_path / "run.json").write_text('{"target": 3}')
    with pytest.raises(InputError, match="no report of a run"):
        advise(tmp_path)
    (tmp_path / "run.json").write_bytes((legal / "run.json").read_bytes())
    with pytest.raises(InputError, match="no training file"):
        advise(tmp_path)


def test_retired_before_the_start(legal: Path) -> None:
    """After the end of every model the answer is that no way is left, and since when."""
    found = advise(legal, {"models": ["azure/gpt-4.1-mini"]}, as_of=datetime.date(2028, 1, 1))
    assert found["verdict"]["kind"] == "none"
    assert "retired since 2027-10-14" in found["verdict"]["sentence"]
    assert "No way is left" in texts(found)["advice.md"]


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("finetune/azure/train.jsonl", '{"oops', "this line is no example: "),
        ("finetune/azure/train.jsonl", '{"messages": [1]}', "Expected `object`, got `int`"),
        ("finetune/azure/validation.jsonl", "[]", "Expected `object`, got `array`"),
        ("fewshot/bank.jsonl", '{"id": 1}', "missing required field `messages`"),
        ("run.json", "}", "this is no report of a run"),
    ],
)
def test_a_broken_file_is_named_with_its_line(legal: Path, tmp_path: Path, name: str, text: str, told: str) -> None:
    """What is wrong with it and where; never a traceback."""
    shutil.copytree(legal, tmp_path / "out")
    path = tmp_path / "out" / name
    path.write_bytes(path.read_bytes() + f"{text}\n".encode())
    with pytest.raises(InputError) as caught:
        advise(tmp_path / "out", as_of=TODAY)
    assert told in caught.value.message
    assert str(caught.value.where).startswith(str(path))


def test_a_training_file_that_was_changed_since_the_run_is_said_aloud(legal: Path, tmp_path: Path) -> None:
    """It is measured as it lies there, and the memo says so."""
    shutil.copytree(legal, tmp_path / "out")
    path = tmp_path / "out" / "finetune" / "azure" / "train.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:100]))
    found = advise(tmp_path / "out", as_of=TODAY)
    assert found["dataset"]["train_examples"] == 100
    assert f"{path} was changed since the run: it is measured as it lies there" in found["warnings"]


def test_a_pruned_prompt_is_short_for_the_tuned_model_alone(legal: Path, tmp_path: Path) -> None:
    """With `prune_prefix` the tuned model is asked as it was trained; prompts keep the instructions in full."""
    text = (legal.parent / "legal.yaml").read_text().replace("format:", "format:\n  prune_prefix: true")
    (tmp_path / "legal.yaml").write_text(text)
    run(tmp_path / "legal.yaml", workers=1)
    before, after = (advise(one, as_of=TODAY)["dataset"] for one in (legal, tmp_path / "out"))
    assert after["fixed_tokens"] < before["fixed_tokens"]
    assert after["instructions_tokens"] == before["fixed_tokens"] == before["instructions_tokens"]
    assert after["variable_tokens"] == before["variable_tokens"]


def test_reinforcement_has_no_labels_to_speak_of(tmp_path: Path) -> None:
    """Lines without answers are no label; hours and grader are in the sums that the memo shows."""
    lines = [
        {"messages": [{"role": "user", "content": f"How much is {n} + {n}?"}], "sum": str(2 * n)} for n in range(20)
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (tmp_path / "p.yaml").write_text(
        "target: {provider: azure, model: o4-mini, tier: global, method: rft}\ningest: [{path: a.jsonl}]\n"
        "format: {passthrough: true}\noutput: {directory: out}\n"
    )
    run(tmp_path / "p.yaml", workers=1)
    settings = {"training_hours": 4, "grader": "gpt-4.1", "grader_tokens": [1_000_000, 0], "output_tokens": 80}
    found = advise(tmp_path / "out", settings, as_of=TODAY)
    assert found["dataset"]["labels"] == 0
    assert not [one for one in found["grounds"] if one["about"] == "consistency"]
    [tuned] = [one for one in found["ways"] if one["name"] == "fine-tuned on azure/o4-mini@global"]
    assert tuned["training_usd"]["likely"] == pytest.approx(4 * 100 + 2)
    assert "4 x 100 + (1000000 x 2 + 0 x 8) / 1e6" in texts(found)["advice.md"]
    told = found["target"]["sentence"]
    assert told.endswith("no prompt can be had, with a price of its requests, to hold it against.")
