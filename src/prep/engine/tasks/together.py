"""Equal examples: found by hash, so that the same line never trains on one side and tests on another."""

from __future__ import annotations

from typing import Any

import msgspec
import numpy as np
import polars as pl
import xxhash

from prep.chat.roles import SFT_KEYS
from prep.similarity.components import components

_MESSAGES = msgspec.json.Decoder(dict[str, msgspec.Raw])
_SUPERVISED = frozenset(SFT_KEYS)
_LIST = msgspec.json.Decoder(list[msgspec.Raw])


def example_hashes(examples: pl.Series) -> list[pl.Series]:
    """Two columns: `_example_hash` of the whole line, `_prompt_hash` of what is asked; null where none.

    What is asked: all messages but the last; of a preference its input; of a reinforcement line all messages.
    """
    whole, prompts = [], []
    for text in examples.to_list():
        line = text.encode("utf-8", "surrogatepass")
        whole.append(xxhash.xxh3_64_intdigest(line))
        found = _MESSAGES.decode(line)
        if "input" in found or not found.keys() <= _SUPERVISED:
            asked = bytes(found.get("input", found.get("messages", msgspec.Raw(b"[]"))))
        else:
            asked = b"\n".join(map(bytes, _LIST.decode(found.get("messages", msgspec.Raw(b"[]")))[:-1]))
        prompts.append(xxhash.xxh3_64_intdigest(asked))
    return [
        pl.Series("_example_hash", whole, dtype=pl.UInt64),
        pl.Series("_prompt_hash", prompts, dtype=pl.UInt64),
    ]


def unite(component: pl.Series, example_hash: pl.Series) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Components joined where two of them hold the same example; one number a record."""
    left = component.rank("dense").to_numpy().astype(np.int64) - 1
    known = example_hash.is_not_null().to_numpy()
    right = example_hash.rank("dense").fill_null(1).to_numpy().astype(np.int64) - 1
    if left.size == 0:
        return left
    first = left.max() + 1
    edges = np.stack([left[known], first + right[known]], axis=1)
    united: np.ndarray[Any, np.dtype[np.int64]] = components(int(first + right.max() + 1), edges)[left]
    return united


def same_example(table: pl.DataFrame) -> dict[str, int]:
    """How many examples equal an earlier one, and how many prompts have different answers."""
    if "prompt_hash" not in table.columns:
        return {"equal_examples": 0, "conflicting_prompts": 0}
    answers = table.group_by("prompt_hash").agg(pl.col("example_hash").n_unique().alias("answers"))
    return {
        "equal_examples": table.height - table["example_hash"].n_unique(),
        "conflicting_prompts": answers.filter(pl.col("answers") > 1).height,
    }
