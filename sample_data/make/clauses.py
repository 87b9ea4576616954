"""The clauses: one of each label a contract has, none near another."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from .contracts import LABELS, Contract, Wording, make_contracts
from .grammar import Bank, capital, read_bank
from .similarity import Index

if TYPE_CHECKING:
    from random import Random

FEWEST, MOST = 25, 150
APART = 0.5  # no two clauses are as similar as this, so that small changes of wording cannot make them near
ATTEMPTS = 400


@dataclass(frozen=True)
class Clause:
    """One row of a table."""

    id: str
    contract: Contract
    label: str | None
    text: str
    amount: int | None = None

    def with_text(self, text: str) -> Clause:
        """The same row with another text."""
        return replace(self, text=text)


def make_clauses(rng: Random) -> list[Clause]:
    """Every contract's clauses, in the order of contracts; texts with letters beyond ASCII come now and then."""
    banks = {label: read_bank(f"legal/{label}") for label in LABELS}
    accented = read_bank("legal/accented")
    index = Index()
    found: list[Clause] = []
    for contract in make_contracts(rng):
        for label in contract.labels:
            text, amount = _text(contract, banks[label], accented, rng, index)
            index.add(text)
            found.append(Clause(f"CL-{len(found) + 1:04d}", contract, label, text, amount))
    return found


def tidy(text: str) -> str:
    """The text without blanks that an unused choice left behind."""
    return re.sub(r"[ ]+([,.;:)\n])", r"\1", re.sub(r"[ ]{2,}", " ", text)).strip()


def _text(contract: Contract, bank: Bank, accented: Bank, rng: Random, index: Index) -> tuple[str, int | None]:
    for _ in range(ATTEMPTS):
        say = Wording(contract, rng)
        text = tidy(bank.compose(rng, say))
        if rng.random() < 0.12:
            text += " " + tidy(capital(accented.line("tail", rng, say)))
        if contract.numbered:
            text = f"{contract.number}.{rng.randint(1, 19)} {text}"
        if FEWEST <= len(text.split()) <= MOST and not any(index.neighbours(text, APART)):
            return text, say.amount
    raise RuntimeError(f"no clause for {contract.id} is far enough from the others: widen the phrases of its label")
