"""How much data is enough: what each quarter of the train split adds to the ones before it, and where that flattens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from prep.advice.reading import lines, pair
from prep.advice.tell import FLAT
from prep.outputs.bank import text
from prep.outputs.subsets import lines_of
from prep.similarity.lexical import vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from scipy.sparse import csr_array

    from prep.advice.dataset import Dataset

Array = np.ndarray[Any, Any]
PERCENT = (25, 50, 75, 100)
MOST = 20_000  # train examples that are compared; of more, every so-many-th in the keyed order, a random sample
VALIDATION, NEW = 512, 512  # examples of validation, and of each quarter, that are compared
MOST_LABELS = 200
_BLOCK = 2048


def enough(
    train: Path,
    validation: Path | None,
    tokens: Array,
    price: Callable[[int], float | None],
    percent: Sequence[int] = PERCENT,
) -> dict[str, Any]:
    """What each nested subset of a training file adds; a subset is its first lines, so that each begins the next.

    `tokens`: of every example, in the file's order; `price`: dollars of training on the first so many. Coverage is the
    mean, over the validation split, of the cosine (TF-IDF) with the nearest example of the subset; novelty the mean
    distance of new examples to the nearest earlier one.
    """
    count = len(tokens)
    step = max(1, -(-count // MOST))
    asked, answers = _texts(train, step)
    wanted = [] if validation is None or not validation.is_file() else _texts(validation, 1, VALIDATION)[0]
    seen = vectors([*asked, *wanted])
    own, held = seen[: len(asked)], seen[len(asked) :]
    sizes = [lines_of(count, one) for one in percent]
    ends = [min(len(asked), -(-size // step)) for size in sizes]
    covered = _coverage(own, held, ends) if wanted else [None] * len(ends)
    labels = _labels(answers, ends)
    novel = _novelty(own, ends)
    rows: list[dict[str, Any]] = []
    for at, (one, size) in enumerate(zip(percent, sizes, strict=True)):
        before = rows[-1] if rows else None
        cost = price(size)
        gain = None if covered[at] is None or before is None else round(covered[at] - before["coverage"], 4)
        rows.append({
            "percent": one, "examples": size, "new_examples": size - (before["examples"] if before else 0),
            "tokens": int(tokens[:size].sum()), "training_usd": None if cost is None else round(cost, 6),
            "coverage": covered[at], "coverage_gain": gain,
            "labels": labels[at],
            "new_labels": None if labels[at] is None else labels[at] - (before["labels"] if before else 0),
            "novelty": novel[at],
        })  # fmt: skip
    return {"subsets": rows, "flattens_at": _flattens(rows), "validation_examples": len(wanted), "compared": len(asked)}


def of_dataset(data: Dataset, tokens: Array, price: Callable[[int], float | None]) -> dict[str, Any]:
    """The same for a run's output folder."""
    return enough(data.train, data.train.with_name("validation.jsonl"), tokens, price)


def _texts(path: Path, step: int, most: int | None = None) -> tuple[list[str], list[str]]:
    """What every `step`-th example asks, and what it answers."""
    asked: list[str] = []
    answers: list[str] = []
    number = 0
    for examples in lines(path):
        for example in examples:
            if number % step == 0:
                prompt, answer = pair(example)
                told = [text(message) for message in prompt if message.get("role") not in ("system", "developer")]
                asked.append(" ".join(told))
                answers.append(text(answer).strip() if answer is not None else "")
                if len(asked) == most:
                    return asked, answers
            number += 1
    return asked, answers


def _coverage(own: csr_array, held: csr_array, ends: Sequence[int]) -> list[Any]:
    """The mean of the nearest cosine, after the first `end` rows of `own`, for each of `ends`."""
    best = np.zeros(held.shape[0])
    found, start = [], 0
    for end in ends:
        for first in range(start, end, _BLOCK):
            block = own[first : min(end, first + _BLOCK)]
            best = np.maximum(best, np.asarray((held @ block.T).todense()).max(axis=1, initial=0.0))
        start = end
        found.append(round(float(best.mean()), 4))
    return found


def _novelty(own: csr_array, ends: Sequence[int]) -> list[Any]:
    """For each step, how unlike a sample of its new rows is to the nearest row before each, 0 to 1."""
    found: list[Any] = []
    start = 0
    for end in ends:
        rows: Array = np.unique(np.linspace(max(1, start), max(end - 1, 0), NEW).astype(np.int64))
        rows = rows[(rows >= max(1, start)) & (rows < end)]
        best = np.zeros(len(rows))
        for first in range(0, end if len(rows) else 0, _BLOCK):
            last = min(end, first + _BLOCK)
            alike = np.asarray((own[rows] @ own[first:last].T).todense())
            alike[np.arange(first, last)[None, :] >= rows[:, None]] = 0
            best = np.maximum(best, alike.max(axis=1, initial=0.0))
        found.append(round(float(1 - best.mean()), 4) if len(rows) else None)
        start = end
    return found


def _labels(answers: Sequence[str], ends: Sequence[int]) -> list[Any]:
    """How many different answers there are, where they are few enough to be labels; else None."""
    whole = len(set(answers))
    if whole > MOST_LABELS or 2 * whole > len(answers):
        return [None] * len(ends)
    return [len(set(answers[:end])) for end in ends]


def _flattens(rows: Sequence[dict[str, Any]]) -> int | None:
    """The smallest subset after which no step adds coverage worth counting, nor a label; None: the last still does."""
    if any(row["coverage"] is None for row in rows):
        return None
    for at, row in enumerate(rows[:-1]):
        if all(later["coverage_gain"] < FLAT and not later["new_labels"] for later in rows[at + 1 :]):
            return int(row["percent"])
    return None
