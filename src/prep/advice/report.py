"""All of the advice as plain data: what `prep advise --json` prints and the memo is written from."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from prep.advice.candidates import Candidate, candidates
from prep.advice.choice import Choice, choose
from prep.advice.curves import curves
from prep.advice.enough import of_dataset
from prep.advice.flips import flips
from prep.advice.formulas import mean_volume
from prep.advice.grounds import grounds
from prep.advice.hybrid import BreakEven, break_even
from prep.advice.rows import (
    even_told,
    even_trace_told,
    hybrid_trace_told,
    refused_told,
    sources_told,
    trace_told,
    verdict_row,
    way_told,
)
from prep.advice.told import assumptions, dataset_told, warnings
from prep.advice.training import trained
from prep.advice.verdict import Verdict, hybrid_of, hybrid_told, verdict
from prep.advice.ways import Load, Way, grown
from prep.catalog.offers import target_offer
from prep.errors import UsageError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Sequence

    from prep.advice.dataset import Dataset
    from prep.advice.settings import Advise
    from prep.catalog.prices import Prices

LINES = 6  # curves in the picture
MOST_REQUESTS, MOST_GROWTH = 1e11, 1e6  # a day; times the data of today


@dataclass(frozen=True)
class Weighed:
    """Everything that was found, before it becomes plain data."""

    found: list[Candidate]
    load: Load
    choice: Choice
    verdict: Verdict


def load_of(settings: Advise) -> Load:
    """The load that the settings describe."""
    names = [field.name for field in fields(Load)]
    return Load(**{name: getattr(settings, name) for name in names})


def window(load: Load, ways: Sequence[Way]) -> Load:
    """The load over the days in which ways are compared: the horizon, cut where the last tuned model goes.

    UsageError where growth makes figures of it that mean nothing.
    """
    lives = [load.horizon if way.life is None else way.life for way in ways if way.is_tuned and not way.refused]
    load = replace(load, horizon=max(1, min([load.horizon, max(lives)])) if lives else load.horizon)
    grow = {"requests_growth": mean_volume(load.requests_per_day, load.requests_growth, load.horizon) / MOST_REQUESTS,
            "data_growth": grown(load, load.horizon) / MOST_GROWTH}  # fmt: skip
    for name, share in grow.items():
        if share > 1:
            raise UsageError(
                f"`{name}` of {getattr(load, name):g} a month leads beyond all measure in {load.horizon} days",
                hint="a share a month: 0.05 is 5 %; or look less far ahead with `horizon`",
            )
    return load


def weigh(data: Dataset, settings: Advise, prices: Prices, today: datetime.date) -> Weighed:
    """Candidates, bills, the choice and the verdict."""
    found = candidates(data, settings, prices, today)
    ways = [one.way for one in found]
    load = window(load_of(settings), ways)
    choice = choose(ways, load)
    return Weighed(found, load, choice, verdict(choice, ways, load, today))


def report(data: Dataset, settings: Advise, prices: Prices, today: datetime.date) -> dict[str, Any]:
    """The advice on a run's dataset. InputError and UsageError where it cannot be given."""
    made = weigh(data, settings, prices, today)
    by_name = {one.way.name: one for one in made.found}
    evens = _break_evens(made)
    shown = _drawn(made, _of_target(data, made))
    pairs = [one for one in evens if {one.prompt.name, one.tuned.name} <= set(shown)]
    marks = [one.per_day for one in pairs if one.per_day is not None]
    tuned = made.choice.cheapest(tuned=True)
    own = by_name[tuned.way.name] if tuned is not None else next((one for one in made.found if one.trained), None)
    tokens = data.under((own or made.found[0]).offer.encoding.name)
    used = [one for one in made.found if not one.way.refused]
    return {
        "schema_version": 1,
        "pipeline": data.run["pipeline"],
        "directory": str(data.folder),
        "as_of": today.isoformat(),
        "verdict": verdict_row(made.verdict, made.choice, today),
        "target": _target(data, made, today),
        "settings": settings.model_dump(mode="json"),
        "dataset": dataset_told(data, tokens),
        "ways": [way_told(by_name[one.way.name], one, made.choice, made.load, today) for one in made.choice.bills]
        + [refused_told(one) for one in made.found if one.way.refused],
        "hybrid": hybrid_told(made.choice, made.load, today),
        "break_even": [even_told(one, today) for one in evens],
        "flips": [asdict(one) for one in flips([one.way for one in made.found], made.load)],
        "grounds": [one._asdict() for one in grounds(data, tokens, settings, own)],
        "enough": of_dataset(data, tokens.lengths, _price(own, data, settings)),
        "assumptions": assumptions(data, settings, used, made.load),
        "warnings": warnings(data, used, own, settings, today),
        "sources": sources_told(used, prices, today),
        "trace": [trace_told(by_name[name], made.load, today) for name in _summed(made, evens)]
        + [even_trace_told(one, made.load) for one in evens]
        + [hybrid_trace_told(one, made.load) for one in [hybrid_of(made.choice, made.load)] if one is not None],
        "curves": curves([by_name[name].way for name in shown], made.load, marks),
    }


def _price(own: Candidate | None, data: Dataset, settings: Advise) -> Callable[[int], float | None]:
    """What training on the first so many examples costs, at the likely epochs."""

    def price(examples: int) -> float | None:
        if own is None:
            return None
        first = data.under(own.offer.encoding.name).measured.ordered(np.arange(examples))
        usd = trained(own.offer, first, data.target, settings).usd
        return usd.likely if usd is not None else None

    return price


def _main(made: Weighed) -> list[str]:
    """The ways that the verdict speaks of."""
    bills = [made.verdict.best, made.verdict.rival, made.choice.cheapest(tuned=False), made.choice.cheapest(tuned=True)]
    return list(dict.fromkeys(one.way.name for one in bills if one is not None))


def _summed(made: Weighed, evens: Sequence[BreakEven]) -> list[str]:
    """The ways whose sums are shown: those of the verdict and of every break-even."""
    pairs = [way.name for one in evens for way in (one.prompt, one.tuned)]
    return list(dict.fromkeys([*_main(made), *pairs]))


def _target(data: Dataset, made: Weighed, today: datetime.date) -> dict[str, Any] | None:
    """The same question for the run's own target alone; None where that is no other question, or answer."""
    ways = _of_target(data, made)
    if not ways or len(ways) == len(made.found):
        return None
    choice = choose(ways, made.load)
    found = verdict(choice, ways, made.load, today)
    if found.sentence == made.verdict.sentence:
        return None
    told = [asdict(one) for one in flips(ways, made.load)]
    return {"offer": ways[0].offer, "kind": found.kind, "sentence": found.sentence, "flips": told}


def _of_target(data: Dataset, made: Weighed) -> list[Way]:
    target = data.target
    prices = made.found[0].offer.prices
    own = target_offer(prices, target["provider"], target["model"], target["tier"], target.get("region"))
    return [one.way for one in made.found if str(one.offer) == str(own)]


def _drawn(made: Weighed, target: Sequence[Way]) -> list[str]:
    """The ways in the picture: those of the verdict, then few-shot and fine-tuned on their offers and the target."""
    names = _main(made)
    offers = {name.partition(" on ")[2] for name in names} | {way.offer for way in target}
    same = [one.way.name for one in made.choice.running if one.way.offer in offers and one.way.option != "retrieved"]
    return list(dict.fromkeys([*names, *same]))[:LINES]


def _break_evens(made: Weighed) -> list[BreakEven]:
    """Each tuned offer against few-shot (else zero-shot) on the same, and against the cheapest prompt."""
    found: list[BreakEven] = []
    prompts = {(one.way.option, one.way.offer): one.way for one in made.choice.bills}
    cheapest = made.choice.cheapest(tuned=False)
    for one in made.choice.bills:
        if not one.way.is_tuned:
            continue
        same = prompts.get(("few_shot", one.way.offer)) or prompts.get(("zero_shot", one.way.offer))
        others = [same, cheapest.way if cheapest is not None else None]
        pairs = {way.name: way for way in others if way is not None}
        found += [break_even(way, one.way, made.load) for way in pairs.values()]
    return found
