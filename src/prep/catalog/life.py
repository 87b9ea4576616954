"""Until when a model can be had: whether it takes new training jobs, and how long one tuned today would live."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from prep.catalog.offers import Offer
    from prep.catalog.shape import Source

SOON_DAYS = 180
Status = Literal["open", "closes", "closed", "retired", "untunable"]


@dataclass(frozen=True)
class Life:
    """What the dates of a model mean on one day."""

    status: Status  # closes: new jobs end within 180 days; closed: no new jobs; untunable: never could be tuned
    trains_until: datetime.date | None  # last day of new training jobs
    base_retires: datetime.date | None  # untuned use ends
    retires: datetime.date | None  # use of what is meant ends: the tuned model, or an untunable one
    days_left: int | None  # days until `retires`; negative: days since. None: no date is known
    by_invitation: bool  # new jobs only for invited customers
    key: str  # source of the dates
    source: Source
    sentences: tuple[str, ...]  # what must be said aloud, the worst first; each with its source

    @property
    def takes_jobs(self) -> bool:
        """Whether anybody can start a training job on that day."""
        return self.status in ("open", "closes")


def life_of(offer: Offer, today: datetime.date) -> Life:
    """The life of the model of `offer`, seen from `today`."""
    entry, jobs = offer.entry, offer.provider_entry.new_jobs
    dates = entry.dates
    tunable = bool(entry.methods)
    end = "retired" if dates.retired else "tuned_retires" if tunable else "base_retires"
    retires = getattr(dates, end)
    last = min(filter(None, (dates.train_until, jobs.until if jobs else None)), default=None) if tunable else None
    read_last = _read(offer, "train_until" if last is not None else "base_retires")
    last = last or (dates.base_retires if tunable else None)
    key, source = offer.dates_source(end)
    read = _read(offer, end)
    left = (retires - today).days if retires is not None else None
    told: list[str] = []
    status: Status = "open" if tunable else "untunable"
    if retires is not None and left is not None and left <= 0:
        status = "retired"
        told.append(f"{offer.name} is retired since {retires} {read}")
    elif last is not None and last < today:
        status = "closed"
        told.append(f"{offer.name} takes no new training jobs since {last} {read_last}{_lives(tunable, left, retires)}")
    else:
        if last is not None and (last - today).days <= SOON_DAYS:
            status = "closes"
            days = (last - today).days
            told.append(f"{offer.name} takes new training jobs until {last} only, {_days(days)} from now {read_last}")
        if left is not None and left <= SOON_DAYS:
            what = f"a model tuned of {offer.name} today lives" if tunable else f"{offer.name} lives"
            told.append(f"{what} {_days(left)}, until {retires} {read}")
    if tunable and status in ("open", "closes"):
        if jobs is not None and jobs.note:
            told.append(f"{offer.provider} takes new jobs until {jobs.until}, {jobs.note} ({jobs.source})")
        if entry.by_invitation:
            told.append(f"{offer.name} can be tuned by invitation only")
    return Life(
        status, last, dates.base_retires, retires, left, entry.by_invitation, key, source, tuple(told),
    )  # fmt: skip


def _read(offer: Offer, name: str) -> str:
    key, source = offer.dates_source(name)
    return f"({key}, {source.as_of})"


def _lives(tunable: bool, left: int | None, retires: datetime.date | None) -> str:
    return f"; models tuned before live until {retires}, {_days(left)}" if tunable and left is not None else ""


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count:,} days"
