"""Sums, percentiles, histograms and limits of many examples, kept as how often each length occurs."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from prep.stages.count.summary import histogram, limit_cost, percentiles, summarise_tally
from prep.stages.count.tally import Lengths, Tally
from prep.tokens.lines import read_line
from prep.tokens.messages import count_examples

lengths = st.lists(st.integers(0, 5000), max_size=60)


def of(values: list[int]) -> Lengths:
    found = Lengths()
    found.add(np.asarray(values, dtype=np.uint32))
    return found


@given(lengths, st.integers(1, 6000))
def test_figures_are_those_of_the_lengths_themselves(values: list[int], limit: int) -> None:
    """Nearest rank, sums, what is over a limit and what is cut, as a plain list gives them."""
    found = of(values)
    assert found.total() == sum(values)
    assert found.total(limit) == sum(min(value, limit) for value in values)
    over = [value for value in values if value > limit]
    assert limit_cost(found, limit) == {
        "limit": limit,
        "examples": len(over),
        "tokens_dropped": sum(over),
        "tokens_cut": sum(over) - limit * len(over),
    }
    shape = percentiles(found)
    if values:
        ordered = sorted(values)
        assert shape["p50"] == ordered[int((len(values) - 1) * 0.5 + 0.5)]
        assert (shape["min"], shape["max"]) == (ordered[0], ordered[-1])
        assert shape["mean"] == round(sum(values) / len(values), 3)
    else:
        assert shape == {}


@given(lengths)
def test_every_example_has_its_place_in_the_histogram(values: list[int]) -> None:
    """Bins touch, double, and hold everything; the first and the last are not empty."""
    bins = histogram(of(values))
    assert sum(one["examples"] for one in bins) == len(values)
    for one in bins:
        assert one["examples"] == sum(one["from"] <= value <= one["to"] for value in values)
    for one, following in pairwise(bins):
        assert following["from"] == one["to"] + 1
    if bins:
        assert bins[0]["examples"]
        assert bins[-1]["examples"]


def say(text: str) -> list[dict[str, str]]:
    return [{"role": "assistant", "content": text}]


LINES: list[dict[str, Any]] = [
    {"messages": [{"role": "user", "content": "a b c"}, *say("one two")]},
    {"messages": [{"role": "user", "content": "a"}, *say("x")],
     "tools": [{"type": "function", "function": {"name": "f"}}]},
    {"input": {"messages": [{"role": "user", "content": "a"}]}, "preferred_output": say("yes"),
     "non_preferred_output": say("no " * 50)},
    {"messages": [{"role": "user", "content": "a"}], "reference": 5},
    {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://e.org/a"}}]},
                  *say("x")]},
]  # fmt: skip


def tally(lines: list[dict[str, Any]]) -> Tally:
    found = Tally()
    read = [read_line(json.dumps(line)) for line in lines]
    found.add(count_examples(read, "o200k_base"))  # type: ignore[arg-type]
    return found


def test_tallies_add_up_and_travel() -> None:
    """The parts of a file give what the whole gives, also after a way as JSON."""
    whole = summarise_tally(tally(LINES), 100)
    parts = Tally()
    for line in LINES:
        parts.merge(Tally.from_dict(json.loads(json.dumps(tally([line]).as_dict()))))
    assert summarise_tally(parts, 100) == whole
    assert whole["methods"] == {"sft": 3, "dpo": 1, "rft": 1}
    assert sum(whole["tokens_by_kind"].values()) == whole["tokens"]
    assert (whole["images"], whole["estimated_examples"]) == (1, 1)
    assert [(one["what"], one["examples"]) for one in whole["estimates"]] == [("image_size", 1)]


def test_what_is_billed_is_a_range() -> None:
    """Low: each example once, a pair with its shorter answer; high: both answers, each with 3 tokens more. Both cut."""
    counts = count_examples([read_line(json.dumps(LINES[2]))], "o200k_base")  # type: ignore[list-item]
    preferred, other = counts.sides[0].tolist()
    assert preferred < other
    assert tally(LINES[2:3]).billed(None) == {"low": preferred, "high": preferred + other + 6}
    assert tally(LINES[2:3]).billed(20) == {"low": preferred, "high": preferred + 3 + 20}
    plain = int(count_examples([LINES[0]], "o200k_base").tokens[0])
    assert tally(LINES[:1]).billed(None) == {"low": plain, "high": plain + 3}
    assert tally(LINES[:1]).billed(plain) == {"low": plain, "high": plain}


def test_limits_of_models_and_users_stand_in_the_table() -> None:
    """The table has the usual limits, the one that applies and those asked for, each once."""
    found = summarise_tally(tally(LINES), 70, [70, 5])
    limits = [one["limit"] for one in found["limits"]]
    assert limits[:3] == [5, 70, 1024]
    assert limits == sorted(set(limits))
    assert (found["over_length"], found["limits"][0]["examples"]) == (1, 4)
    assert found["truncated_tokens"] == found["limits"][1]["tokens_cut"] > 0
