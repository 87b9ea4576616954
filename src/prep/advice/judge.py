"""Why a way cannot be had, in words; and which measured quality is its own."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from prep.advice.quality import Quality, parse_quality, split_option
from prep.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.advice.candidates import Candidate
    from prep.advice.dataset import Dataset
    from prep.advice.settings import Advise
    from prep.advice.ways import Way
    from prep.catalog.offers import Offer

KEPT = {"anywhere": 0, "zone": 1, "region": 2}  # how far data is kept together
LEAST_DAYS = 30  # a way that lives shorter is no answer


def judged(way: Way, offer: Offer, data: Dataset, settings: Advise, kept: str, refused: Sequence[str] = ()) -> Way:
    """The way with its quality, and with every reason for which it cannot be had; `kept`: where its data is."""
    found = list(refused)
    if KEPT[kept] < KEPT[settings.residency]:
        where = "anywhere" if kept == "anywhere" else "within a zone of regions"
        found.append(f"data may be processed {where}, and `residency` asks for {settings.residency}")
    if settings.latency is not None and way.prompt_tokens > settings.latency:
        found.append(
            f"a prompt of {way.prompt_tokens:,.0f} tokens is longer than `latency` allows ({settings.latency:,})"
        )
    if way.life is not None and way.life <= 0 and not any("retired" in told for told in found):
        found.append(f"{offer.name} is retired")
    elif way.life is not None and 0 < way.life < LEAST_DAYS:
        found.append(f"{offer.name} lives {way.life} more days, fewer than {LEAST_DAYS}")
    return replace(way, refused=tuple(dict.fromkeys(found)), quality=_quality(way, offer, data, settings))


def _quality(way: Way, offer: Offer, data: Dataset, settings: Advise) -> Quality | None:
    """What was measured on its model; else on its option, which then was on the target's model."""
    plain: Quality | None = None
    for name, value in settings.quality.items():
        option, model = split_option(name)
        if option != way.option:
            continue
        parsed = parse_quality(str(value), data.tested)
        if model is None:
            match = offer.prices.find(offer.provider, data.target["model"])
            plain = parsed if match is not None and match[0] == offer.model else plain
        elif _is_of(model, offer):
            return parsed
    return plain


def _is_of(name: str, offer: Offer) -> bool:
    """Whether `provider/model@tier`, or less of it, is this offer."""
    rest, _, tier = name.partition("@")
    provider, _, model = rest.rpartition("/")
    match = offer.prices.find(offer.provider, model)
    right = match is not None and match[0] == offer.model
    return right and provider in ("", offer.provider) and tier in ("", offer.region or offer.tier)


def check_quality(settings: Advise, found: Sequence[Candidate]) -> None:
    """UsageError where a quality was given for a way that is not weighed."""
    for name in settings.quality:
        option, model = split_option(name)
        own = [one for one in found if one.way.option == option]
        if not any(_is_of(model, one.offer) if model else one.way.quality is not None for one in own):
            known = ", ".join(dict.fromkeys(one.way.offer for one in found))
            hint = (
                f"the candidates are {known}" if model else "few-shot needs a bank; or name the model: `few_shot:MODEL`"
            )
            raise UsageError(f"the quality of `{name}` is of no way that is weighed", hint=hint)
