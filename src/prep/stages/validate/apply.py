"""In a pipeline: examples that the target would refuse are dropped with the rule's id; warnings are listed."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from prep.errors import GateError
from prep.stages.validate.check import Checker
from prep.stages.validate.example import Example
from prep.stages.validate.register import Finding, findings, named
from prep.stages.validate.tally import Counting, Tally

if TYPE_CHECKING:
    from prep.stages.part import Part
    from prep.stages.validate.settings import Validate

FINDINGS = {
    "file": pl.String,
    "line": pl.UInt64,
    "path": pl.String,
    "rule": pl.String,
    "severity": pl.String,
    "provider": pl.String,
    "message": pl.String,
    "fix": pl.String,
}


# What the rules about sets compare of an example: null where it does not fit its schema.
HASHES = ("_prompt_hash", "_answer_hash")


def apply(
    part: Part, settings: Validate, *, provider: str, method: str, items: list[list[str]] | None = None
) -> tuple[Part, pl.DataFrame, Tally]:
    """The part with refused examples dropped as `invalid` (detail: the rules), all findings (`file`: the record), and
    what the examples that stay add up to for the rules about sets; what these compare stands in the columns `HASHES`.

    `items`: the paths below {{item}} that a reinforcement grader asks for.

    GateError with `on_error: fail` when an example has an error. UsageError where `ignore` names no rule.
    """
    named(settings.ignore)
    checker = Checker([provider], method, settings.ignore)
    asked = checker.of_level("grader") if items is not None else []
    counting = Counting("", [provider], method)
    found: list[Finding] = []
    rules: list[str | None] = []
    for row, (name, line, alive) in enumerate(zip(part.frame["_id"], part.frame["_example"], part.alive, strict=True)):
        own: list[Finding] = []
        if alive:
            raw, hits, fit, plain = checker.line(line.encode("utf-8", "surrogatepass"))
            if raw.data is not None and asked:
                example = Example(raw.data, method)
                hits = hits + [hit for rule in asked for hit in rule.hits(example, items)]
            own = findings(hits, [provider], name, 0) if hits else []
            if raw.data is not None and fit and not any(finding.severity == "error" for finding in own):
                counting.add(raw.data, plain, row)
        found += own
        errors = dict.fromkeys(finding.rule for finding in own if finding.severity == "error")
        rules.append(", ".join(errors) or None)
    broken = pl.Series("rules", rules, dtype=pl.String)
    table = pl.DataFrame([asdict(finding) for finding in found], schema=FINDINGS)
    if settings.on_error == "fail" and broken.null_count() < broken.len():
        first = [f"{finding.file} ({finding.rule})" for finding in found if finding.severity == "error"][:5]
        raise GateError(
            f"{broken.len() - broken.null_count()} examples break a rule of {provider} for {method}",
            where=", ".join(first),
            hint="`prep rules ID` explains a rule; `validate.on_error: drop` drops such examples",
        )
    tally = counting.finish()
    part = part.drop(where=broken.is_not_null(), reason="invalid", detail=broken)
    return replace(part, frame=part.frame.with_columns(_hashes(tally, part.frame.height))), table, tally


def _hashes(tally: Tally, height: int) -> list[pl.Series]:
    rows = np.frombuffer(tally.numbers, dtype=np.uint64)
    found = []
    for name, values in zip(HASHES, (tally.prompts, tally.answers), strict=True):
        column = pl.Series(name, [None], dtype=pl.UInt64).new_from_index(0, height)
        found.append(column.scatter(rows, np.frombuffer(values, dtype=np.uint64)))
    return found
