"""The parts of an estimate beside plain training: pairs, hours, validation, requests, the repeated prompt, shares."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from prep import InputError, UsageError, cost, count
from prep.catalog import load_prices
from prep.outputs.cost import Asked, cost_report
from prep.outputs.cost_explain import explained
from prep.outputs.cost_files import cost_files, find
from prep.outputs.cost_measure import Measured, Measurer, is_example

TODAY = datetime.date(2026, 11, 24)
SYSTEM = "You are a contracts analyst. Answer with one clause type, and nothing else."


def chat(*said: str, system: str | None = SYSTEM) -> dict[str, Any]:
    roles = ["user", "assistant"]
    front = [{"role": "system", "content": system}] if system else []
    return {"messages": [*front, *({"role": roles[at % 2], "content": text} for at, text in enumerate(said))]}


def pair(question: str, good: str, bad: str) -> dict[str, Any]:
    return {
        "input": {"messages": [{"role": "user", "content": question}]},
        "preferred_output": [{"role": "assistant", "content": good}],
        "non_preferred_output": [{"role": "assistant", "content": bad}],
    }


def file(folder: Path, lines: list[Any], name: str = "train.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def measured(*lines: dict[str, Any], short: str | None = None) -> Measured:
    measurer = Measurer("o200k_base", short)
    for line in lines:  # block by block
        measurer.add([line])
    return measurer.done()


def known(asked: int, answered: int, fixed: int, pruned: int, examples: int = 100) -> Measured:
    """Examples that are all alike."""
    every = np.ones(examples, dtype=np.int64)
    return Measured(
        (asked + answered) * every, None, asked * every, answered * every, fixed * every, pruned * every,
        "x", 1, estimated=0,
    )  # fmt: skip


def one(data: Measured, **asked: Any) -> dict[str, Any]:
    asked = {"provider": "azure", "model": "gpt-4.1-mini", "tier": "global", "method": "sft", "epochs": 3, **asked}
    [found] = cost_report(Asked(**asked), lambda _: data, load_prices(), TODAY)["estimates"]
    return dict(found)


def test_an_example_is_taken_apart() -> None:
    """The request is all before the last answer, with what starts an answer; the prompt is counted if it repeats."""
    lines = [chat("Which town?", "Ulm."), chat("Hi", "Hello", "Which town?", "Ulm."), chat("Hi", "Ho", system=None)]
    data = measured(*lines)
    for at, line in enumerate(lines):
        whole = measured(line).tokens[0]
        without = measured({"messages": line["messages"][:-1]}).tokens[0]
        assert data.tokens[at] == whole
        assert data.asked[at] == without + 3
        assert data.answered[at] == measured({"messages": line["messages"][-1:]}).tokens[0] - 4
    system = measured({"messages": lines[0]["messages"][:1]}).tokens[0]
    assert data.fixed.tolist() == [system, system, 0]
    assert 0 < data.pruned[0] < data.fixed[0]
    assert (data.system, data.systems) == (SYSTEM, 1)


def test_only_what_repeats_is_repeated() -> None:
    """A prompt that each example has for itself is no prefix; blocks do not matter."""
    data = measured(*(chat("Hi", "Ho", system=f"You help customer {n}.") for n in range(5)))
    assert (data.fixed.sum(), data.system) == (0, None)
    assert one(data)["prefix"] is None


def test_the_weight_of_an_answer_does_not_change_what_is_billed() -> None:
    """Messages that are not trained are billed and asked all the same."""
    line = chat("Hi", "Ho")
    line["messages"][-1]["weight"] = 0
    assert measured(line).tokens == measured(chat("Hi", "Ho")).tokens
    assert measured(line).answered == measured(chat("Hi", "Ho")).answered


@pytest.mark.parametrize(
    ("line", "is_one"),
    [
        (chat("a", "b"), True),
        (pair("a", "b", "c"), True),
        ({"messages": [{"role": "user", "content": "a"}], "reference": 3}, True),
        ({"input": {"messages": []}, "preferred_output": []}, False),
        ({"input": "a", "preferred_output": [], "non_preferred_output": []}, False),
        ({"messages": "a"}, False), ({"messages": ["a"]}, False), ({}, False), ([], False), (3, False), (None, False),
    ],
)  # fmt: skip
def test_what_can_be_measured(line: Any, is_one: bool) -> None:
    """Chats and preference pairs; nothing else."""
    assert is_example(line) is is_one


def test_preference_pairs_both_ways(tmp_path: Path) -> None:
    """Low is the shorter side alone, likely both sides, high both with what starts an answer; each way is told."""
    path = file(tmp_path, [pair("Which town?", "It is Ulm, in the south.", "No idea.")] * 20)
    found = cost(path, model="gpt-4.1", tier="global", method="dpo", epochs=2, as_of=TODAY, compare=())
    [told] = found["estimates"]
    good = measured(pair("Which town?", "It is Ulm, in the south.", "No idea.")).tokens[0] * 20
    bad = measured(pair("Which town?", "No idea.", "It is Ulm, in the south.")).tokens[0] * 20
    assert {name: way["tokens"] for name, way in told["pairs"].items()} == {
        "preferred": good, "non_preferred": bad, "both": good + bad,
    }  # fmt: skip
    assert told["training_tokens_range"] == {"low": bad, "likely": good + bad, "high": good + bad + 2 * 3 * 20}
    assert told["training_usd"]["likely"] == pytest.approx((good + bad) * 2 * 25 / 1e6)
    assert told["pairs"]["preferred"]["training_usd"] == pytest.approx(good * 2 * 25 / 1e6)
    assert any("both answers of a pair" in word for word in told["assumptions"])
    auto = cost(path, model="gpt-4.1", method="dpo", as_of=TODAY, compare=())["estimates"][0]
    assert auto["epochs"] == 3


def test_the_wrong_method_is_named(tmp_path: Path) -> None:
    """Pairs are not chats: the answer is the other method."""
    with pytest.raises(InputError) as caught:
        cost(file(tmp_path, [pair("a", "b", "c")] * 20))
    assert "are preference pairs, not what sft trains on" in caught.value.message
    assert "--method dpo" in str(caught.value.hint)
    mixed = cost(file(tmp_path, [pair("a", "b", "c"), chat("a", "b")]), as_of=TODAY)
    assert any("train.jsonl:1" in told for told in mixed["warnings"])


def test_reinforcement_by_the_hour() -> None:
    """hours x price + grader tokens x the grader's prices: 3 x 100 + 5 x 0.40 + 0.2 x 1.60 = 302.32."""
    data = known(50, 10, 0, 0)
    rft = {"model": "o4-mini", "method": "rft", "epochs": None}
    found = one(data, **rft, hours=3, grader="gpt-4.1-mini", grader_tokens=(5_000_000, 200_000))
    assert found["training_usd"] == {"low": 302.32, "likely": 302.32, "high": 302.32}
    assert found["rft"]["grader_usd"] == 2.32
    assert "3 hours x 100 USD an hour + (5,000,000 tokens x 0.4 USD + 200,000 tokens x 1.6 USD) / 1,000,000" in str(
        found["formulas"]
    )
    assert one(data, **rft, hours=2, tier="standard")["training_usd"]["likely"] == 220.00
    open_ended = one(data, **rft)
    assert open_ended["training_usd"]["likely"] is None
    assert any("`--hours` says it" in told for told in open_ended["assumptions"])
    assert any("pauses at 5,000 USD, after 50.0 hours" in told for told in open_ended["assumptions"])


def test_validation_is_billed_where_the_provider_does(tmp_path: Path) -> None:
    """epochs x train + evaluations x validation at a provider that bills it; told and free elsewhere."""
    own = tmp_path / "own.yaml"
    own.write_text(
        "compiled: 2026-11-01\nsources: {theirs: {url: x, as_of: 2026-11-01}}\nproviders: {acme: {source: theirs, "
        "dates_source: theirs, validation_tokens_billed: true, epochs: {low: 1, high: 1, source: theirs}, models: "
        "{gpt-4.1-mini: {methods: [sft], training: {standard: 10}}}}}\n"
    )
    train, validation = file(tmp_path, [chat("a", "b")] * 40), file(tmp_path, [chat("a", "b")] * 10, "validation.jsonl")
    ask: dict[str, Any] = {"validation": validation, "catalog": own, "as_of": TODAY, "epochs": 3, "compare": ()}
    each = count(train)["tokens"] // 40
    billed = cost(train, provider="acme", evaluations=5, **ask)["estimates"][0]
    assert billed["training_usd"]["likely"] == pytest.approx((40 * each * 3 + 10 * each * 5) * 10 / 1e6)
    once = cost(train, provider="acme", **ask)["estimates"][0]
    assert once["training_usd"]["likely"] == pytest.approx((40 * each * 3 + 10 * each * 3) * 10 / 1e6)
    assert any("once an epoch" in told for told in once["assumptions"])
    assert "validation tokens x 3 evaluations" in str(once["formulas"])
    free = cost(train, provider="azure", **ask)["estimates"][0]
    assert free["validation"] == free["validation"] | {"billed": False, "tokens": 10 * each}
    assert free["training_usd"]["likely"] == pytest.approx(40 * each * 3 * 5.5 / 1e6)


@pytest.mark.parametrize(
    ("provider", "tier", "asked", "answered", "fixed", "tuned", "base", "cached"),
    [
        ("azure", "global", 3300, 150, 3000, 1.56, 1.56, 0.66),
        ("azure", "global", 500, 150, 200, 0.44, 0.44, None),
        ("openai", "standard", 500, 150, 200, 0.88, 0.44, None),
        ("openai", "standard", 3300, 150, 3000, 3.12, 1.56, 0.66),
    ],
)
def test_a_thousand_requests(
    provider: str, tier: str, asked: int, answered: int, fixed: int, tuned: float, base: float, cached: float | None
) -> None:
    """At the dataset's own lengths; a prompt of 1,024 tokens or more may be found in the cache."""
    found = one(known(asked, answered, fixed, 10), provider=provider, tier=tier)["per_1000_requests"]
    assert (found["tuned_usd"], found["base_usd"], found["base_cached_usd"]) == (tuned, base, cached)
    assert found["cacheable"] is (fixed >= 1024)


def test_the_repeated_prompt_and_what_pruning_it_saves() -> None:
    """3,000 of 3,450 tokens are the prompt; 200 remain: training and 1,000 requests become that much cheaper."""
    found = one(known(3300, 150, 3000, 200))
    part = found["prefix"]
    assert part["share_of_bill"] == round(3000 / 3450, 6)
    assert part["training_usd"] == pytest.approx(3000 * 100 * 3 * 5 / 1e6)
    assert part["saves_training_usd"] == pytest.approx(2800 * 100 * 3 * 5 / 1e6)
    assert part["saves_usd_per_1000_requests"] == pytest.approx(2800 * 0.40 / 1000)
    short = measured(*[chat("a", "b")] * 3, short="Clause?")
    assert short.pruned[0] == measured({"messages": [{"role": "system", "content": "Clause?"}]}).tokens[0]


def test_shares_of_the_data() -> None:
    """The first 25, 50, 75 and 100 % of the lines, with the epochs that so many examples get."""
    data = Measured.of_lengths(range(1, 101))
    told = one(data, provider="openai", tier="standard", epochs=None)["marginal"]
    assert [(part["percent"], part["examples"], part["training_tokens"], part["epochs"]) for part in told] == [
        (25, 25, 325, 4), (50, 50, 1275, 3), (75, 75, 2850, 3), (100, 100, 5050, 3),
    ]  # fmt: skip
    assert told[1]["training_usd"]["likely"] == pytest.approx(1275 * 3 * 5 / 1e6, abs=1e-6)


@pytest.mark.parametrize(
    ("asked", "warned"),
    [
        ({"examples": 9}, "azure refuses fewer than 10 examples, and here are 9 (azure_limits)"),
        ({"examples": 40_000, "tokens": 30_000}, "refuses a job of 2,400,000,000 tokens x epochs"),
        ({"examples": 20, "epochs": 60, "provider": "openai", "tier": "standard"}, "openai takes 50 epochs at most"),
        ({"examples": 20, "model": "gpt-6-luna", "provider": "openai"}, "openai/gpt-6-luna cannot be tuned by sft"),
        ({"examples": 20, "model": "gpt-4o-mini", "method": "dpo"}, "cannot be tuned by dpo, only by sft"),
    ],
)
def test_what_a_provider_would_refuse(asked: dict[str, Any], warned: str) -> None:
    """Too few examples, too large a job, a method that the model does not have."""
    count_, tokens = asked.pop("examples"), asked.pop("tokens", 10)
    asked = {"provider": "azure", "model": "gpt-4.1-mini", "tier": "global", "method": "sft", **asked}
    found = cost_report(Asked(**asked), lambda _: Measured.of_lengths([tokens] * count_), load_prices(), TODAY)
    assert any(warned in told for told in found["warnings"])


def test_a_region_refines_the_standard_tier_alone() -> None:
    """Where the catalog has its price; else it is said what is taken in its place."""
    asked = Asked("azure", "gpt-4.1-mini", "standard", "sft", region="swedencentral", compare=None)
    found = cost_report(asked, lambda _: Measured.of_lengths([9] * 20), load_prices(), TODAY)["estimates"]
    assert {one["offer"]: one["price_usd_per_million"] for one in found} == {
        "azure/gpt-4.1-mini@swedencentral": 6.05, "azure/gpt-4.1-mini@global": 5.0,
        "azure/gpt-4.1-mini@developer": 2.5, "openai/gpt-4.1-mini@standard": 5.0,
    }  # fmt: skip
    assert not any("no price of the region" in told for one in found for told in one["assumptions"])
    east = one(Measured.of_lengths([9] * 20), tier="standard", region="eastus2")
    assert east["price_usd_per_million"] == 5.5
    assert any(
        "no price of the region eastus2: a region not listed costs as `standard`" in told
        for told in east["assumptions"]
    )


def test_figures_from_after_the_day_are_said() -> None:
    """A price cannot have been known before it was read."""
    asked = Asked("azure", "gpt-4.1-mini", "global", "sft")
    found = cost_report(asked, lambda _: Measured.of_lengths([9] * 20), load_prices(), datetime.date(2026, 8, 1))
    assert any("was read 10 days after 2026-08-01" in told for told in found["warnings"])


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"hours": 3}, "`hours` is for rft; sft is billed by the token"),
        ({"grader": "gpt-4.1"}, "`grader` is for rft"),
        ({"hours": -1, "method": "rft"}, "hours cannot be -1"),
        ({"epochs": 0}, "0 epochs train nothing"),
        ({"epochs": 2, "method": "rft"}, "it is billed by the hour"),
        ({"max_usd": -5}, "max_usd cannot be -5"),
        ({"max_usd": float("nan")}, "max_usd cannot be nan"),
        ({"method": "ppo"}, "there is no method ppo"),
        ({"grader_tokens": (1, 0), "method": "rft"}, "needs the `grader` model"),
    ],
)
def test_numbers_that_make_no_sense(tmp_path: Path, asked: dict[str, Any], message: str) -> None:
    """Answered in words, before anything is counted."""
    with pytest.raises(UsageError, match=message.replace("(", r"\(")):
        cost(file(tmp_path, [chat("a", "b")]), **asked)


@pytest.mark.parametrize(
    ("asked", "message", "near"),
    [
        ({"model": "gpt-4.1-min"}, "no model gpt-4.1-min", "gpt-4.1-mini"),
        ({"provider": "azur"}, "no provider azur", "azure"),
        ({"tier": "globl"}, "no tier globl", "global"),
        ({"compare": ["gpt-4o-min"]}, "no model gpt-4o-min", "gpt-4o-mini"),
        (
            {"model": "o4-mini", "method": "rft", "grader": "gpt-4.1-mni"},
            "no grader at azure gpt-4.1-mni",
            "gpt-4.1-mini",
        ),
    ],
)
def test_an_unknown_name_names_the_nearest(tmp_path: Path, asked: dict[str, Any], message: str, near: str) -> None:
    """Target, provider, candidate and grader."""
    with pytest.raises(InputError) as caught:
        cost(file(tmp_path, [chat("a", "b")]), **asked)
    assert message in caught.value.message
    assert near in str(caught.value.hint)


def test_the_explanation_can_be_recomputed_by_hand() -> None:
    """Every amount of the estimate stands in a formula that gives it, and every price with its source and date."""
    found = cost_report(
        Asked("azure", "gpt-4.1-mini", "global", "sft", epochs=3),
        lambda _: known(3300, 150, 3000, 200),
        load_prices(),
        TODAY,
    )
    [told] = found["estimates"]
    for entry in told["formulas"]:
        formula = entry["formula"].rpartition(" = ")[0].partition(";")[0]
        for word, sign in ((",", ""), (" x ", " * "), (" of 3000 tokens", ""), ("24 * 30", "720")):
            formula = formula.replace(word, sign)
        for unit in (
            "USD an hour",
            "USD",
            "input tokens",
            "output tokens",
            "tokens",
            "epochs",
            "examples",
            "hours",
            "cached",
        ):
            formula = formula.replace(f" {unit}", "")
        assert eval(formula) == pytest.approx(entry["usd"]), entry["formula"]
    amounts = {entry["what"]: entry["usd"] for entry in told["formulas"]}
    assert amounts["training, likely"] == told["training_usd"]["likely"]
    assert amounts["hosting, 30 days"] == 1224.0
    assert amounts["1,000 requests of the tuned model, prompt cached"] == 0.66
    lines = "\n".join(explained(found))
    assert (
        "training: 5 USD a million tokens (azure_retail, 2026-08-11, 105 days old, high; providers.azure.models."
        in lines
    )
    assert "azure_retail: https://prices.azure.com/api/retail/prices, as of 2026-08-11" in lines


def test_pairs_are_told_and_counted_as_everywhere_else(tmp_path: Path) -> None:
    """Older names of a pair's answers are known, and a bad line is placed by its number in the file."""
    older = {f"{name.removesuffix('output')}completion" if "_output" in name else name: value
             for name, value in pair("a", "b", "c c c").items()}  # fmt: skip
    assert list(older) == ["input", "preferred_completion", "non_preferred_completion"]
    new, old = measured(pair("a", "b", "c c c")), measured(older)
    assert old.other is not None
    assert new.other is not None
    assert (old.tokens.tolist(), old.other.tolist()) == (new.tokens.tolist(), new.other.tolist())
    path = file(tmp_path, [older, {"messages": 3}, pair("a", "b", "c c c")])
    asked = Asked(provider="openai", model="gpt-4.1-mini-2025-04-14", tier="standard", method="dpo")
    found = cost_files(find([path]), asked, load_prices(), TODAY)
    assert found["estimates"][0]["examples"] == 2
    assert any(told.endswith("train.jsonl:2") for told in found["warnings"])
