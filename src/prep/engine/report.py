"""What a run found, as plain data: every count is a sum over the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from prep.engine.costing import bank_cost
from prep.engine.published import SCHEMA_VERSION
from prep.outputs.bank import BANK, MESSAGES, PROMPT
from prep.outputs.finetune import INFERENCE
from prep.stages.count.apply import COLUMNS as COUNTED
from prep.stages.count.summary import summarise
from prep.stages.format.prune import short_system, system_of
from prep.stages.part import ABSORBED
from prep.stages.validate.models import model_facts
from prep.stages.validate.register import load_rules

if TYPE_CHECKING:
    from prep.engine.closing import Account
    from prep.engine.context import Context
    from prep.engine.finished import Finished

FEW_EXAMPLES = 100  # below, OpenAI's guide advises to keep the best prompt's instructions in every example
TOKENS = ["split", *COUNTED]
# Rules about sets of which another warning speaks in a run.
TOLD = frozenset({"file.min_examples", "set.conflicting_answers", "set.duplicate"})


@dataclass(frozen=True)
class Totals:
    """The counts of a run."""

    records: dict[str, int]
    dropped_by_reason: dict[str, int]
    quarantined_by_reason: dict[str, int]
    reported_by_reason: dict[str, int]
    changed_by_step: dict[str, int]
    splits: dict[str, dict[str, Any]]
    exported: dict[str, int]
    template_failures: list[str]  # what the engine said, the most frequent first

    @classmethod
    def of(cls, context: Context, account: Account, finished: Finished) -> Totals:
        """The sums of the ledger; tokens come from the shards, whose rows are the ledger's written records."""
        return cls(
            records=account.records(),
            dropped_by_reason=account.sums("dropped", "reason"),
            quarantined_by_reason=account.sums("quarantined", "reason"),
            reported_by_reason=account.sums("reported", "reason"),
            changed_by_step=account.changed_by_step(),
            splits=_splits(context, account, finished),
            exported=account.sums("exported", "output"),
            template_failures=account.template_failures(),
        )


def _splits(context: Context, account: Account, finished: Finished) -> dict[str, dict[str, Any]]:
    names = list(context.pipeline.split.into) if context.pipeline.split else ["train"]
    tokens = None
    if context.pipeline.format is not None:
        tokens = pl.concat([part.read("shard", TOKENS) for part in finished.written], how="diagonal_relaxed")
    found: dict[str, dict[str, Any]] = {}
    for name in names:
        entry: dict[str, Any] = {"examples": account.written(name)}
        if tokens is not None:
            mine = tokens.filter(pl.col("split") == name)
            entry = {"examples": mine.height, **summarise(mine, None)}
        entry["files"] = account.files(name)
        found[name] = entry
    return found


def metrics(totals: Totals, facts: dict[str, Any]) -> dict[str, int | float]:
    """Flat numbers, the same bytes for the same data."""
    from prep.outputs.manifest import flat_numbers

    splits = {
        name: {field: value for field, value in entry.items() if field != "files"}
        for name, entry in totals.splits.items()
    }
    return flat_numbers(
        {
            "records": totals.records,
            "dropped": totals.dropped_by_reason,
            "quarantined": totals.quarantined_by_reason,
            "reported": totals.reported_by_reason,
            "changed": totals.changed_by_step,
            "splits": splits,
            "rules": facts["sets"]["counts"],
        }
    )


def result(
    context: Context, totals: Totals, finished: Finished, names: list[str], moves: dict[str, int]
) -> dict[str, Any]:
    """What `prep run --json` prints and `run.json` holds, without the times."""
    pipeline = context.pipeline
    facts = finished.facts
    return {
        "schema_version": SCHEMA_VERSION,
        "pipeline": pipeline.name,
        "target": pipeline.target.model_dump(),
        "directory": str(context.directory),
        "records": totals.records,
        "dropped_by_reason": totals.dropped_by_reason,
        "quarantined_by_reason": totals.quarantined_by_reason,
        "reported_by_reason": totals.reported_by_reason,
        "changed_by_step": totals.changed_by_step,
        "steps": facts["steps"],
        "splits": {
            name: entry | {"files": [str(context.directory / file) for file in entry["files"]]}
            for name, entry in totals.splits.items()
        },
        "exported": totals.exported,
        "cost": facts["cost"]["estimates"] if facts["cost"] else [],
        "cost_sources": facts["cost"]["sources"] if facts["cost"] else {},
        "max_usd": facts["cost"]["max_usd"] if facts["cost"] else None,
        "fewshot": _fewshot(context, facts["bank"]),
        "subsets": facts["subsets"],
        "moved": moves,
        "rules": facts["sets"]["findings"],
        "outputs": [str(context.directory / name) for name in names],
        "warnings": warnings(context, totals, facts),
    }


def _fewshot(context: Context, bank: dict[str, Any] | None) -> dict[str, Any] | None:
    """What the bank is like, and where it lies."""
    if bank is None:
        return None
    told = {name: value for name, value in bank.items() if name != "system"}
    told["usd_per_1000_requests"] = bank_cost(context, bank["tokens"])
    return told | {"files": [str(context.directory / name) for name in (BANK, MESSAGES, PROMPT)]}


def warnings(context: Context, totals: Totals, facts: dict[str, Any]) -> list[str]:
    """What the user should know although the run succeeded."""
    found = [*facts["assign"]["warnings"], *(_of_cost(facts["cost"]) if facts["cost"] else _of_the_model(context))]
    absorbed = sum(totals.dropped_by_reason.get(reason, 0) for reason in ABSORBED)
    born = max(1, totals.records["read"] + totals.records["created"] - absorbed)
    found += _pruned(context, totals)
    for step, declared in zip(facts["steps"], context.pipeline.clean, strict=False):
        touched = step["touched"] + step["dropped"]
        if declared.config.expect is not None:
            low, high = declared.config.expect
            if not low <= touched / born <= high:
                told = f"`expect` says {low:.4g} to {high:.4g}"
                found.append(
                    f"the step {step['step']} touched {touched} of {born} records ({touched / born:.4g}), {told}"
                )
            continue
        if not touched:
            found.append(f"the step {step['step']} changed nothing and dropped nothing")
        if step["dropped"] * 2 > born:
            found.append(f"the step {step['step']} dropped {step['dropped']} of {born} records")
    for count, words in (
        (totals.reported_by_reason.get("conflicting_label", 0), "records with a text alike and another label"),
        (totals.reported_by_reason.get("contaminated", 0), "records that overlap with an evaluation file"),
        (len(facts["assign"]["orphaned"]), "duplicates dropped for a record that was dropped later"),
        (facts["assign"].get("conflicting_prompts", 0), "prompts with more than one answer"),
        (facts["assign"].get("equal_examples", 0), "examples that equal another one letter for letter"),
        (sum(fact["findings"] for fact in facts["transform"]), "findings of the provider's rules, see `prep validate`"),
        (sum(fact["omitted"] for fact in facts["write"]), "examples left out of a further dialect"),
    ):
        if count:
            found.append(f"{words}: {count}")
    found += _of_sets(facts["sets"])
    bank = facts["bank"]
    if bank is not None and bank["labels_without_example"]:
        names = ", ".join(bank["labels_without_example"][:10])
        found.append(f"labels of which the bank has no example, for none fits into its budget: {names}")
    if bank is not None and not bank["examples"]:
        found.append("the few-shot bank is empty: no example of train fits into its budget")
    if totals.template_failures:
        found.append(
            f"a template failed on {totals.dropped_by_reason['template_failed']} records: {totals.template_failures[0]}"
        )
    if not totals.records["written"]:
        found.append("nothing was written: every record was dropped")
    elif context.pipeline.format is not None:
        for name, entry in totals.splits.items():
            if name == "train" and entry["examples"] < 10:
                found.append(f"{name} has {entry['examples']} examples; providers ask for 10 at least")
    return found


def _of_sets(sets: dict[str, Any]) -> list[str]:
    """One line a rule: what it says first, and how often."""
    said = {}
    for one in reversed(sets["findings"]):
        place = f"{one['file']}:{one['line']}: " if one["line"] else ""
        said[one["rule"]] = f"{one['rule']}: {place}{one['message']}"
    more = {rule: f" ({count:,} such findings)" for rule, count in sets["counts"].items() if count > 1}
    return [said[rule] + more.get(rule, "") for rule in sorted(said) if rule not in TOLD]


def _of_cost(report: dict[str, Any]) -> list[str]:
    return [*report["said_first"], *report["warnings"]]


def _pruned(context: Context, totals: Totals) -> list[str]:
    """What is to be known of a shortened system prompt."""
    settings = context.pipeline.format
    if settings is None or not settings.prune_prefix:
        return []
    if short_system(settings) == system_of(settings):
        return ["prune_prefix: the system prompt is one sentence, nothing is pruned"]
    found = [f"prune_prefix: training sees a short system prompt; ask the tuned model as {INFERENCE} says"]
    few = totals.splits.get("train", {}).get("examples", 0)
    if few < FEW_EXAMPLES:
        found.append(
            f"prune_prefix: with {few} examples, fewer than {FEW_EXAMPLES}, full instructions help a model learn"
        )
    return found


def _of_the_model(context: Context) -> list[str]:
    """What the catalog says against the target's model; a cost report says it itself."""
    target = context.pipeline.target
    if context.pipeline.format is None:
        return []
    found = model_facts([target.provider], target.model, target.method, context.as_of, context.catalog)
    rules = [rule for rule in load_rules().values() if rule.level == "model"]
    return [f"{hit.rule.id}: {hit.told}" for one in found for rule in rules for hit in rule.hits(one)]
