"""Examples of different files that ask nearly the same: by the true similarity of what the user says."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from prep.chat.files import open_chat
from prep.similarity.bands import candidates
from prep.similarity.held import HeldTexts
from prep.similarity.jaccard import verify
from prep.similarity.minhash import signatures
from prep.similarity.shingles import shingles
from prep.similarity.words import words_of
from prep.stages.validate.facts import Places
from prep.stages.validate.gather import MOST_PAIRS
from prep.stages.validate.raw import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

THRESHOLD = 0.8
PERMUTATIONS = 128


def near_pairs(paths: Sequence[Path]) -> tuple[list[Places], int]:
    """Pairs across files at `THRESHOLD` or above that are not the same, and how many there are beyond the listed."""
    rows = [(number, line, text) for number, path in enumerate(paths) for line, text in _texts(path)]
    if len({number for number, _, _ in rows}) < 2:
        return [], 0
    texts = pl.Series("text", _without_template([text for _, _, text in rows]), dtype=pl.String)
    owners = np.array([number for number, _, _ in rows])
    pairs = candidates(signatures(*shingles(words_of(texts)), PERMUTATIONS), THRESHOLD)
    pairs = pairs[owners[pairs[:, 0]] != owners[pairs[:, 1]]]
    if not len(pairs):
        return [], 0
    alike = verify(pairs, HeldTexts(texts))
    best: dict[int, tuple[float, int]] = {}
    for (left, right), similarity in zip(pairs.tolist(), alike.tolist(), strict=True):
        if similarity >= THRESHOLD and texts[left] != texts[right]:
            best[right] = max(best.get(right, (0.0, left)), (similarity, left))
    found = [
        Places(_place(paths, rows[left]), _place(paths, rows[right]), similarity)
        for right, (similarity, left) in sorted(best.items())
    ]
    return found[:MOST_PAIRS], max(0, len(found) - MOST_PAIRS)


def _place(paths: Sequence[Path], row: tuple[int, int, str]) -> str:
    return f"{paths[row[0]]}:{row[1]}"


def _texts(path: Path) -> Iterator[tuple[int, str]]:
    """(line, what the user says) of every example that can be read."""
    with open_chat(path) as handle:
        for number, line in enumerate(handle, 1):
            data = parse(line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line).data
            text = " ".join(_said(data)) if data is not None else ""
            if text:
                yield number, text


def _said(data: dict[str, Any]) -> Iterator[str]:
    asked = data.get("input")
    holder = asked if isinstance(asked, dict) else data
    messages = holder.get("messages")
    for message in messages if isinstance(messages, list) else ():
        if isinstance(message, dict) and message.get("role") == "user":
            content = message.get("content")
            if isinstance(content, str):
                yield content


def _without_template(texts: list[str]) -> list[str]:
    """The texts without the words that all of them begin, and end, with: a template's words make everything alike."""
    words = [text.split() for text in texts]
    front = _shared(words)
    back = _shared([own[front:][::-1] for own in words])
    return [" ".join(own[front : len(own) - back]) for own in words]


def _shared(words: list[list[str]]) -> int:
    """How many words all lists begin with."""
    return sum(1 for _ in takewhile(lambda column: len(set(column)) == 1, zip(*words, strict=False)))
