"""The planted defects: each kind is made from sound clauses, and each record has one defect at most."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from . import languages, personal
from .contracts import LABELS, Wording
from .grammar import read_bank
from .similarity import jaccard

if TYPE_CHECKING:
    from random import Random

    from .clauses import Clause

NEAR, MISS = (0.82, 0.96), (0.60, 0.78)
SHORTER = {
    "without": "lacking", "provided": "if", "shall": "will", "written": "signed", "parties": "sides",
    "agreement": "deal", "immediately": "at once", "obligations": "duties", "including": "with", "promptly": "soon",
}  # fmt: skip


class UnluckyError(RuntimeError):
    """These clauses cannot hold every defect; others, drawn anew, can."""


@dataclass(frozen=True)
class Planted:
    """A record with a defect: what kind, the record, and for duplicates the original with the similarity."""

    kind: str
    clause: Clause
    ref: Clause | None = None
    similarity: float | None = None
    told: dict[str, Any] | None = None  # what else planted.json says of it


def exact_copy(original: Clause, spare: Clause, rng: Random) -> Planted:
    """The same words in another contract, in other letters or with other white space."""
    change = rng.choice((str, str.upper, str.lower, lambda text: text.replace(" ", "  ", 7)))
    return Planted("exact_duplicate", replace(spare, text=change(original.text), label=original.label), original, 1.0)


def near_copy(original: Clause, spare: Clause, rng: Random, others: tuple[str, ...] = ()) -> Planted:
    """A shorter variant, near enough to the original and to `others` to be a duplicate of each."""
    text = _variant(original.text, NEAR, rng, shorter=True, others=others)
    planted = replace(spare, text=text, label=original.label)
    return Planted("near_duplicate", planted, original, jaccard(original.text, text))


def near_miss(original: Clause, spare: Clause, rng: Random) -> Planted:
    """A variant that is alike, but not enough to be a duplicate: both stay."""
    text = _variant(original.text, MISS, rng, shorter=False)
    planted = replace(spare, text=text, label=original.label)
    return Planted("near_miss", planted, original, jaccard(original.text, text))


def _variant(
    text: str, between: tuple[float, float], rng: Random, *, shorter: bool, others: tuple[str, ...] = ()
) -> str:
    """`text` with words left out or replaced until its similarity lies between the bounds."""
    for _ in range(600):
        words = text.split(" ")
        for _ in range(rng.randint(1, 2) if shorter else rng.randint(2, 6)):
            place = rng.randrange(2, len(words) - 1)
            if rng.random() < 0.5:
                del words[place]
            else:
                words[place] = SHORTER.get(
                    words[place], words[place][: max(2, len(words[place]) - 1)] if shorter else "such"
                )
        made = " ".join(words)
        low, high = between
        fits = all(low <= jaccard(other, made) <= high for other in (text, *others))
        if fits and (not shorter or len(made) < len(text)):
            return made
    raise UnluckyError("no variant lies between the bounds: the text is too short")


def is_mojibake_material(clause: Clause) -> bool:
    """Whether the text, its UTF-8 read as cp1252, still can be read at all and shows it."""
    try:
        return len(mojibake(clause.text)) > len(clause.text) + 2
    except UnicodeDecodeError:
        return False


def mojibake(text: str) -> str:
    """UTF-8 read as cp1252."""
    return text.encode("utf-8").decode("cp1252")


def sound(planted: Planted) -> str:
    """The text of a planted record as it is after cleaning, placeholders aside."""
    if planted.kind == "mojibake":
        return planted.clause.text.encode("cp1252").decode("utf-8")
    return str((planted.told or {}).get("text") or planted.clause.text)


def garble(clause: Clause) -> Planted:
    """The clause with its UTF-8 read as cp1252."""
    return Planted("mojibake", clause.with_text(mojibake(clause.text)))


def with_page_line(clause: Clause, rng: Random) -> Planted:
    """The clause with the foot of a page below it."""
    pages = rng.randint(6, 40)
    return Planted("page_line", clause.with_text(f"{clause.text}\nPage {rng.randint(1, pages)} of {pages}"))


def too_short(spares: list[Clause], rng: Random) -> list[Planted]:
    """Fragments under 12 words, each once."""
    bank = read_bank("legal/fragments")
    labels = rng.sample([label for label in LABELS if label in bank.sections], len(spares))
    found = []
    for spare, label in zip(spares, labels, strict=True):
        text = bank.line(label, rng, Wording(spare.contract, rng))
        found.append(Planted("too_short", replace(spare, text=text, label=label, amount=None)))
    return found


def label_missing(clauses: list[Clause]) -> list[Planted]:
    """Labels that are null, empty or blank, in turn."""
    blanks: tuple[str | None, ...] = (None, "", "  ")
    return [Planted("label_missing", replace(one, label=blanks[at % 3])) for at, one in enumerate(clauses)]


def html_remnant(clause: Clause, rng: Random) -> Planted:
    """The clause in a paragraph of HTML, a word in bold, a blank that does not break."""
    words = clause.text.split(" ")
    place = rng.randrange(2, len(words) - 2)
    words[place] = f"<strong>{words[place]}</strong>"
    text = "<p>" + " ".join(words).replace(" ", "&nbsp;", 1) + "</p>"
    return Planted("html_remnant", clause.with_text(text), told={"text": clause.text})


def with_personal(kind: str, clause: Clause, rng: Random, people: list[str]) -> Planted:
    """The clause with a sentence that holds personal data."""
    value = personal.make(kind, rng, people)
    said = personal.SENTENCES[kind]
    left = f"{clause.text} {said.format(f'[{kind.upper()}_1]')}"
    return Planted(kind, clause.with_text(f"{clause.text} {said.format(value)}"), told={"value": value, "text": left})


def look_alike(number: int, clause: Clause, rng: Random) -> Planted:
    """The clause with numbers that are no personal data."""
    text = f"{clause.text} {personal.look_alike(number, rng)}"
    return Planted("look_alike", clause.with_text(text), told={"text": text})


def other_label(original: Clause, spare: Clause, rng: Random) -> Planted:
    """A shorter variant of a clause under another label."""
    made = near_copy(original, spare, rng)
    label = rng.choice([label for label in LABELS if label != original.label])
    return replace(made, kind="conflicting_label", clause=replace(made.clause, label=label))


def wrong_language(clauses: list[Clause], rng: Random) -> list[Planted]:
    """Clauses in German, French and Spanish."""
    found = zip(clauses, languages.make(rng), strict=True)
    return [Planted("other_language", one.with_text(text), told={"language": name}) for one, (name, text) in found]


BROKEN_LINES: dict[str, bytes] = {
    "invalid_json": b'{"clause_id": "BR-0001", "contract_id": "CT-0001", "clause_type": "notices", "clause": "Notices go to',
    "trailing_comma": b'{"clause_id": "BR-0002", "contract_id": "CT-0002", "clause_type": "notices", "clause": "By post.",}',
    "not_a_number": b'{"clause_id": "BR-0003", "contract_id": "CT-0003", "clause_type": "insurance", "amount": NaN}',
    "duplicate_key": b'{"clause_id": "BR-0004", "clause_id": "BR-0005", "clause": "Either party may end this Lease."}',
    "lone_surrogate": b'{"clause_id": "BR-0006", "contract_id": "CT-0006", "clause": "Paid in full \\ud83d by the Buyer."}',
    "not_an_object": b'["BR-0007", "CT-0007", "assignment", "Rights under this Licence are personal."]',
    "invalid_utf8": b'{"clause_id": "BR-0008", "contract_id": "CT-0008", "clause": "Fees are due at the caf\xe9 branch."}',
    "bare_text": b"Clause 14 (Notices): see overleaf",
}
# What prep calls each of them.
REASONS = dict.fromkeys(BROKEN_LINES, "invalid_json") | {
    name: name for name in ("not_a_number", "duplicate_key", "lone_surrogate", "not_an_object", "invalid_utf8")
}
