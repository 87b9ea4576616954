"""Whole files as users bring them: good ones pass, odd ones are warned of, broken ones refused for their reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from prep import validate
from prep.stages.validate.register import load_rules

FOLDER = Path(__file__).parent / "files"
EXPECTED: dict[str, dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text())
# Short files and single files are what these are.
SHORT = ("file.min_examples", "set.few_pairs", "set.no_validation")


def found(name: str, **how: Any) -> list[dict[str, Any]]:
    wanted = EXPECTED[name]
    asked = {"provider": wanted.get("provider", "azure"), "method": wanted["method"], "ignore": SHORT} | how
    return list(validate(FOLDER / name, **asked)["findings"])


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.startswith("good/")])
def test_a_good_file_is_clean(name: str) -> None:
    """Nothing is said of it, by the rules of Azure and of OpenAI."""
    assert found(name, provider=["azure", "openai"]) == []


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.startswith("odd/")])
def test_an_odd_file_is_valid_with_a_warning(name: str) -> None:
    """Exactly the warnings that are meant, and no error."""
    told = found(name)
    assert sorted({finding["rule"] for finding in told}) == EXPECTED[name]["rules"]
    assert {finding["severity"] for finding in told} == {"warning"}


@pytest.mark.parametrize("name", [name for name in EXPECTED if name.startswith("broken/")])
def test_a_broken_file_is_refused_for_its_reason(name: str) -> None:
    """Exactly the errors that are meant."""
    told = [finding for finding in found(name) if finding["severity"] == "error"]
    assert sorted({finding["rule"] for finding in told}) == EXPECTED[name]["rules"]


def test_every_file_is_expected_and_every_kind_is_there() -> None:
    """No fixture without its line in expected.json; about a hundred files."""
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.jsonl")}
    assert files == set(EXPECTED)
    assert len(files) > 60


def test_rules_that_no_file_names_are_few_and_known() -> None:
    """A rule that is taken out of the register is missed here or by its own test."""
    named = {rule for wanted in EXPECTED.values() for rule in wanted["rules"]}
    assert {name for name in load_rules() if name not in named} == {
        # Large ones, and those that need two files, a model or a grader: they have tests of their own.
        "file.max_examples", "file.min_examples", "file.too_large", "line.too_long", "img.size", "msg.too_long",
        "tool.too_many", "tok.over_max_example", "set.train_valid_leak", "set.near_duplicate", "set.mixed_modality",
        "set.few_pairs", "set.tokens_by_epochs", "set.no_validation", "rft.template_item_unresolved", "model.unknown",
        "model.retired", "model.retires_soon", "model.method_unsupported", "model.fine_tuning_closed",
    }  # fmt: skip
