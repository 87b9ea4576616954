"""What the advice rests on, in sentences: the dataset as measured, what is assumed, what must be said aloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prep.advice.formulas import DAYS_A_MONTH
from prep.advice.quality import parse_quality
from prep.advice.words import counted
from prep.catalog.graders import EMBEDDING
from prep.catalog.prices import OLD_DAYS

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from prep.advice.candidates import Candidate
    from prep.advice.dataset import Dataset, Tokens
    from prep.advice.settings import Advise
    from prep.advice.ways import Load


def dataset_told(data: Dataset, tokens: Tokens) -> dict[str, Any]:
    """The measured figures, under the encoding of the tuned model that is weighed."""
    facts = data.facts
    return {
        "train_examples": facts.examples, "test_examples": data.tested, "training_tokens": int(tokens.lengths.sum()),
        "fixed_tokens": tokens.system, "instructions_tokens": tokens.instructions,
        "variable_tokens": tokens.variable, "output_tokens": tokens.output,
        "bank_examples": len(data.bank), "bank_tokens": tokens.bank, "bank_example_tokens": tokens.bank_example,
        "labels": len(facts.labels), "conflicting_labels": facts.conflicting_labels,
        "conflicting_prompts": facts.conflicting_prompts, "system_prompts": facts.systems,
        "several_turns": facts.several_turns, "training_file": str(data.train),
    }  # fmt: skip


def assumptions(data: Dataset, settings: Advise, used: Sequence[Candidate], load: Load) -> list[str]:
    """Everything that is assumed rather than measured or read, each once."""
    found = [f"a month has {DAYS_A_MONTH} days"]
    if load.horizon < settings.horizon:
        found.append(
            f"ways are compared over {load.horizon} of the {settings.horizon} days: then the last tuned model goes"
        )
    if any(not one.way.is_tuned and one.way.life is not None and one.way.life < load.horizon for one in used):
        found.append("a prompt moves to a successor at the same price when its model goes")
    defaults = [name for name in ("requests_per_day", "horizon") if name not in settings.model_fields_set]
    found += [f"`{name}` was not given: {getattr(settings, name):,} is taken" for name in defaults]
    if not settings.quality:
        found.append(
            "quality was not measured: few-shot, retrieved and fine-tuned are taken to be equally good, also on "
            "another model; zero-shot is shown and not chosen"
        )
    if settings.error_cost and not settings.quality:
        found.append("`error_cost` was given without `quality`: what errors cost is not in the sums")
    elif settings.quality and not settings.error_cost:
        found.append("`error_cost` was not given: quality decides who may be chosen, cost who is")
    if load.cache_hit is None:
        found.append(
            "`cache_hit` was not given: requests are taken to come at random through the day, and a prefix to stay "
            "cached as long after its last use as the provider says; break-evens and curves keep the share of today's "
            "volume"
        )
    if load.batch_share and any(one.way.rates.batch is None for one in used):
        found.append("where the catalog has no price of batches, they cost as single requests")
    if settings.output_tokens is None:
        found.append("answers are as long as those of the training examples, whoever gives them")
    if any(one.way.option == "retrieved" for one in used):
        found += _lookup_told(used, settings)
    if data.facts.several_turns:
        found.append("a request is the last answer of a dialogue, with the turns before it")
    found += [told for one in used if one.trained is not None for told in one.trained.told]
    if any(one.trained and one.trained.hours for one in used):
        found.append(
            f"the grader {settings.grader} reads {settings.grader_tokens[0]:,} and writes "
            f"{settings.grader_tokens[1]:,} tokens in one training, as given"
            if settings.grader is not None
            else "a grader that is no model costs nothing: `grader` and `grader_tokens` name one that is"
        )
    found += [
        f"the tokenizer of {one.offer.name} is not public: its tokens are an estimate" for one in used if one.estimated
    ]
    unsure = [value for value in settings.quality.values() if not parse_quality(str(value)).given]
    if unsure and data.tested:
        found.append(
            f"an accuracy without an uncertainty has that of a share over {counted(data.tested, 'test example')} (95 %)"
        )
    elif unsure:
        found.append("an accuracy without an uncertainty is taken as exact: there is no test or validation split")
    return list(dict.fromkeys(found))


def _lookup_told(used: Sequence[Candidate], settings: Advise) -> list[str]:
    """What finding examples is taken to cost."""
    figures = {figure.place: figure for one in used for name, figure in one.figures.items() if name == "embedding"}
    model = next((f"{EMBEDDING} at {figure.value:g}" for figure in figures.values()), None)
    price = model or f"a model at {settings.embedding_price or 0:g}"
    index = settings.retrieval_usd_per_month
    asked = f"what varies of a request is embedded once to find the nearest examples of the bank, by {price} USD a "
    given = f"the index they are looked up in costs {index:g} USD a month, as given"
    free = "the index they are looked up in costs nothing: the bank is small (`retrieval_usd_per_month`)"
    return [asked + "million tokens; they stand after the fixed prefix, uncached", given if index else free]


def warnings(
    data: Dataset, used: Sequence[Candidate], tuned: Candidate | None, settings: Advise, today: datetime.date
) -> list[str]:
    """Lives that end soon, the worst first, and figures that are old."""
    found: list[str] = []
    if data.is_changed:
        found.append(f"{data.train} was changed since the run: it is measured as it lies there")
    if tuned is not None:
        found += tuned.offer.life(today).sentences
    again = settings.retrain_every
    for one in used if again else ():
        last = one.way.trains
        if one.way.is_tuned and last is not None and last + (again or 0) < (one.way.life or last):
            found.append(
                f"{one.offer.name} cannot be trained every {again} days to its end: new jobs end in {last} days"
            )
    for one in used:
        for figure in one.figures.values():
            if figure.age(today) > OLD_DAYS:
                found.append(f"prices of {figure.key} are {figure.age(today)} days old ({figure.source.as_of})")
    return list(dict.fromkeys(found))
