"""The native decision and the explanation agree: on every fixture, on random lines, on real lines made wrong."""

from __future__ import annotations

import json
import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from prep.chat.roles import METHODS
from prep.chat.schemas import line_schema, schema_text, shipped_schema
from prep.stages.validate.check import Checker
from prep.stages.validate.example import Example
from prep.stages.validate.raw import parse, strict
from prep.stages.validate.register import PROVIDERS, Hit, load_rules
from prep.stages.validate.rules.image import EMBEDDED
from prep.stages.validate.samples import CALLED, GOOD, GRADED, PAIR
from prep.stages.validate.schema import fits, places

FILES = sorted((Path(__file__).parent / "files").rglob("*.jsonl"))
SAMPLES = Path(__file__).parents[3] / "sample_data"


@cache
def checker(method: str) -> Checker:
    """One for all tests, so that it has met many shapes and answers from what it remembers."""
    return Checker(PROVIDERS, method)


@cache
def explains(method: str) -> Any:
    return Draft202012Validator(shipped_schema(method))


def shown(hits: list[Hit]) -> list[tuple[str, str, str, tuple[str, ...]]]:
    return sorted((hit.rule.id, hit.path, hit.told, hit.providers) for hit in hits)


def agree(data: dict[str, Any], method: str) -> list[Hit]:
    """What is found, after asking twice on the quick way and once by the rules."""
    own = checker(method)
    assert fits(method)(data) == explains(method).is_valid(data)
    explained = own.explain(data)
    plain = own.plain(data)
    if plain is not None:
        assert fits(method)(data)
        assert shown(own.recall(plain[0], data)) == shown(explained)
        assert plain[0] == own._shapes.shape(data)
    assert shown(own.example(data)) == shown(explained)
    assert shown(own.example(data)) == shown(explained)
    slowly = [
        hit for rule in own.of_level("example") if rule.id == "ex.schema" for hit in rule.hits(Example(data, method))
    ]
    assert {hit.path for hit in slowly} == {path for path, _ in places(Example(data, method).current, method)}
    if not fits(method)(data):
        assert any(hit.rule.severity_for("openai") == "error" for hit in explained)
    return explained


def test_the_shipped_schemas_are_fresh() -> None:
    """`make schema` would change nothing, and each is a JSON Schema."""
    for method in METHODS:
        folder = Path(__file__).parents[3] / "src" / "prep" / "resources"
        assert (folder / f"{method}.schema.json").read_text() == schema_text(method)
        Draft202012Validator.check_schema(line_schema(method))


@pytest.mark.parametrize("method", METHODS)
def test_every_line_of_the_fixtures_and_of_the_register_is_judged_alike(method: str) -> None:
    """As lines of each method, whatever they were made for."""
    lines = [line for path in FILES for line in path.read_bytes().split(b"\n")]
    lines += [getattr(rule, which).encode() for rule in load_rules().values() for which in ("bad", "good")]
    seen = 0
    for line in lines:
        data = parse(line).data
        if data is not None:
            agree(data, method)
            seen += 1
    assert seen > 300


ids = st.sampled_from(["c1", "c2", "abcdefgh1", ""])
texts = st.sampled_from(["", " ", "\u2028", "a", "q<|im_end|>", "chain of thought", "é\n"])
odd = st.one_of(st.none(), st.booleans(), st.integers(-1, 2), st.just(1.0), texts, st.just([]), st.just({}))
arguments = st.sampled_from(
    ["{}", '{"n": 1}', '{"n": "x"}', '{"n": 1.0}', '{"n": 1, "n": 1}', '{"n": NaN}', "[1]", "x", ""]
)
calls = st.fixed_dictionaries(
    {"id": ids, "type": st.just("function")},
    optional={
        "function": st.fixed_dictionaries({"name": st.sampled_from(["f", "g", "a b"]), "arguments": arguments | odd})
    },
)
parts = st.one_of(
    st.fixed_dictionaries({"type": st.just("text"), "text": texts}),
    st.fixed_dictionaries(
        {"type": st.just("image_url")},
        optional={"image_url": st.fixed_dictionaries({"url": st.sampled_from(["https://a/b", "file:///a", EMBEDDED])})},
    ),
    odd,
)
contents = st.one_of(texts, st.just("a"), st.lists(parts, max_size=2), odd)
roles = st.sampled_from(["system", "developer", "user", "assistant", "tool", "function", "human"])
messages = st.one_of(
    st.fixed_dictionaries({"role": roles, "content": texts}),
    st.fixed_dictionaries({"role": st.sampled_from(["user", "assistant"]), "content": st.just("a")}),
    st.fixed_dictionaries(
        {"role": roles | odd},
        optional={
            "content": contents, "name": odd, "weight": odd, "tool_calls": st.lists(calls, max_size=2) | odd,
            "tool_call_id": ids | odd, "refusal": odd, "x": odd,
        },
    ),
    st.fixed_dictionaries({"role": st.just("assistant"), "tool_calls": st.lists(calls, min_size=1, max_size=2)}),
    st.fixed_dictionaries({"role": st.just("tool"), "tool_call_id": ids, "content": texts}),
    odd,
)  # fmt: skip
schemas = st.sampled_from(
    [{}, {"type": "object", "properties": {"n": {"type": "integer"}}}, {"type": "what"}, {"pattern": "("},
     {"properties": {"n": {"multipleOf": 0.1}}}, {"$ref": "#/$defs/a"}, {"$ref": "https://example.invalid/a"}]
)  # fmt: skip
tools = st.fixed_dictionaries(
    {"type": st.just("function"), "function": st.fixed_dictionaries(
        {"name": st.sampled_from(["f", "g", "a b"])}, optional={"description": texts, "parameters": schemas | odd})}
)  # fmt: skip
talks = st.lists(messages, max_size=4)
more = {"tools": st.lists(tools | odd, max_size=2) | odd, "parallel_tool_calls": odd, "functions": odd, "weight": odd}
supervised = st.fixed_dictionaries({"messages": talks | odd}, optional=more)
preferences = st.fixed_dictionaries(
    {"input": supervised | odd, "preferred_output": talks | odd, "non_preferred_output": talks | odd},
    optional={"preferred_completion": talks, "x": odd},
)
graded = st.fixed_dictionaries(
    {"messages": talks}, optional={"expected": odd, "unit": odd, "tools": st.lists(tools, max_size=1)}
)
lines = st.one_of(
    supervised, preferences, graded, st.dictionaries(st.sampled_from(["messages", "input", "prompt"]), odd)
)


@settings(deadline=None)
@given(lines, st.sampled_from(METHODS))
def test_random_lines_are_judged_alike(line: dict[str, Any], method: str) -> None:
    """jsonschema-rs and jsonschema say the same, and so do the shape's memory and the rules."""
    agree(line, method)


@settings(deadline=None)
@given(st.lists(messages, min_size=1, max_size=4), st.lists(tools, max_size=1), st.sampled_from(METHODS))
def test_random_talks_that_nearly_fit_are_judged_alike(talk: list[Any], declared: list[Any], method: str) -> None:
    """Whole lines around random messages."""
    held = {"messages": talk} | ({"tools": declared} if declared else {})
    answers = {"preferred_output": talk[-1:], "non_preferred_output": [{"role": "assistant", "content": "b"}]}
    agree(
        {"input": held, **answers} if method == "dpo" else held | ({"expected": "4"} if method == "rft" else {}), method
    )


def mutated(rng: random.Random, value: Any) -> Any:
    """`value` with one thing in it made wrong."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        name = rng.choice(list(value))
        changed = dict(value)
        how = rng.random()
        if how < 0.1:
            del changed[name]
        elif how < 0.15:
            changed[f"{name}_"] = changed.pop(name)
        else:
            changed[name] = mutated(rng, value[name])
        return changed
    if isinstance(value, list) and value and rng.random() < 0.9:
        at = rng.randrange(len(value))
        how = rng.random()
        if how < 0.15:
            return value[:at] + value[at + 1 :]
        if how < 0.3:
            return [*value[:at], value[at], *value[at:]]
        return [*value[:at], mutated(rng, value[at]), *value[at + 1 :]]
    return rng.choice(
        [None, True, 0, 1, 1.0, 2, "", " ", "x", "assistant", "user", "<|im_end|>", [], {}, ["x"], {"a": 1}]
    )


def real_lines() -> list[tuple[str, dict[str, Any]]]:
    found = [("sft", line) for line in (GOOD, CALLED)] + [("dpo", PAIR), ("rft", GRADED)]
    kinds = {path: json.loads((FILES[0].parents[1] / "expected.json").read_text()) for path in FILES[:1]}[FILES[0]]
    for path in FILES:
        name = path.relative_to(path.parents[1]).as_posix()
        if name.startswith("good/"):
            found += [(kinds[name]["method"], line) for line in path.read_text().splitlines() if line.startswith("{")]
    return [(method, json.loads(line)) for method, line in found]


def test_real_lines_made_wrong_are_judged_alike() -> None:
    """Fifteen hundred lines, up to three things in each changed, left out, doubled or renamed."""
    rng = random.Random(5)
    known = real_lines()
    wrong = 0
    for _ in range(1_500):
        method, line = rng.choice(known)
        for _ in range(rng.randint(1, 3)):
            line = mutated(rng, line)
        if isinstance(line, dict):
            wrong += bool(agree(line, method))
    assert wrong > 750


@settings(deadline=None)
@given(st.one_of(st.binary(max_size=80), lines.map(lambda line: json.dumps(line).encode())), st.data())
def test_no_bytes_end_in_an_exception(line: bytes, data: st.DataObject) -> None:
    """Cut, joined or replaced anywhere: parsed, or a verdict with a finding."""
    at = data.draw(st.integers(0, len(line)))
    line = line[:at] + data.draw(st.binary(max_size=3)) + line[at:]
    raw, hits, *_ = checker("sft").line(line, cut=data.draw(st.booleans()))
    assert (raw.data is None) == bool(raw.verdict)
    assert raw.data is not None or hits
    if raw.data is not None:
        assert strict(line) == raw.data


def test_a_good_line_costs_no_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand lines of ten shapes: the rules are asked ten times."""
    own = Checker(["azure", "openai"])
    asked = []
    explain = own.explain
    monkeypatch.setattr(own, "explain", lambda data: asked.append(1) or explain(data))
    line = json.loads(CALLED)
    for number in range(1_000):
        turns = [{"role": "user", "content": f"q{number}"}, {"role": "assistant", "content": f"a{number}"}] * (
            number % 9
        )
        tool = json.loads(json.dumps(line["tools"]).replace('"d"', f'"d{number}"'))
        messages_ = [*line["messages"][:2], *line["messages"][2:], *turns]
        own.example({"messages": messages_, "tools": tool})
    assert len(asked) == 9
