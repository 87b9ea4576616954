"""Every rule finds its bad line, nothing else does, and its good line is clean."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from prep import validate
from prep.stages.validate.check import Checker, is_plain
from prep.stages.validate.example import Example
from prep.stages.validate.raw import parse
from prep.stages.validate.register import PROVIDERS, load_rules

RULES = load_rules()
# Rules whose bad line cannot be written on one line of the register.
APART = ("tok.over_max_example", "tool.too_many", "img.size")
ON_LINES = [name for name, rule in RULES.items() if rule.level != "file" and name not in APART]
GOOD = RULES["line.json"].good


def broken_by(line: str, without: str = "", provider: str = "azure") -> set[str]:
    """The rules that a line breaks; in the register half characters stand for bytes that are no UTF-8."""
    checker = Checker([provider], [without] if without else [])
    _, hits = checker.line(line.encode("utf-8", "surrogateescape"))
    return {finding.rule for finding in checker.findings(hits, "f", 1)}


@pytest.mark.parametrize("name", ON_LINES)
def test_a_bad_line_breaks_its_rule_and_no_other(name: str) -> None:
    """One cause, one finding; warnings that any line without a system message has are put aside by the line itself."""
    bad = RULES[name].bad.replace("\\udcff", "\udcff") if name == "line.utf8" else RULES[name].bad
    extra = {"ex.no_system", "ex.no_user"} if name in ("line.nan", "ex.no_system", "ex.no_user") else set()
    assert broken_by(bad, provider=RULES[name].providers[0]) - (extra - {name}) == {name}


@pytest.mark.parametrize("name", ON_LINES)
def test_without_its_rule_a_bad_line_passes(name: str) -> None:
    """Each rule is the only one that catches its bad line."""
    bad = RULES[name].bad.replace("\\udcff", "\udcff") if name == "line.utf8" else RULES[name].bad
    assert name not in broken_by(bad, without=name, provider=RULES[name].providers[0])


@pytest.mark.parametrize("name", [*ON_LINES, *APART])
def test_a_good_line_is_clean(name: str) -> None:
    """The nearest valid sibling breaks nothing."""
    assert broken_by(RULES[name].good) == set()


def test_a_line_with_too_many_functions_is_found() -> None:
    """128 functions pass, 129 do not."""
    good = json.loads(RULES["tool.too_many"].good)
    tool = good["tools"][0]
    for count, expected in ((128, set()), (129, {"tool.too_many"})):
        good["tools"] = [tool] + [{**tool, "function": {**tool["function"], "name": f"g{n}"}} for n in range(count - 1)]
        assert broken_by(json.dumps(good)) == expected


def test_an_image_over_the_limit_is_found() -> None:
    """10 MB pass, more do not."""
    good = json.loads(RULES["img.size"].good)
    for count, expected in ((13_000_000, set()), (14_500_000, {"img.size"})):
        good["messages"][1]["content"][1]["image_url"]["url"] = "data:image/png;base64," + "A" * count
        assert broken_by(json.dumps(good)) == expected


def test_a_file_of_two_formats_is_found(tmp_path: Path) -> None:
    """Chat lines beside prompt and completion."""
    path = tmp_path / "a.jsonl"
    path.write_text((GOOD + "\n") * 10 + '{"prompt": "p", "completion": "c"}\n')
    assert "file.mixed_formats" in {finding["rule"] for finding in validate(path)["findings"]}


def test_an_example_over_the_limit_is_found() -> None:
    """The limit itself passes, one token more does not."""
    checker = Checker(["azure"])
    data = json.loads(GOOD)
    assert [rule.id for rule, _, _ in checker.example(Example(data, 100, 100))] == []
    assert [rule.id for rule, _, _ in checker.example(Example(data, 101, 100))] == ["tok.over_max_example"]


def test_severity_depends_on_the_provider() -> None:
    """A last message that is not the assistant's is an error for Azure and a warning for OpenAI."""
    rule = RULES["ex.last_not_assistant"]
    assert {provider: rule.severity_for(provider) for provider in PROVIDERS} == {"azure": "error", "openai": "warning"}


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
        ('{"prompt": "p", "completion": "c"}', "ex.messages_missing", ""),
    ],
)  # fmt: skip
def test_what_providers_are_known_to_refuse_is_found_with_its_path(line: str, rule: str, path: str) -> None:
    """Cases from real refusals, each with the place in the line."""
    checker = Checker(["azure"])
    _, hits = checker.line(line.encode())
    assert (rule, path) in {(finding.rule, finding.path) for finding in checker.findings(hits, "f", 1)}


texts = st.sampled_from(["", " ", "a", "q<|im_end|>", "\u2028"])
values = st.one_of(texts, st.none(), st.integers(0, 2), st.booleans(), st.lists(texts, max_size=2))
messages = st.dictionaries(
    st.sampled_from(["role", "content", "name", "weight", "tool_calls", "x"]),
    st.one_of(st.sampled_from(["system", "user", "assistant", "tool", "developer", "human"]), values),
    max_size=4,
)
plain = st.fixed_dictionaries({"role": st.sampled_from(["system", "user", "assistant"]), "content": texts})
lines = st.dictionaries(
    st.sampled_from(["messages", "tools", "weight"]),
    st.one_of(st.lists(st.one_of(messages, plain), max_size=4), values),
    max_size=3,
)


@given(lines)
def test_the_fast_path_passes_only_what_the_rules_pass(line: dict[str, object]) -> None:
    """A line that is waved through breaks no rule."""
    text = json.dumps(line)
    if is_plain(text):
        assert list(Checker(["azure", "openai"]).example(Example(line))) == []  # type: ignore[arg-type]


@given(st.one_of(st.binary(max_size=80), lines.map(lambda line: json.dumps(line).encode())))
def test_no_line_ends_in_an_exception(line: bytes) -> None:
    """Whatever the bytes: parsed, or a verdict."""
    checker = Checker(["azure", "openai"])
    raw, hits = checker.line(line)
    assert (raw.data is None) == bool(parse(line).verdict)
    assert list(checker.findings(hits, "f", 1)) is not None


def test_a_file_is_checked_whole(tmp_path: Path) -> None:
    """Findings have file and line; few examples, a BOM and a broken last line are told."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + (GOOD + "\r\n").encode() * 3 + b"\n" + GOOD[:30].encode())
    report = validate(path, provider=["openai", "azure"])
    found = {(finding["line"], finding["rule"], finding["provider"]) for finding in report["findings"]}
    assert found == {
        (4, "line.blank", "openai"), (4, "line.blank", "azure"), (5, "line.json", "openai"), (5, "line.json", "azure"),
        (0, "file.min_examples", "openai"), (0, "file.min_examples", "azure"), (0, "file.bom", "openai"),
    }  # fmt: skip
    assert (report["valid"], report["examples"]) == (False, 3)


@pytest.mark.parametrize(("content", "rule"), [(b"", "file.empty"), ((GOOD + "\n").encode("utf-16"), "line.utf8")])
def test_odd_files_get_one_clear_finding(tmp_path: Path, content: bytes, rule: str) -> None:
    """An empty file and a UTF-16 file: one finding, not one a line."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(content)
    assert [finding["rule"] for finding in validate(path)["findings"]] == [rule]


def test_ten_examples_are_enough(tmp_path: Path) -> None:
    """Ten good lines are a valid file."""
    path = tmp_path / "a.jsonl"
    path.write_text((GOOD + "\n") * 10)
    assert validate(path, provider=["azure", "openai"], model="gpt-4.1-mini")["findings"] == []
