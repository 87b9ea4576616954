"""Rules about all files together: what repeats, contradicts, leaks, or is out of balance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.stages.validate.register import Spot, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.facts import SetFacts

TOKENS_BY_EPOCHS = 2_000_000_000
FEW_PAIRS = 500
LEAST_FOR_SHARES = 50
MOST_UNEVEN = 20
MOST_REFUSALS = 0.05
LONG_VALUE = 500
GOOD = "(files without it)"


@rule(
    "set.duplicate", "warning", level="set", bad="(a file with a line twice)", good=GOOD,
    explanation="An example stands twice in a file: it is paid for and trained twice.", fix="remove one of them",
)  # fmt: skip
def duplicate(facts: SetFacts) -> Iterator[Spot]:
    """The same prompt and answer again."""
    for pair in facts.duplicates:
        yield pair.later, f"the same example as {pair.first}"


@rule(
    "set.train_valid_leak", "warning", level="set", bad="(two files with the same prompt in both)", good=GOOD,
    explanation="A prompt stands in two files: what validates was seen in training.", fix="remove it from one of them",
)  # fmt: skip
def train_valid_leak(facts: SetFacts) -> Iterator[Spot]:
    """The same prompt in another file."""
    for pair in facts.leaks:
        yield pair.later, f"the same prompt as {pair.first}"


@rule(
    "set.near_duplicate", "warning", level="set", bad="(two files with nearly the same question)", good=GOOD,
    explanation="Two files ask nearly the same (Jaccard similarity of word 5-grams, 0.8 or more); looked for up to 64 MB, else with --near.",
    fix="remove one of them, or put both into one file",
)  # fmt: skip
def near_duplicate(facts: SetFacts) -> Iterator[Spot]:
    """Nearly the same in another file."""
    for pair in facts.near:
        yield pair.later, f"asks nearly the same as {pair.first} ({pair.similarity:.2f})"


@rule(
    "set.conflicting_answers", "warning", level="set", bad="(a file with one prompt and two answers)", good=GOOD, methods=["sft", "rft"],
    explanation="One prompt has different answers: the model learns neither.", fix="decide for one, or say in the prompt what makes the difference",
)  # fmt: skip
def conflicting_answers(facts: SetFacts) -> Iterator[Spot]:
    """Another answer to the same prompt."""
    for pair in facts.conflicts:
        yield pair.later, f"another answer than {pair.first} to the same prompt"


@rule(
    "set.system_prompt_varies", "warning", level="set", bad="(a file with two system prompts)", good=GOOD,
    explanation="The system prompts differ between examples: one learns best with the prompt that will be used.", fix="use one system prompt, or check that each is meant",
)  # fmt: skip
def system_prompt_varies(facts: SetFacts) -> Iterator[Spot]:
    """More than one system prompt."""
    if len(facts.systems) > 1:
        most = max(facts.systems.values())
        yield "", f"{len(facts.systems):,} different system prompts; the most frequent stands in {most:,} examples"


@rule(
    "set.label_imbalance", "warning", level="set", bad="(60 answers, one of them different)", good=GOOD, methods=["sft"],
    explanation="The answers are a few labels, and one of them is 20 times as frequent as another.", fix="add examples of the rare ones, or take fewer of the others",
)  # fmt: skip
def label_imbalance(facts: SetFacts) -> Iterator[Spot]:
    """A rare label beside a frequent one."""
    labels = facts.labels or {}
    if not 2 <= len(labels) * 3 <= facts.examples or facts.examples < LEAST_FOR_SHARES:
        return
    (most, many), (least, few) = (pick(labels.items(), key=lambda pair: pair[1]) for pick in (max, min))
    if many >= MOST_UNEVEN * few:
        yield "", f"{many:,} answers are {most!r}, {few:,} are {least!r}"


@rule(
    "set.refusal_share", "warning", level="set", bad="(a file in which every answer begins with I am sorry)", good=GOOD, methods=["sft"],
    explanation="More than 5 % of the answers are refusals: the model learns to refuse.", fix="remove what was not meant to be taught",
)  # fmt: skip
def refusal_share(facts: SetFacts) -> Iterator[Spot]:
    """Many refusals."""
    if facts.refusals > MOST_REFUSALS * facts.examples and facts.refusals > 1:
        yield "", f"{facts.refusals:,} of {facts.examples:,} answers are refusals"


@rule(
    "set.mixed_modality", "error", level="set", bad="(a file with images in some lines)", good=GOOD, providers=["together"],
    explanation="At Together either all examples have images or none.", fix="write them into files of their own",
)  # fmt: skip
def mixed_modality(facts: SetFacts) -> Iterator[Spot]:
    """Images in some of them."""
    if 0 < facts.pictured < facts.examples:
        yield "", f"{facts.pictured:,} of {facts.examples:,} examples have images"


@rule(
    "set.few_pairs", "warning", level="set", bad="(499 preferences)", good="(500 preferences)", methods=["dpo"], providers=["azure"],
    explanation="Under 500 preferences, more than two epochs learn them by heart.", fix="train one or two epochs, or add pairs",
)  # fmt: skip
def few_pairs(facts: SetFacts) -> Iterator[Spot]:
    """Few to learn from."""
    if 0 < facts.examples < FEW_PAIRS:
        yield "", f"{facts.examples} preferences; under {FEW_PAIRS}, one or two epochs are advised"


@rule(
    "set.tokens_by_epochs", "error", level="set", bad="(2 billion tokens)", good=GOOD, providers=["azure"],
    explanation="Azure takes tokens x epochs up to 2 billion a job; asked only with --model.", fix="take fewer epochs or examples",
)  # fmt: skip
def tokens_by_epochs(facts: SetFacts) -> Iterator[Spot]:
    """More than a job may have."""
    if facts.tokens is not None and facts.tokens * facts.epochs > TOKENS_BY_EPOCHS:
        told = f"{facts.tokens:,} tokens x {facts.epochs} epochs = {facts.tokens * facts.epochs:,}"
        yield "", f"{told}, {TOKENS_BY_EPOCHS:,} are the most"


@rule(
    "set.no_validation", "warning", level="set", bad="(one file)", good="(a training and a validation file)", methods=["rft"], providers=["azure"],
    explanation="A reinforcement job at Azure needs a training and a validation file.", fix="name both files",
)  # fmt: skip
def no_validation(facts: SetFacts) -> Iterator[Spot]:
    """One file only."""
    if len(facts.files) == 1 and facts.examples:
        yield "", "one file; the job needs a validation file, too"


@rule(
    "rft.field_schema_uneven", "warning", level="set", bad="(a file whose lines have different keys)", good=GOOD, methods=["rft"],
    explanation="Lines have different keys for the grader: where one is missing, {{item.KEY}} is empty.", fix="give every line the same keys",
)  # fmt: skip
def field_schema_uneven(facts: SetFacts) -> Iterator[Spot]:
    """Keys that some lines lack."""
    if len(facts.shapes) > 1:
        common = max(facts.shapes, key=lambda names: facts.shapes[names][0])
        for names, (count, first) in facts.shapes.items():
            if names != common:
                told = f"{count:,} lines have the keys {', '.join(names) or 'none'}; most have {', '.join(common) or 'none'}"
                yield first, told


@rule(
    "rft.values_identical", "warning", level="set", bad="(a file in which all lines expect the same)", good=GOOD, methods=["rft"],
    explanation="A field for the grader has one value in all lines: there is nothing to tell apart.", fix="check that the right column was taken",
)  # fmt: skip
def values_identical(facts: SetFacts) -> Iterator[Spot]:
    """One value everywhere."""
    for name, found in facts.fields.items():
        if found.count > 1 and len(found.values) == 1:
            yield "", f"`{name}` is the same in all {found.count:,} lines"


@rule(
    "rft.values_long", "warning", level="set", bad="(a file of expected values of 600 characters)", good=GOOD, methods=["rft"],
    explanation="Values for the grader are long (over 500 characters on average): comparing texts will seldom say yes.", fix="expect the part that matters, or grade with a model",
)  # fmt: skip
def values_long(facts: SetFacts) -> Iterator[Spot]:
    """Long values."""
    for name, found in facts.fields.items():
        if found.count and found.characters > LONG_VALUE * found.count:
            yield "", f"`{name}` has {found.characters // found.count:,} characters on average"
