"""What a person sees: errors, progress, reports. Human text to stderr, results to stdout."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from prep.console.advice import print_advice
    from prep.console.costs import print_costs
    from prep.console.counts import print_counts
    from prep.console.errors import print_error, print_json
    from prep.console.findings import print_findings, print_repairs
    from prep.console.lookups import (
        print_cache,
        print_checks,
        print_rule,
        print_rules,
        print_start,
        print_step,
        print_steps,
    )
    from prep.console.models import print_model, print_models
    from prep.console.progress import Live
    from prep.console.records import print_differences, print_life
    from prep.console.report import print_plan, print_report

# Where each name lives: a command loads what it uses, and start-up is short.
_HOMES = {
    "Live": "prep.console.progress",
    "print_advice": "prep.console.advice",
    "print_cache": "prep.console.lookups",
    "print_checks": "prep.console.lookups",
    "print_costs": "prep.console.costs",
    "print_counts": "prep.console.counts",
    "print_differences": "prep.console.records",
    "print_error": "prep.console.errors",
    "print_findings": "prep.console.findings",
    "print_json": "prep.console.errors",
    "print_life": "prep.console.records",
    "print_model": "prep.console.models",
    "print_models": "prep.console.models",
    "print_plan": "prep.console.report",
    "print_repairs": "prep.console.findings",
    "print_report": "prep.console.report",
    "print_rule": "prep.console.lookups",
    "print_rules": "prep.console.lookups",
    "print_start": "prep.console.lookups",
    "print_step": "prep.console.lookups",
    "print_steps": "prep.console.lookups",
}

__all__ = [
    "Live",
    "print_advice",
    "print_cache",
    "print_checks",
    "print_costs",
    "print_counts",
    "print_differences",
    "print_error",
    "print_findings",
    "print_json",
    "print_life",
    "print_model",
    "print_models",
    "print_plan",
    "print_repairs",
    "print_report",
    "print_rule",
    "print_rules",
    "print_start",
    "print_step",
    "print_steps",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
