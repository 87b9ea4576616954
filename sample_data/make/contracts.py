"""The contracts: kind, parties, law, date, and each one's own habits of wording."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from .grammar import PHRASES
from .numbers import STYLES, counted, in_words

if TYPE_CHECKING:
    from random import Random

CONTRACTS = 81  # of 62 the clauses stand in tables, 15 are documents, 4 are what models are tested on
IN_TABLES, IN_DOCUMENTS = 62, 15
LABELS = (
    "assignment",
    "audit_rights",
    "confidentiality",
    "dispute_resolution",
    "force_majeure",
    "governing_law",
    "indemnification",
    "insurance",
    "limitation_of_liability",
    "non_compete",
    "notices",
    "payment_terms",
    "termination",
    "warranty",
)
OPPOSITE = {"payer": "payee", "payee": "payer"}
AMOUNTS = (
    250,
    400,
    750,
    900,
    1250,
    1800,
    2400,
    3500,
    4750,
    6200,
    8000,
    9500,
    12500,
    18000,
    24000,
    40000,
    75000,
    250000,
)
UNITS = {
    "days": ("day", (5, 7, 10, 14, 15, 20, 21, 28, 30, 45, 60, 90)),
    "bdays": ("business day", (2, 3, 4, 5, 7, 8, 10)),
    "months": ("month", (3, 6, 9, 12, 15, 18, 24, 36)),
    "years": ("year", (2, 3, 4, 5, 6, 7, 10)),
    "hours": ("hour", (6, 12, 24, 36, 48, 72)),
}


@dataclass(frozen=True)
class Contract:
    """One contract; `terms` are the words that every clause of it uses for the same thing."""

    id: str
    kind: str
    number: int
    signed_on: date
    names: tuple[str, str]
    terms: dict[str, str]
    currency: str
    numerals: str
    numbered: bool
    labels: tuple[str, ...]


@dataclass
class Wording:
    """Fills the names in a clause of one contract, and remembers what a row of a table says beside the text."""

    contract: Contract
    rng: Random
    amount: int | None = None
    said: set[str] = field(default_factory=set)

    def __call__(self, name: str) -> str:
        self.said.add(name)
        if name in self.contract.terms:
            return self.contract.terms[name]
        if name in UNITS:
            unit, sizes = UNITS[name]
            return counted(self.rng.choice(sizes), unit, self.contract.numerals)
        return str(getattr(self, f"_{name}")())

    def _amount(self) -> str:
        self.amount = self.amount or self.rng.choice(AMOUNTS) * self.rng.choice((1, 1, 2, 3))
        return f"{self.contract.currency} {self.amount:,}"

    def _sum(self) -> str:
        return f"{self.contract.currency} {self.rng.choice(AMOUNTS[:12]):,}"

    def _percent(self) -> str:
        number = self.rng.choice((2, 3, 4, 5, 6, 8, 10, 12, 15, 20))
        return f"{number}%" if self.contract.numerals == "figures" else f"{in_words(number)} per cent"

    def _clause(self) -> str:
        word = self.contract.terms["clause_word"]
        return f"{word} {self.rng.randint(2, 24)}" + self.rng.choice(("", f".{self.rng.randint(1, 6)}"))

    def _number(self) -> int:
        return self.rng.choice((3, 4, 6, 8, 10, 12, 25, 30, 40, 50))

    def _ordinal(self) -> str:
        return self.rng.choice(("second", "third", "fourth", "fifth", "seventh", "tenth", "fifteenth"))

    def _date(self) -> str:
        day = date(2024, 1, 1) + timedelta(days=self.rng.randrange(1800))
        return f"{day.day} {day:%B %Y}"


def make_contracts(rng: Random) -> list[Contract]:
    """All contracts, in the order of their numbers; every kind comes up several times."""
    kinds: list[dict[str, Any]] = json.loads((PHRASES / "kinds.json").read_text(encoding="utf-8"))
    names = json.loads((PHRASES / "names.json").read_text(encoding="utf-8"))
    order = [kinds[number % len(kinds)] for number in range(CONTRACTS)]
    rng.shuffle(order)
    return [_make_contract(number, kind, names, rng) for number, kind in enumerate(order, start=1)]


def _make_contract(number: int, kind: dict[str, Any], names: dict[str, Any], rng: Random) -> Contract:
    first, second = rng.sample(names["companies"], 2)
    if kind["kind"] == "employment":
        second = rng.choice(names["people"])
    place = dict(rng.choice(names["places"]))
    currency = place.pop("currency")
    roles = {"payer": kind["payer"], "payee": kind["payee"], "doer": kind["doer"], "maker": kind["maker"]}
    roles["other"] = next(kind[role] for role in OPPOSITE if kind[role] != kind["doer"])
    roles["taker"] = next(kind[role] for role in OPPOSITE if kind[role] != kind["maker"])
    habits = {
        "shall": rng.choice(("shall", "must", "will")),
        "notice": rng.choice(("written notice", "notice in writing", "registered letter")),
        "clause_word": rng.choice(("clause", "Section", "Article", "paragraph")),
        "name_a": first,
        "name_b": second,
    }
    labels = [label for label in LABELS if label not in kind["without"]]
    rng.shuffle(labels)
    return Contract(
        id=f"CT-{number:04d}",
        kind=kind["kind"],
        number=number,
        signed_on=date(2019, 1, 7) + timedelta(days=rng.randrange(2300)),
        names=(first, second),
        terms={**place, **roles, **habits, "doc": kind["doc"], "subject": kind["subject"], "price": kind["price"]},
        currency=currency,
        numerals=rng.choice(STYLES),
        numbered=rng.random() < 0.25,
        labels=tuple(labels[: rng.choice((10, 11, 12, 13, 14))]),
    )
