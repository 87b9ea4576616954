"""The register of rules: each an entry that explains itself, with a line that breaks it and one that does not."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from prep.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

PROVIDERS = ("azure", "openai")
METHODS = ("sft",)
# (JSON path, what is wrong there)
Spot = tuple[str, str]


@dataclass(frozen=True)
class Rule:
    """A rule: what it says, how to mend a line, and the function that finds the places which break it.

    `severity` is one word, or one for each provider. `level`: "line" rules look at bytes, "example" rules at the parsed
    line, "file" rules at the whole file. `bad` breaks this rule and no other; `good` is its nearest valid sibling.
    """

    id: str
    severity: str | dict[str, str]
    level: str
    explanation: str
    fix: str
    bad: str
    good: str
    providers: tuple[str, ...]
    check: Callable[..., Iterable[Spot]]

    def severity_for(self, provider: str) -> str:
        """error or warning."""
        return self.severity if isinstance(self.severity, str) else self.severity[provider]

    def as_dict(self) -> dict[str, Any]:
        """The entry as plain data."""
        names = ("id", "severity", "level", "explanation", "fix", "bad", "good")
        return {name: getattr(self, name) for name in names} | {
            "providers": list(self.providers),
            "methods": list(METHODS),
        }


@dataclass(frozen=True)
class Finding:
    """A place that breaks a rule. `line` counts from 1; 0: the whole file. In a pipeline `file` is a record's id."""

    file: str
    line: int
    path: str
    rule: str
    severity: str
    provider: str
    message: str
    fix: str


RULES: dict[str, Rule] = {}


def rule(
    id: str,  # noqa: A002
    severity: str | dict[str, str],
    *,
    explanation: str,
    fix: str,
    bad: str,
    good: str,
    level: str = "example",
    providers: Sequence[str] = PROVIDERS,
) -> Callable[[Callable[..., Iterable[Spot]]], Callable[..., Iterable[Spot]]]:
    """Register a function as the check of a rule."""

    def register(check: Callable[..., Iterable[Spot]]) -> Callable[..., Iterable[Spot]]:
        RULES[id] = Rule(id, severity, level, explanation, fix, bad, good, tuple(providers), check)
        return check

    return register


@cache
def load_rules() -> dict[str, Rule]:
    """Every rule, in the order of its file."""
    package = importlib.import_module("prep.stages.validate.rules")
    for info in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{info.name}")
    return RULES


def named(ids: Iterable[str]) -> list[Rule]:
    """The rules of these ids; UsageError, with the nearest id, where there is none."""
    rules = load_rules()
    for name in ids:
        if name not in rules:
            near = difflib.get_close_matches(name, rules, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "`prep rules` lists them"
            raise UsageError(f"no rule is called {name}", hint=hint)
    return [rules[name] for name in ids]
