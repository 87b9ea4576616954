"""The contracts as documents: a title, a preamble, numbered sections; which file each is written as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .grammar import capital
from .headings import HEADINGS, PREAMBLE, UNLABELLED

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

    from .clauses import Clause

# One ending a document. The last two cannot be read: the PDF is encrypted, the Word file ends in its middle.
ENDINGS = ("txt", "txt", "txt", "md", "md", "html", "html", "docx", "docx", "docx", "pdf", "pdf", "pdf", "pdf", "docx")
UNREADABLE = 2


@dataclass(frozen=True)
class Section:
    """A numbered section: what the heading says without its number, the label, the paragraph below it."""

    number: int
    heading: str
    label: str | None
    text: str


@dataclass(frozen=True)
class Document:
    """A contract as a document; `name` is the file's name."""

    name: str
    title: str
    preamble: str
    sections: tuple[Section, ...]

    @property
    def ending(self) -> str:
        """How it is written."""
        return self.name.rpartition(".")[2]


def make_documents(clauses: Sequence[Clause], rng: Random) -> list[Document]:
    """A document a contract, in the order of contracts; every section holds one clause of it."""
    own: dict[str, list[Clause]] = {}
    for clause in clauses:
        own.setdefault(clause.contract.id, []).append(clause)
    return [_document(found, ending, rng) for found, ending in zip(own.values(), ENDINGS, strict=False)]


def _document(clauses: list[Clause], ending: str, rng: Random) -> Document:
    contract = clauses[0].contract
    words = {**contract.terms, "date": f"{contract.signed_on.day} {contract.signed_on:%B %Y}"}
    words["doc_capital"] = capital(words["doc"])
    named = [
        (rng.choice(HEADINGS[clause.label or ""]), clause.label, " ".join(clause.text.split())) for clause in clauses
    ]
    named.insert(0, ("Definitions", None, UNLABELLED["Definitions"].format(**words)))
    named.append(("Signatures", None, UNLABELLED["Signatures"].format(**words)))
    sections = tuple(Section(number, *facts) for number, facts in enumerate(named, 1))
    title = f"{words['doc'].removeprefix('this ')} {contract.id}"
    return Document(f"{contract.id}.{ending}", title, PREAMBLE.format(**words), sections)
