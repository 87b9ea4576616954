"""What speaks for each way beyond its cost, each ground tied to a fact of this dataset; never a general remark."""

from __future__ import annotations

from math import log2
from typing import TYPE_CHECKING, Any, NamedTuple

from prep.advice.words import counted, usd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.advice.candidates import Candidate
    from prep.advice.dataset import Dataset, Tokens
    from prep.advice.settings import Advise

GAINS_FROM, FEW_A_LABEL = 50, 10  # examples: where the providers' guides see first gains; what is thin for a label
NEAR = 0.5  # mean cosine above which a bank stands close to what is asked
HALF_PROMPT = (0.01, 0.05)  # share of latency that half the prompt saves (OpenAI, latency guide)


class Ground(NamedTuple):
    """What speaks for an option, about what, and the sentence with the fact."""

    option: str
    about: str
    told: str


def grounds(data: Dataset, tokens: Tokens, settings: Advise, tuned: Candidate | None) -> list[Ground]:
    """Every ground that this dataset gives."""
    found = [*_size(data), *_coverage(data), *_conflicts(data), *_changes(data, settings, tuned)]
    return [*found, *_consistency(data, tokens), *_latency(data, tokens), *_compliance(data), *_life(tuned)]


def _size(data: Dataset) -> Iterator[Ground]:
    facts = data.facts
    if facts.examples < GAINS_FROM:
        yield Ground("few_shot", "size", f"{counted(facts.examples, 'training example')}: the providers' guides see "
                     f"gains of tuning from {GAINS_FROM} on; a prompt needs a handful")  # fmt: skip
    else:
        more = f", {counted(facts.examples - len(data.bank), 'more example')} than the bank shows" if data.bank else ""
        yield Ground("fine_tuned", "size", f"{counted(facts.examples, 'training example')}{more}: the guides see gains "
                     f"from {GAINS_FROM} to 100 on")  # fmt: skip
    if facts.labels:
        name, least = min(facts.labels.items(), key=lambda pair: (pair[1], pair[0]))
        if least < FEW_A_LABEL:
            told = f"`{name}` has {counted(least, 'example')} of {facts.examples:,}: too few to learn it by tuning; "
            yield Ground("few_shot", "rare labels", told + "an example in the prompt shows it each time")


def _coverage(data: Dataset) -> Iterator[Ground]:
    bank: dict[str, Any] = data.run.get("fewshot") or {}
    labels, missing = bank.get("labels") or {}, bank.get("labels_without_example") or []
    if missing:
        told = (
            f"the bank has no example of {counted(len(missing), 'label')} of {len(labels)} ({', '.join(missing[:5])}): "
        )
        yield Ground("fine_tuned", "label coverage", told + "tuning sees all of them, a larger bank would, too")
    elif labels:
        told = f"the bank of {counted(len(data.bank), 'example')} has every one of the {counted(len(labels), 'label')}"
        yield Ground("few_shot", "label coverage", told)
    near = bank.get("validation_similarity")
    if near is None:
        return
    told = (
        f"an item of validation has a similarity of {near:.2f} to its nearest example of the bank (1: the same words)"
    )
    if near < NEAR:
        more = f"; {data.examples:,} examples are there for a larger bank, picked from for each request"
        yield Ground("retrieved", "closeness", told + more)
    else:
        yield Ground("few_shot", "closeness", told)


def _conflicts(data: Dataset) -> Iterator[Ground]:
    facts = data.facts
    if facts.conflicting_labels:
        told = f"{counted(facts.conflicting_labels, 'record')} nearly equal another that has another label: tuning "
        yield Ground("few_shot", "conflicts", told + "learns both, a bank can be put right by hand first")
    if facts.conflicting_prompts:
        told = f"{counted(facts.conflicting_prompts, 'prompt')} of the train split have more than one answer: tuning "
        yield Ground("few_shot", "conflicts", told + "would learn to waver there")


def _changes(data: Dataset, settings: Advise, tuned: Candidate | None) -> Iterator[Ground]:
    training = tuned.way.training if tuned is not None else None
    price = f"{usd(training.likely)} USD and a new evaluation" if training is not None else "a training"
    if settings.retrain_every is not None and settings.retrain_every < 180:
        told = (
            f"the data changes so that it is trained every {counted(settings.retrain_every, 'day')}: each change costs "
        )
        yield Ground("few_shot", "update cadence", told + f"{price}, an edit of the bank is live at once")
    elif settings.data_growth > 0:
        told = f"the data grows by {settings.data_growth:.0%} a month: a bank takes in new cases at once, tuning at "
        yield Ground("few_shot", "update cadence", told + f"{price} a time")
    else:
        told = "no retraining and no growth of the data is expected: what is tuned once stays right"
        yield Ground("fine_tuned", "update cadence", told)
    if training is not None:
        told = f"a changed instruction is tried in minutes on the {counted(data.tested, 'test example')}; each try of "
        yield Ground("few_shot", "iteration speed", told + f"tuning costs {usd(training.likely)} USD")


def _consistency(data: Dataset, tokens: Tokens) -> Iterator[Ground]:
    facts = data.facts
    if facts.labels:
        told = f"answers are one of {counted(len(facts.labels), 'label')} of {tokens.output:.1f} tokens on average: "
        yield Ground(
            "fine_tuned", "consistency", told + "tuning makes that form a habit, a prompt asks for it each time"
        )
    elif tokens.output >= 50:
        told = f"answers are free text of {tokens.output:.0f} tokens on average: tone and form come from "
        yield Ground("fine_tuned", "consistency", told + f"{facts.examples:,} examples rather than {len(data.bank)}")
    if facts.systems > 1:
        told = f"{facts.systems} different system prompts are in the train split: tuning learns all of them, and "
        yield Ground("few_shot", "consistency", told + "which one to serve with is open")
    if facts.several_turns:
        told = (
            f"{counted(facts.several_turns, 'example')} are dialogues of several turns: whole ones in a prompt are long"
        )
        yield Ground("fine_tuned", "consistency", told)


def _latency(data: Dataset, tokens: Tokens) -> Iterator[Ground]:
    if not data.bank:
        return
    long, short = tokens.bank + tokens.variable, tokens.system + tokens.variable
    halves = log2(long / short) if short > 0 else 0
    if halves >= 1:
        low, high = (1 - (1 - share) ** halves for share in HALF_PROMPT)
        told = f"a prompt has {short:,.0f} tokens in place of {long:,.0f}: by the published rule of thumb (half the "
        yield Ground("fine_tuned", "latency", told + f"prompt saves 1 to 5 %) {low:.0%} to {high:.0%} faster")


def _compliance(data: Dataset) -> Iterator[Ground]:
    redacted = int(data.run.get("changed_by_step", {}).get("redact", 0))
    if redacted:
        told = (
            f"personal data was replaced in {counted(redacted, 'record')}; what was missed can be taken out of a bank "
        )
        yield Ground("few_shot", "compliance", told + f"of {len(data.bank)}, not out of a tuned model's weights")
    elif not any(step["step"] == "redact" for step in data.run.get("steps", [])):
        told = (
            f"no step `redact` looked at the {counted(data.examples, 'training example')}: whatever personal data they "
        )
        yield Ground("few_shot", "compliance", told + "hold would be in a tuned model's weights for good")


def _life(tuned: Candidate | None) -> Iterator[Ground]:
    if tuned is not None and tuned.way.life is not None and tuned.retires is not None and tuned.way.life > 0:
        told = (
            f"a model tuned of {tuned.offer.name} today lives {counted(tuned.way.life, 'day')}, until {tuned.retires}; "
        )
        yield Ground("few_shot", "life", told + "the prompt moves to the next model, the tuning is done anew")
