"""The register of rules: each an entry that explains itself, with a line that breaks it and one that does not."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from prep.chat.roles import METHODS
from prep.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# The first two are providers a pipeline can aim at; the others read near variants of the same lines.
PROVIDERS = ("azure", "openai", "together", "fireworks", "mistral")
# (JSON path, what is wrong there), and which providers it concerns where that is not all of the rule's.
Spot = tuple[str, str] | tuple[str, str, Sequence[str]]


class Hit(NamedTuple):
    """A place that breaks a rule, before it is told for each provider."""

    rule: Rule
    path: str
    told: str
    providers: tuple[str, ...]


@dataclass(frozen=True)
class Rule:
    """A rule: what it says, how to mend a line, and the function that finds the places which break it.

    `severity` is one word, or one for each provider ("else" for those not named). `level`: "line" rules look at bytes,
    "example" rules at the parsed line, "file" rules at a whole file, "set" rules at all files together, "model" rules
    at the model alone. `bad` breaks this rule and no other; `good` is its nearest valid sibling.
    """

    id: str
    severity: str | dict[str, str]
    level: str
    explanation: str
    fix: str
    bad: str
    good: str
    providers: tuple[str, ...]
    methods: tuple[str, ...]
    check: Callable[..., Iterable[Spot]]

    def severity_for(self, provider: str) -> str:
        """error or warning."""
        if isinstance(self.severity, str):
            return self.severity
        return self.severity.get(provider) or self.severity["else"]

    def hits(self, *facts: Any) -> list[Hit]:
        """The places that break it, each once."""
        found = [
            Hit(self, path, told, tuple(only[0]) if only else self.providers)
            for path, told, *only in self.check(*facts)
        ]
        return list(dict.fromkeys(found)) if len(found) > 1 else found

    def __hash__(self) -> int:
        return hash(self.id)

    def as_dict(self) -> dict[str, Any]:
        """The entry as plain data."""
        names = ("id", "severity", "level", "explanation", "fix", "bad", "good")
        return {name: getattr(self, name) for name in names} | {
            "providers": list(self.providers),
            "methods": list(self.methods),
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
    methods: Sequence[str] = METHODS,
) -> Callable[[Callable[..., Iterable[Spot]]], Callable[..., Iterable[Spot]]]:
    """Register a function as the check of a rule."""

    def register(check: Callable[..., Iterable[Spot]]) -> Callable[..., Iterable[Spot]]:
        RULES[id] = Rule(id, severity, level, explanation, fix, bad, good, tuple(providers), tuple(methods), check)
        return check

    return register


@cache
def load_rules() -> dict[str, Rule]:
    """Every rule, in the order of its file."""
    package = importlib.import_module("prep.stages.validate.rules")
    for info in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{info.name}")
    return RULES


def rules_for(method: str, ignore: Iterable[str] = ()) -> list[Rule]:
    """The rules about lines of `method`, without those that are ignored."""
    ignored = set(ignore)
    return [rule for rule in load_rules().values() if method in rule.methods and rule.id not in ignored]


def named(ids: Iterable[str]) -> list[Rule]:
    """The rules of these ids; UsageError, with the nearest id, where there is none."""
    rules = load_rules()
    for name in ids:
        if name not in rules:
            near = difflib.get_close_matches(name, rules, n=1)
            hint = f"did you mean `{near[0]}`?" if near else "`prep rules` lists them"
            raise UsageError(f"no rule is called {name}", hint=hint)
    return [rules[name] for name in ids]


def findings(hits: Iterable[Hit], providers: Sequence[str], file: str, line: int) -> list[Finding]:
    """One finding for each provider a hit concerns."""
    return [
        Finding(file, line, hit.path, hit.rule.id, hit.rule.severity_for(provider), provider, hit.told, hit.rule.fix)
        for hit in hits
        for provider in providers
        if provider in hit.providers and provider in hit.rule.providers
    ]
