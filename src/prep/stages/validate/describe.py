"""The rules as plain data: for `prep rules` and the documentation."""

from __future__ import annotations

from typing import Any

from prep.stages.validate.register import load_rules, named


def describe_all() -> list[dict[str, Any]]:
    """Every rule, by id."""
    return [rule.as_dict() for _, rule in sorted(load_rules().items())]


def describe(rule_id: str) -> dict[str, Any]:
    """One rule; UsageError, with the nearest id, where there is none."""
    return named([rule_id])[0].as_dict()
