"""Chat JSONL files, ours or not, against the rules: for `prep validate`."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from prep.catalog import encoding_of, max_training_tokens
from prep.chat.files import UNREADABLE, open_chat, why_unreadable
from prep.errors import InputError, UsageError
from prep.stages.validate.check import Checker
from prep.stages.validate.example import Example
from prep.stages.validate.raw import FileFacts, kind_of_line
from prep.stages.validate.register import METHODS, PROVIDERS, Finding

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LEAST_EXAMPLES = 10
MOST_BYTES = 512 * 1024 * 1024
# More findings than anybody reads are counted, not kept.
MOST_FINDINGS = 10_000
_BLOCK = 8 * 1024 * 1024


@dataclass
class Report:
    """What was found: `valid` is true without errors; warnings leave it so."""

    examples: int = 0
    errors: int = 0
    findings: list[Finding] = field(default_factory=list)
    not_listed: int = 0

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep it while there is room."""
        self.errors += finding.severity == "error"
        if len(self.findings) < MOST_FINDINGS:
            self.findings.append(finding)
        else:
            self.not_listed += 1

    def as_dict(self) -> dict[str, Any]:
        """What `prep validate --json` prints."""
        return {
            "schema_version": 1,
            "valid": self.errors == 0,
            "examples": self.examples,
            "errors": self.errors,
            "findings": [asdict(finding) for finding in self.findings],
            "findings_not_listed": self.not_listed,
        }


def validate_files(paths: Sequence[Path], providers: Sequence[str], method: str, *, model: str | None = None) -> Report:
    """Check every line of every file. `model`: also how long an example may be for it.

    InputError where a file cannot be read; UsageError for a provider or method that is not known.
    """
    for given, known in ((providers, PROVIDERS), ([method], METHODS)):
        for name in given:
            if name not in known:
                raise UsageError(f"{name!r} is not one of {', '.join(known)}")
    checker = Checker(providers)
    report = Report()
    for path in paths:
        try:
            _check_file(path, checker, report, model)
        except UNREADABLE as error:
            raise InputError(f"cannot read {path.name}: {why_unreadable(error)}", where=str(path)) from error
    return report


def _check_file(path: Path, checker: Checker, report: Report, model: str | None) -> None:
    number = examples = broken = size = 0
    bom = False
    kinds: set[str] = set()
    with open_chat(path) as handle:
        while lines := handle.readlines(_BLOCK):
            if number == 0 and lines[0].startswith((b"\xff\xfe", b"\xfe\xff")):
                utf8 = [rule for rule in checker.line_rules if rule.id == "line.utf8"]
                told = [(rule, "", "the file is UTF-16") for rule in utf8]
                for finding in checker.findings(told, str(path), 1):
                    report.add(finding)
                return
            if number == 0 and lines[0].startswith(b"\xef\xbb\xbf"):
                bom = True
                lines[0] = lines[0][3:]
            parsed: list[tuple[int, dict[str, Any]]] = []
            for line in lines:
                number += 1
                size += len(line)
                raw, hits = checker.line(line)
                if raw.data is None:
                    broken += 1
                else:
                    examples += 1
                    kinds.add(kind_of_line(raw.data))
                    parsed.append((number, raw.data))
                for finding in checker.findings(hits, str(path), number):
                    report.add(finding)
            if model is not None:
                _check_lengths(path, parsed, checker, report, model)
    facts = FileFacts(size + 3 * bom, examples, broken, bom, frozenset(kinds), LEAST_EXAMPLES, MOST_BYTES)
    hits = [(rule, spot, told) for rule in checker.file_rules for spot, told in rule.check(facts)]
    for finding in checker.findings(hits, str(path), 0):
        report.add(finding)
    report.examples += examples


def _check_lengths(
    path: Path, parsed: list[tuple[int, dict[str, Any]]], checker: Checker, report: Report, model: str
) -> None:
    from prep.tokens.messages import count_examples

    sound = [(number, data) for number, data in parsed if Example(data).roles is not None]
    counts = count_examples([data for _, data in sound], encoding_of(model).name).tokens
    rules = [rule for rule in checker.example_rules if rule.id == "tok.over_max_example"]
    for provider in checker.providers:
        limit = max_training_tokens(provider, model)
        own = Checker([provider])
        for (number, data), tokens in zip(sound, counts.tolist(), strict=True):
            example = Example(data, tokens, limit)
            hits = [(rule, spot, told) for rule in rules for spot, told in rule.check(example)]
            for finding in own.findings(hits, str(path), number):
                report.add(finding)
