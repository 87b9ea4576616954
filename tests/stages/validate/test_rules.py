"""Every rule finds its bad line, nothing else does, and its good line is clean."""

from __future__ import annotations

import json

import pytest

from prep.stages.validate.check import OF_SHAPE, OF_STRUCTURE, Checker
from prep.stages.validate.example import Example
from prep.stages.validate.register import PROVIDERS, findings, load_rules
from prep.stages.validate.rules.tool import DECLARATIONS

RULES = load_rules()
LEVELS = ("line", "example")
# Rules whose bad line cannot be written on one line of the register; each has a test of its own below.
APART = ("tool.too_many", "img.size", "msg.too_long", "line.too_long")
ON_LINES = [name for name, rule in RULES.items() if rule.level in LEVELS and name not in APART]
GOOD = RULES["line.json"].good


def broken_by(line: str, name: str, *, ignore: tuple[str, ...] = ()) -> set[str]:
    """The rules that a line breaks where rule `name` applies.

    In the register half characters stand for bytes that are no UTF-8.
    """
    rule = RULES[name]
    provider, method = rule.providers[0], rule.methods[0]
    checker = Checker([provider], method, ignore)
    text = line.replace("\\udcff", "\udcff") if name == "line.utf8" else line
    _, hits, *_ = checker.line(text.encode("utf-8", "surrogateescape"), cut=name == "line.truncated")
    return {finding.rule for finding in findings(hits, [provider], "f", 1)}


@pytest.mark.parametrize("name", ON_LINES)
def test_a_bad_line_breaks_its_rule_and_no_other(name: str) -> None:
    """One cause, one finding."""
    assert broken_by(RULES[name].bad, name) == {name}


@pytest.mark.parametrize("name", ON_LINES)
def test_without_its_rule_a_bad_line_passes(name: str) -> None:
    """Each rule is the only one that catches its bad line; the schema does not bring back what is ignored."""
    assert broken_by(RULES[name].bad, name, ignore=(name,)) == set()


@pytest.mark.parametrize("name", [*ON_LINES, *APART])
def test_a_good_line_is_clean(name: str) -> None:
    """The nearest valid sibling breaks nothing."""
    assert broken_by(RULES[name].good, name) == set()


def test_every_rule_says_what_it_is() -> None:
    """Explanation, fix, both lines; the sets that name rules name no others."""
    for rule in RULES.values():
        assert all((rule.explanation, rule.fix, rule.good, rule.providers, rule.methods))
        assert rule.bad or rule.id == "line.blank"
        assert rule.explanation[-1] == "."
    assert set(RULES) >= OF_SHAPE | OF_STRUCTURE | DECLARATIONS


def test_a_line_with_too_many_functions_is_found() -> None:
    """128 functions pass, 129 do not."""
    good = json.loads(RULES["tool.too_many"].good)
    tool = good["tools"][0]
    for count, expected in ((128, set()), (129, {"tool.too_many"})):
        good["tools"] = [tool] + [{**tool, "function": {**tool["function"], "name": f"g{n}"}} for n in range(count - 1)]
        assert broken_by(json.dumps(good), "tool.too_many") == expected


def test_an_image_over_the_limit_is_found() -> None:
    """10 MB pass, more do not."""
    good = json.loads(RULES["img.size"].good)
    address = good["messages"][1]["content"][1]["image_url"]["url"].rstrip("=")
    for count, expected in ((13_000_000, set()), (14_500_000, {"img.size"})):
        padded = address[: (len(address) - 22) // 4 * 4 + 22] + "A" * count
        good["messages"][1]["content"][1]["image_url"]["url"] = padded
        assert broken_by(json.dumps(good), "img.size") == expected


def test_a_message_over_azures_limit_is_warned_of() -> None:
    """1,048,576 characters pass, one more does not."""
    good = json.loads(GOOD)
    for count, expected in ((1_048_576, set()), (1_048_577, {"msg.too_long"})):
        good["messages"][1]["content"] = "q" * count
        assert broken_by(json.dumps(good), "msg.too_long") == expected


def test_an_example_over_the_models_limit_is_found() -> None:
    """The limit itself passes, one token more does not."""
    rule, data = RULES["tok.over_max_example"], json.loads(GOOD)
    assert rule.hits(Example(data, "sft", 100, 100)) == []
    assert [hit.told for hit in rule.hits(Example(data, "sft", 101, 100))] == ["101 tokens, 100 are the most"]


def test_severity_depends_on_the_provider() -> None:
    """A last message that is not the assistant's is a warning for OpenAI and an error for the others."""
    rule = RULES["ex.last_not_assistant"]
    assert {name for name in PROVIDERS if rule.severity_for(name) == "warning"} == {"openai"}


@pytest.mark.parametrize(
    ("line", "rule", "path"),
    [
        ('{"messages": [{"role": "user", "content": ["a", "b"]}, {"role": "assistant", "content": "x"}]}',
         "msg.content_type", "messages[0].content[0]"),
        ('{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "weight": true}]}',
         "msg.weight_not_0_1", "messages[1].weight"),
        ('{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "weight": 1.0}]}',
         "msg.weight_not_0_1", "messages[1].weight"),
        ('{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": null}]}',
         "msg.content_missing", "messages[1]"),
        ('{"messages": [{"role": ["user"], "content": "q"}, {"role": "assistant", "content": "a"}]}',
         "msg.role_unknown", "messages[0].role"),
        ('{"prompt": "p", "completion": "c"}', "ex.other_method", ""),
        ('{"Messages": [{"role": "user", "content": "q"}]}', "ex.messages_missing", ""),
        ('{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "tool_calls": [1]}]}',
         "tool.call_invalid", "messages[1].tool_calls[0]"),
    ],
)  # fmt: skip
def test_what_providers_are_known_to_refuse_is_found_with_its_path(line: str, rule: str, path: str) -> None:
    """Cases from real refusals, each with the place in the line."""
    _, hits, *_ = Checker(["azure"]).line(line.encode())
    assert (rule, path) in {(hit.rule.id, hit.path) for hit in hits}


def test_all_errors_of_a_line_are_told_at_once() -> None:
    """Five causes in one line are five findings."""
    line = (
        '{"messages": [{"role": "human", "content": "q"}, {"role": "user", "content": " ", "weight": 1},'
        ' {"role": "assistant", "content": "a", "weight": 2}], "note": 1}'
    )
    _, hits, *_ = Checker(["azure"]).line(line.encode())
    assert sorted((hit.rule.id, hit.path) for hit in hits) == [
        ("ex.unknown_key", "note"), ("msg.content_whitespace", "messages[1].content"),
        ("msg.role_unknown", "messages[0].role"), ("msg.weight_not_0_1", "messages[2].weight"),
        ("msg.weight_not_on_assistant", "messages[1].weight"),
    ]  # fmt: skip


def test_what_only_the_schema_knows_is_told_beside_what_a_rule_says() -> None:
    """A rule about one place does not hide what is wrong at another one of the same message."""
    line = (
        '{"messages": [{"role": "user", "content": [{"type": "text"}, {"type": "image_url", "image_url": {}}]},'
        ' {"role": "assistant", "content": "a", "refusal": 1, "weight": 2, "audio": {}}], "parallel_tool_calls": 0}'
    )
    _, hits, *_ = Checker(["azure"], ignore=["ex.no_system"]).line(line.encode())
    assert sorted((hit.rule.id, hit.path) for hit in hits) == [
        ("ex.schema", "messages[0].content[1].image_url"), ("ex.schema", "messages[1].audio"),
        ("ex.schema", "messages[1].refusal"), ("ex.schema", "parallel_tool_calls"),
        ("msg.content_type", "messages[0].content[0]"), ("msg.weight_not_0_1", "messages[1].weight"),
    ]  # fmt: skip


def test_a_schema_of_another_address_is_never_fetched() -> None:
    """Arguments whose declaration points elsewhere are left alone."""
    line = json.loads(RULES["tool.args_schema_mismatch"].bad)
    line["tools"][0]["function"]["parameters"] = {"$ref": "https://example.invalid/schema.json"}
    assert broken_by(json.dumps(line), "tool.args_schema_mismatch") == set()
