"""A seeded corpus of statute-like prose with planted near-duplicates whose number is known."""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

# The words, and how often each stands, are those of the project's own samples.
SAMPLES = Path(__file__).parents[1] / "sample_data"
_ENDINGS = (".", ".", ".", ";", ":")
_FORMS = (("", "s"), ("", "ed"), ("", "ing"), ("un", ""), ("re", ""), ("", "ment"), ("pre", "ed"), ("non-", ""))
LABELS = ("Definitions", "Penalties", "Appeals", "Notices", "Registration", "Fees", "Inspection", "Transfer")
THRESHOLD = 0.8


def vocabulary() -> tuple[list[str], list[float]]:
    """Words, most frequent first, and their cumulative weights; inflected forms make the long tail."""
    texts = [json.loads(line).get("clause") or "" for line in _lines("legal/clauses.jsonl")]
    counted = Counter(re.findall(r"[a-z]+", " ".join([*texts, *_lines("support/messages.csv")]).lower()))
    common = sorted(counted, key=lambda word: (-counted[word], word))
    weights = [float(counted[word]) for word in common]
    tail = [f"{before}{word}{after}" for word in common if len(word) > 4 for before, after in _FORMS]
    return common + tail, list(accumulate([*weights, *[0.25] * len(tail)]))


def _lines(name: str) -> list[str]:
    found = []
    for line in (SAMPLES / name).read_text(encoding="utf-8", errors="ignore").splitlines():
        try:
            found.append(json.dumps(json.loads(line)) if name.endswith("jsonl") else line)
        except ValueError:
            continue  # the samples hold broken lines on purpose
    return found


def prose(rng: random.Random, words: list[str], weights: list[float], length: int) -> str:
    """About `length` words in sentences and numbered paragraphs."""
    drawn = rng.choices(words, cum_weights=weights, k=length)
    parts, at, number = [], 0, 1
    while at < length:
        end = min(length, at + rng.randint(8, 38))
        sentence = " ".join(drawn[at:end]).capitalize() + rng.choice(_ENDINGS)
        if rng.random() < 0.2:
            number += 1
            sentence = f"\n\n({number}) {sentence}"
        parts.append(sentence)
        at = end
    return " ".join(parts)


def shingles(text: str) -> set[tuple[str, ...]]:
    """5-word shingles, lower case: what the truth is measured by."""
    words = re.findall(r"\S+", text.lower())
    return set(zip(*(words[at:] for at in range(5)), strict=False))


def edited(rng: random.Random, text: str, words: list[str], changes: int) -> str:
    """`text` with `changes` words replaced at places drawn by `rng`."""
    tokens = text.split(" ")
    for at in rng.sample(range(len(tokens)), min(changes, len(tokens))):
        tokens[at] = rng.choice(words)
    return " ".join(tokens)


def documents(megabytes: float, seed: int, share: float) -> Iterator[tuple[dict[str, Any], bool]]:
    """Records until `megabytes` are full, and whether one is a near-duplicate (by exact Jaccard) of an earlier one.

    Every fifth edit goes too far on purpose: its Jaccard lies under the threshold, so that it has to be kept.
    """
    rng = random.Random(seed)
    words, weights = vocabulary()
    recent: list[str] = []
    size, number = 0, 0
    while size < megabytes * 1_000_000:
        is_copy = bool(recent) and rng.random() < share
        if is_copy:
            original = rng.choice(recent)
            shingled = shingles(original)
            wanted = rng.uniform(0.83, 0.97) if rng.random() < 0.8 else rng.uniform(0.60, 0.76)
            text = edited(rng, original, words, max(1, round(len(shingled) * (1 - wanted) / (1 + wanted) / 5)))
            other = shingles(text)
            duplicate = len(shingled & other) / len(shingled | other) >= THRESHOLD
        else:
            text, duplicate = prose(rng, words, weights, rng.randint(200, 1_600)), False
            recent.append(text)
            if len(recent) > 2_000:
                recent.pop(rng.randrange(1_000))
        number += 1
        size += len(text) + 60
        yield {"id": f"D-{number:07d}", "label": rng.choice(LABELS), "text": text}, duplicate


def write(folder: Path, megabytes: float, seed: int = 7, share: float = 0.2) -> dict[str, Any]:
    """`corpus.jsonl` and `truth.json` in `folder`; returns the truth: documents and how many are to be kept.

    An original and its copies are one cluster, of which the longest stays; a copy of a copy is never made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    count = dropped = 0
    with (folder / "corpus.jsonl").open("w", encoding="utf-8") as handle:
        for record, duplicate in documents(megabytes, seed, share):
            handle.write(json.dumps(record) + "\n")
            count, dropped = count + 1, dropped + duplicate
    truth = {"documents": count, "keep": count - dropped, "megabytes": megabytes, "seed": seed, "share": share}
    (folder / "truth.json").write_text(json.dumps(truth) + "\n")
    return truth


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    print(json.dumps(write(given.folder, given.megabytes, given.seed)))
