"""Texts cut between paragraphs and sentences, by the tokens they hold."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from prep.tokens.counter import Counts

    Count = Callable[[Sequence[str]], Counts]

# The end of a sentence: a stop with what closes behind it and white space, or a line's end, or a full-width stop.
_END = re.compile(
    r"[.!?\u2026][\"'\u201d\u2019)\]]*[ \t]+(?=[^\sa-z])|[\n\f]\s*|[\u3002\uff01\uff1f][\u300d\u300f\uff09]*"
)
_ABBREVIATIONS = (
    "no nos art arts sec secs para paras cl sch ch vol pp ed al approx inc ltd co corp llc plc gmbh bros dept est etc "
    "mr mrs ms dr prof st jr sr hon rev gen col v vs cf eg ie viz u.s u.k e.g i.e u.s.c c.f.r fed reg supp jan feb mar "
    "apr jun jul aug sep sept oct nov dec abs nr z.b bzw ca ggf inkl"
).split()
_BEFORE = re.compile(rf"(?:^|[\s(\"\u201c])(?:[A-Za-z]|{'|'.join(map(re.escape, _ABBREVIATIONS))})\.$", re.IGNORECASE)
_NUMBER_BEFORE = re.compile(r"(?:^|\n)\s*\(?[0-9]{1,3}(?:\.[0-9]{1,3})*[.)]$")
# With the white space in front, as the encodings cut.
_WORDS = re.compile(r"\s*\S+|\s+")


def sentences(text: str) -> list[str]:
    """The sentences of a text, each with the white space behind it: joined they are the text again."""
    found, start = [], 0
    for end in _END.finditer(text):
        stop = text[start : end.end()].rstrip()
        if end[0][0] == "." and (_BEFORE.search(stop[-12:]) or _NUMBER_BEFORE.search(stop[-16:])):
            continue
        found.append(text[start : end.end()])
        start = end.end()
    if start < len(text):
        found.append(text[start:])
    return found


def chunks(texts: Sequence[str], max_tokens: int, overlap: int, encoding: str) -> Iterator[list[str]]:
    """The chunks of each text, none with more than `max_tokens` tokens; a text that fits is one chunk, unchanged.

    A character, which has four tokens at most, is never cut. The pieces of all texts are counted together.
    """
    from prep.tokens.counter import counter

    count = counter(encoding).count
    found = [[text] for text in texts]
    long = (count(list(texts)) > max_tokens).nonzero()[0].tolist()
    pieces = _pieces([sentences(texts[row]) for row in long], max_tokens, count, (_words, _halves))
    left = dict.fromkeys(range(len(long)), max_tokens)
    while left:
        made = {at: _pack(*pieces[at], budget, overlap) for at, budget in left.items()}
        sizes = iter(count([chunk for of_one in made.values() for chunk in of_one]).tolist())
        budgets, left = left, {}
        for at, of_one in made.items():
            found[long[at]] = of_one
            excess = max(next(sizes) for _ in of_one) - max_tokens
            if excess > 0 and budgets[at] > 1:  # joined pieces may count more than each for itself
                left[at] = max(1, budgets[at] - excess)
    yield from found


def _pieces(
    texts: Sequence[list[str]], max_tokens: int, count: Count, ways: Sequence[Callable[[str], list[str]]]
) -> list[tuple[list[str], list[int]]]:
    """(pieces, tokens) of each text: what is over `max_tokens` is cut in one way after the other, the last again."""
    flat = [piece for pieces in texts for piece in pieces]
    sizes = _sizes(flat, max_tokens, count)
    long = [at for at, size in enumerate(sizes) if size > max_tokens and len(flat[at]) > 1]
    parts = _pieces([ways[0](flat[at]) for at in long], max_tokens, count, ways[1:] or ways) if long else []
    cut = dict(zip(long, parts, strict=True))
    found, at = [], 0
    for pieces in texts:
        both: tuple[list[str], list[int]] = ([], [])
        for place in range(at, at + len(pieces)):
            one, its = cut.get(place) or ([flat[place]], [sizes[place]])
            both[0].extend(one)
            both[1].extend(its)
        found.append(both)
        at += len(pieces)
    return found


def _sizes(pieces: Sequence[str], max_tokens: int, count: Count) -> list[int]:
    """Tokens of each piece, with the white space around it or without, whichever is more: it may be a chunk alone."""
    sizes: list[int] = count(pieces).tolist()
    # A character has four tokens at most.
    bare = [at for at, piece in enumerate(pieces) if 4 * len(piece) > max_tokens]
    for at, size in zip(bare, count([pieces[at].strip() for at in bare]).tolist(), strict=True):
        sizes[at] = max(sizes[at], size)
    return sizes


def _words(piece: str) -> list[str]:
    return _WORDS.findall(piece)


def _halves(piece: str) -> list[str]:
    return [piece[: len(piece) // 2], piece[len(piece) // 2 :]]


def _pack(pieces: Sequence[str], sizes: Sequence[int], budget: int, overlap: int) -> list[str]:
    """As many pieces a chunk as fit, from the end of the one before or, with overlap, from a little earlier."""
    total = [0, *accumulate(sizes)]
    found: list[str] = []
    start = 0
    while start < len(pieces):
        end = start + 1
        while end < len(pieces) and total[end + 1] - total[start] <= budget:
            end += 1
        text = "".join(pieces[start:end]).strip()
        if text:
            found.append(text)
        if end == len(pieces):
            break
        following = end
        while following - 1 > start and total[end] - total[following - 1] <= overlap:
            following -= 1
        # The repeated sentences must leave room for a new one.
        while following < end and total[end + 1] - total[following] > budget:
            following += 1
        start = following
    return found or [""]
