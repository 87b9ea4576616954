"""Single stages beside what a user would call instead, each in a fresh process: signing and counting."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

ROUNDS = 3


def _texts(corpus: Path, documents: int) -> list[str]:
    with corpus.open(encoding="utf-8") as handle:
        return [json.loads(line)["text"] for line in islice(handle, documents)]


def sign_prep(texts: list[str]) -> None:
    import polars as pl

    from prep.stages.dedupe.sign import sign

    sign(pl.Series(texts), None, near_wanted=True)


def sign_datasketch_bulk(texts: list[str]) -> None:
    from datasketch import MinHash

    sets = []
    for text in texts:
        words = text.lower().split()
        sets.append({" ".join(words[at : at + 5]).encode() for at in range(max(1, len(words) - 4))})
    MinHash.bulk(sets, num_perm=128)


def count_prep(texts: list[str]) -> None:
    from prep.tokens.counter import Counter

    Counter("o200k_base").count(texts)


def count_tiktoken_two_threads(texts: list[str]) -> None:
    from prep.tokens.encodings import encoding

    [len(found) for found in encoding("o200k_base").encode_ordinary_batch(texts, num_threads=2)]


Stage = Callable[[list[str]], None]
# (documents, ours, the other's). Loading is part of it, so counting is measured on as much as is worth counting fast.
PAIRS: dict[str, tuple[int, Stage, Stage]] = {
    "signing, against datasketch bulk": (4_000, sign_prep, sign_datasketch_bulk),
    "counting, against tiktoken with two threads": (20_000, count_prep, count_tiktoken_two_threads),
}


def stage_figures(corpus: Path) -> list[str]:
    """Rows of a table; imports are counted, reading the corpus is not."""
    rows = ["| stage | documents | prep s | other s | ratio |", "|---|---|---|---|---|"]
    for name, (documents, *functions) in PAIRS.items():
        times = [[_timed(function.__name__, corpus, documents) for function in functions] for _ in range(ROUNDS)]
        ratios = [other / own for own, other in times]
        own, other = (statistics.median(column) for column in zip(*times, strict=True))
        spread = f"({min(ratios):.1f} to {max(ratios):.1f})"
        rows.append(
            f"| {name} | {documents:,} | {own:.2f} | {other:.2f} | {statistics.median(ratios):.1f} x {spread} |"
        )
    return rows


def _timed(name: str, corpus: Path, documents: int) -> float:
    code = (
        "import sys, time, pathlib; import benchmarks.stages as s\n"
        f"texts = s._texts(pathlib.Path({str(corpus)!r}), {documents}); begun = time.perf_counter()\n"
        f"s.{name}(texts); print(time.perf_counter() - begun)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(done.stdout.splitlines()[-1])


if __name__ == "__main__":
    from pathlib import Path

    begun = time.perf_counter()
    print("\n".join(stage_figures(Path(sys.argv[1]))), f"\n{time.perf_counter() - begun:.0f} s")
