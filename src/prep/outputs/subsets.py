"""Nested subsets of the train split as files: the first lines of train.jsonl, so that each begins the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

FOLDER = "subsets"


def lines_of(examples: int, percent: float) -> int:
    """How many examples so many per cent are: at least one, where there is one."""
    return min(examples, max(1, round(examples * percent / 100)))


def write_subsets(train: Path, folder: Path, percent: Sequence[int]) -> list[str]:
    """Write `subsets/train_25.jsonl` and so on below `folder`; 100 per cent is `train` itself. Returns their names.

    Every file is the beginning of `train`, byte by byte.
    """
    with train.open("rb") as handle:
        examples = sum(1 for _ in handle)
    (folder / FOLDER).mkdir(parents=True)
    names = []
    for one in percent:
        if one == 100:
            continue
        name = f"{FOLDER}/train_{one}.jsonl"
        with train.open("rb") as handle, (folder / name).open("wb") as out:
            for _ in range(lines_of(examples, one)):
                out.write(handle.readline())
        names.append(name)
    return names
