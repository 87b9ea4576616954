"""Exact Jaccard similarity as prep defines it, and an index that finds every similar pair."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WIDTH = 5
SHORT_TEXT_WORDS = 20


def fold(text: str) -> str:
    """The text in lower case with every run of white space as one blank: the form in which equal means duplicate."""
    return " ".join(text.lower().split())


def shingles(text: str) -> frozenset[str]:
    """The set of 5-word shingles, of 5-character shingles under 20 words, empty for what is shorter than one."""
    folded = fold(text)
    words = folded.split(" ")
    if len(words) >= SHORT_TEXT_WORDS:
        return frozenset(" ".join(words[at : at + WIDTH]) for at in range(len(words) - WIDTH + 1))
    return frozenset(folded[at : at + WIDTH] for at in range(len(folded) - WIDTH + 1))


def jaccard(left: str, right: str) -> float:
    """The similarity of two texts, 0 to 1; texts shorter than one shingle are alike only when equal."""
    one, other = shingles(left), shingles(right)
    if not one or not other:
        return float(fold(left) == fold(right))
    return len(one & other) / len(one | other)


class Index:
    """Texts by their shingles, so that the neighbours of a new one are found without comparing it with all."""

    def __init__(self) -> None:
        self._sizes: list[int] = []
        self._holders: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, text: str) -> int:
        """Take a text in and give its number."""
        number = len(self._sizes)
        found = shingles(text) or {fold(text)}
        self._sizes.append(len(found))
        for shingle in found:
            self._holders[shingle].append(number)
        return number

    def neighbours(self, text: str, at_least: float) -> Iterator[tuple[int, float]]:
        """The number and the similarity of every text taken in that reaches `at_least`."""
        found = shingles(text) or {fold(text)}
        shared = Counter(number for shingle in found for number in self._holders.get(shingle, ()))
        for number, common in shared.items():
            similarity = common / (len(found) + self._sizes[number] - common)
            if similarity >= at_least:
                yield number, similarity


def similar_pairs(texts: Sequence[str], at_least: float) -> dict[tuple[int, int], float]:
    """Every pair of positions (lower first) whose similarity reaches `at_least`."""
    index = Index()
    pairs: dict[tuple[int, int], float] = {}
    for position, text in enumerate(texts):
        pairs |= {(number, position): similarity for number, similarity in index.neighbours(text, at_least)}
        index.add(text)
    return pairs
