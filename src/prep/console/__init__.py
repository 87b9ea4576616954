"""What a person sees: errors, progress, reports. Human text to stderr, results to stdout."""

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
