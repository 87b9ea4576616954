"""Chat JSONL files, ours or not, against the rules: for `prep validate`."""

from __future__ import annotations

import datetime
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.catalog import auto_epochs, encoding_of
from prep.chat.files import UNREADABLE, why_unreadable
from prep.chat.roles import METHODS
from prep.errors import InputError, UsageError
from prep.stages.validate.facts import FileFacts
from prep.stages.validate.gather import add, set_facts, whole_file
from prep.stages.validate.models import model_facts
from prep.stages.validate.pool import Asked, check_all
from prep.stages.validate.register import PROVIDERS, Finding, findings, named
from prep.stages.validate.stretch import Stretch
from prep.stages.validate.tally import MOST_FINDINGS, Tally

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from prep.stages.validate.check import Checker
    from prep.stages.validate.register import Hit, Rule

# Up to this many bytes near-duplicates are looked for without being asked.
NEAR_BYTES = 64 * 1024 * 1024
# Files are checked in stretches of this size, by several processes where there are a few.
STRETCH_BYTES = 16 * 1024 * 1024


@dataclass
class Report:
    """What was found: `valid` is true without errors; warnings leave it so."""

    providers: list[str]
    method: str
    examples: int = 0
    counts: dict[str, int] = field(default_factory=dict)  # "rule severity provider": findings
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def add(self, found: Iterable[Finding]) -> None:
        """Count findings, and keep them while there is room."""
        for finding in found:
            add(self.counts, {f"{finding.rule} {finding.severity} {finding.provider}": 1})
            if len(self.findings) < MOST_FINDINGS:
                self.findings.append(finding)

    def as_dict(self) -> dict[str, Any]:
        """What `prep validate --json` prints."""
        rows = [
            dict(zip(("rule", "severity", "provider"), name.split(" "), strict=True)) | {"findings": count}
            for name, count in sorted(self.counts.items())
        ]
        errors = sum(count for name, count in self.counts.items() if name.split(" ")[1] == "error")
        return {
            "schema_version": 1,
            "valid": errors == 0,
            "providers": self.providers,
            "method": self.method,
            "examples": self.examples,
            "errors": errors,
            "warnings": sum(self.counts.values()) - errors,
            "summary": rows,
            "findings": [asdict(finding) for finding in self.findings],
            "findings_not_listed": sum(self.counts.values()) - len(self.findings),
            "notes": self.notes,
        }


def validate_files(
    paths: Sequence[Path],
    providers: Sequence[str],
    method: str,
    *,
    model: str | None = None,
    ignore: Sequence[str] = (),
    near: bool | None = None,
    grader: Path | None = None,
    today: datetime.date | None = None,
    catalog: Path | None = None,
    workers: int | None = None,
) -> Report:
    """Check every line of every file, every file, and all of them together.

    `model`: also how long an example may be for it, and until when it can be had. `near`: look for near-duplicates
    across files; None: up to `NEAR_BYTES`. `grader`: a reinforcement grader as JSON. InputError where a file cannot be
    read; UsageError for a provider, method or rule that is not known.
    """
    for given, known in ((providers, PROVIDERS), ([method], METHODS)):
        for name in given:
            if name not in known:
                raise UsageError(f"{name!r} is not one of {', '.join(known)}")
    if not providers:
        raise UsageError("no provider is named", hint=f"known are {', '.join(PROVIDERS)}")
    named(ignore)
    if model is not None:
        encoding_of(model)
    templates = _templates(grader, method)
    asked = Asked(list(providers), method, list(ignore), model, templates)
    tallies = _tallies(paths, asked, workers)
    tokens = sum(tally.tokens for tally in tallies) if model is not None else None
    files = [(str(path), tally) for path, tally in zip(paths, tallies, strict=True)]
    report = judge(files, asked, tokens=tokens, near=near)
    if model is not None:
        checker = asked.checker()
        for one in model_facts(providers, model, method, today or datetime.date.today(), catalog):
            hits = [hit._replace(providers=(one.provider,)) for hit in _hits(checker, "model", one)]
            report.add(findings(hits, providers, model, 0))
    return report


def judge(
    files: Sequence[tuple[str, Tally]], asked: Asked, *, tokens: int | None = None, near: bool | None = False
) -> Report:
    """What the tallies of files hold, and what the rules about files and sets say of them; see `validate_files`."""
    checker = asked.checker()
    report = Report(asked.providers, asked.method)
    for name, tally in files:
        report.examples += tally.examples
        room = MOST_FINDINGS - len(report.findings)
        report.findings += tally.findings[:room]
        add(report.counts, tally.counts)
        kinds, kind = frozenset(tally.kinds), "preference" if asked.method == "dpo" else "chat"
        facts = FileFacts(
            name, asked.method, tally.size, tally.examples, tally.broken, tally.bom, tally.utf16, tally.document,
            tally.crlf, tally.pictured, kinds or frozenset({kind}),
        )  # fmt: skip
        report.add(findings(_hits(checker, "file", facts), asked.providers, name, 0))
    _check_sets(files, checker, report, near, tokens)
    return report


def _hits(checker: Checker, level: str, facts: Any) -> list[Hit]:
    rules: list[Rule] = checker.of_level(level)
    return [hit for rule in rules for hit in rule.hits(facts)]


def _tallies(paths: Sequence[Path], asked: Asked, workers: int | None) -> list[Tally]:
    stretches: list[Stretch] = []
    owners = []
    for number, path in enumerate(paths):
        try:
            size = path.stat().st_size
            with path.open("rb"):
                pass
        except OSError as error:
            hint = "standard input is /dev/stdin" if str(path) == "-" else None
            told = f"cannot read {path.name or path}: {why_unreadable(error)}"
            raise InputError(told, where=str(path), hint=hint) from error
        cuts = range(0, max(size, 1), STRETCH_BYTES) if path.suffix not in (".gz", ".zst") else range(1)
        ends = [*cuts[1:], None]
        stretches += [Stretch(str(path), start, end) for start, end in zip(cuts, ends, strict=True)]
        owners += [number] * len(cuts)
    count = min(workers or os.cpu_count() or 1, len(stretches) // 2)
    try:
        found = check_all(stretches, asked, count)
    except UNREADABLE as error:
        raise InputError(f"cannot read: {why_unreadable(error)}", where=", ".join(map(str, paths))) from error
    return [
        whole_file([tally for tally, owner in zip(found, owners, strict=True) if owner == number])
        for number in range(len(paths))
    ]


def _check_sets(
    files: Sequence[tuple[str, Tally]], checker: Checker, report: Report, near: bool | None, tokens: int | None
) -> None:
    facts = set_facts(files, checker.method)
    if tokens is not None:
        facts.tokens, facts.epochs = tokens, auto_epochs(facts.examples)
    wanted = any(rule.id == "set.near_duplicate" for rule in checker.rules) and len(files) > 1
    size = sum(tally.size for _, tally in files)
    if wanted and (near or (near is None and size <= NEAR_BYTES)):
        from prep.stages.validate.near import near_pairs

        facts.near, more = near_pairs([Path(name) for name, _ in files])
        facts.more |= {"set.near_duplicate": more} if more else {}
    elif wanted and near is None:
        report.notes.append(f"near-duplicates across files were not looked for ({size:,} bytes); --near does")
    for hit in _hits(checker, "set", facts):
        file, _, line = hit.path.rpartition(":")
        places = (file, int(line)) if line.isdigit() else (", ".join(facts.files), 0)
        report.add(findings([hit._replace(path="")], report.providers, *places))
        _count_more(report, hit, facts.more.pop(hit.rule.id, 0))


def _count_more(report: Report, hit: Hit, more: int) -> None:
    for provider in report.providers if more else ():
        if provider in hit.providers:
            add(report.counts, {f"{hit.rule.id} {hit.rule.severity_for(provider)} {provider}": more})


def _templates(grader: Path | None, method: str) -> list[list[str]] | None:
    if grader is None:
        return None
    from prep.chat.graders import item_paths

    if method != "rft":
        raise UsageError("a grader belongs to reinforcement", hint="add --method rft")
    try:
        return item_paths(grader.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {grader.name}: {error}", where=str(grader)) from error
