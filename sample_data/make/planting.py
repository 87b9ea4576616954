"""Which clauses of a set of tables get which defect; every record has one at most."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from . import defects, personal
from .grammar import PHRASES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from .clauses import Clause
    from .defects import Planted

# How many of each kind the tables of a pipeline hold.
LEGAL = {
    "mojibake": 8, "label_missing": 9, "too_short": 8, "page_line": 6, "html_remnant": 6, "look_alike": 8, "email": 5,
    "phone": 5, "us_ssn": 4, "iban": 4, "credit_card": 4, "contaminated": 6, "conflicting_label": 4,
    "exact_duplicate": 12, "near_duplicate": 14, "near_family": 3, "near_miss": 12,
}  # fmt: skip
FEWSHOT = {
    "mojibake": 3, "label_missing": 3, "too_short": 4, "html_remnant": 3, "look_alike": 2, "email": 2, "phone": 1,
    "us_ssn": 1, "iban": 1, "credit_card": 1, "ip_address": 3, "other_language": 6, "exact_duplicate": 4,
    "near_duplicate": 4, "near_miss": 3,
}  # fmt: skip
PERSONAL = tuple(personal.SENTENCES)


def plant(clauses: list[Clause], counts: dict[str, int], rng: Random) -> list[Planted]:
    """The planted records; what is copied or changed slightly takes the row of a spare clause."""
    foreign = [one for one in clauses if not one.text.isascii() and defects.is_mojibake_material(one)]
    plain = [one for one in clauses if _is_plain(one.text)]
    rng.shuffle(foreign)
    rng.shuffle(plain)
    people = json.loads((PHRASES / "names.json").read_text(encoding="utf-8"))["people"]
    found = [defects.garble(one) for one in foreign[: counts["mojibake"]]]
    rest = _drawn(plain)

    def take(kind: str) -> list[Clause]:
        return [next(rest) for _ in range(counts.get(kind, 0))]

    found += defects.label_missing(take("label_missing"))
    found += defects.too_short(take("too_short"), rng)
    found += [defects.with_page_line(one, rng) for one in take("page_line")]
    found += [defects.html_remnant(one, rng) for one in take("html_remnant")]
    found += [defects.look_alike(at, one, rng) for at, one in enumerate(take("look_alike"))]
    for kind in PERSONAL:
        found += [defects.with_personal(kind, one, rng, people) for one in take(kind)]
    if "other_language" in counts:
        found += defects.wrong_language(take("other_language"), rng)
    found += [defects.Planted("contaminated", one) for one in take("contaminated")]
    for kind, make in (
        ("conflicting_label", defects.other_label),
        ("exact_duplicate", defects.exact_copy),
        ("near_duplicate", defects.near_copy),
        ("near_miss", defects.near_miss),
    ):
        found += [make(next(rest), spare, rng) for spare in take(kind)]
    found += _families(rest, counts.get("near_family", 0), rng)
    assert len({one.clause.id for one in found}) == len(found)
    return found


def _drawn(clauses: list[Clause]) -> Iterator[Clause]:
    yield from clauses
    raise defects.UnluckyError("too few plain clauses for all defects")


def _families(rest: Iterator[Clause], count: int, rng: Random) -> Iterator[Planted]:
    """Two variants of one clause, near to each other, too."""
    for _ in range(count):
        source = next(rest)
        first = defects.near_copy(source, next(rest), rng)
        yield first
        yield defects.near_copy(source, next(rest), rng, others=(first.clause.text,))


def _is_plain(text: str) -> bool:
    """Plain ASCII in one paragraph, without what HTML takes for markup, of a length that can be varied."""
    return text.isascii() and "\n" not in text and not set("&<>") & set(text) and 55 <= len(text.split()) <= 120
