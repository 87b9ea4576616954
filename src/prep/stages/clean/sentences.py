"""Texts cut between paragraphs and sentences, by the tokens they hold."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# The end of a sentence: a stop with what closes behind it and white space, or a line's end, or a full-width stop.
_END = re.compile(
    r"[.!?\u2026][\"'\u201d\u2019)\]]*[ \t]+(?=[^\sa-z])|[ \t]*[\n\f][\s]*|[\u3002\uff01\uff1f][\u300d\u300f\uff09]*"
)
_ABBREVIATIONS = (
    "no nos art arts sec secs para paras cl sch ch vol pp ed al approx inc ltd co corp llc plc gmbh bros dept est etc "
    "mr mrs ms dr prof st jr sr hon rev gen col v vs cf eg ie viz u.s u.k e.g i.e u.s.c c.f.r fed reg supp jan feb mar "
    "apr jun jul aug sep sept oct nov dec abs nr z.b bzw ca ggf inkl"
).split()
_BEFORE = re.compile(rf"(?:^|[\s(\"\u201c])(?:[A-Za-z]|{'|'.join(map(re.escape, _ABBREVIATIONS))})\.$", re.IGNORECASE)
_NUMBER_BEFORE = re.compile(r"(?:^|\n)\s*\(?[0-9]{1,3}(?:\.[0-9]{1,3})*[.)]$")
_WORDS = re.compile(r"\S+\s*|\s+")


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
    """The chunks of each text, none with more than `max_tokens` tokens; a text that fits is one chunk, unchanged."""
    from prep.tokens.counter import counter

    count = counter(encoding).count
    whole = count(list(texts))
    for text, tokens in zip(texts, whole.tolist(), strict=True):
        if tokens <= max_tokens:
            yield [text]
            continue
        pieces = [piece for sentence in sentences(text) for piece in _short(sentence, max_tokens, encoding)]
        budget = max_tokens
        while True:
            packed = _pack(pieces, count(pieces).tolist(), budget, overlap)
            excess = max(count(packed).tolist()) - max_tokens
            if excess <= 0 or budget == 1:
                break
            budget = max(1, budget - excess)  # joined pieces may count more than each for itself
        yield packed


def _short(sentence: str, max_tokens: int, encoding: str) -> list[str]:
    """A sentence that is too long in pieces between words, a word that is in pieces between characters."""
    from prep.tokens.counter import counter

    count = counter(encoding).count
    if len(sentence.encode("utf-8", "surrogatepass")) <= max_tokens or count([sentence])[0] <= max_tokens:
        return [sentence]
    words = _WORDS.findall(sentence)
    sizes = count(words).tolist()
    found: list[str] = []
    held, used = "", 0
    for word, size in zip(words, sizes, strict=True):
        if used + size > max_tokens and held:
            found.append(held)
            held, used = "", 0
        if size > max_tokens:
            step = max(1, max_tokens // 4)  # a character has four tokens at most
            found += [word[at : at + step] for at in range(0, len(word), step)]
            continue
        held, used = held + word, used + size
    return [*found, held] if held else found


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
