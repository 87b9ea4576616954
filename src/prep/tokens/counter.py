"""Counting: gigatoken for many texts, checked against tiktoken as it goes; tiktoken for few, and where they differ."""

from __future__ import annotations

import os
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from prep.tokens.encodings import encoding
from prep.tokens.ranks import rank_file

if TYPE_CHECKING:
    from collections.abc import Sequence

# Below this many characters tiktoken is done before gigatoken has loaded.
FEW_CHARACTERS = 2_000_000
# gigatoken remembers every word it has met and never forgets; past this many characters it is built anew.
REBUILD_CHARACTERS = 200_000_000
# Of each batch, every so-many-th text is counted by both, as long as it is not huge.
CHECK_EVERY = 997
CHECK_LONGEST = 100_000
_SCHEMES = {"cl100k_base": "cl100k", "o200k_base": "o200k", "o200k_harmony": "o200k"}


class Counter:
    """Counts the tokens of texts under one encoding. One per process; `counter` keeps it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._fast: Any = None
        self._trusted = True
        self._seen = 0

    def count(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.uint32]]:
        """Tokens of each text, as tiktoken's `encode_ordinary` counts them; one uint32 a text."""
        size = sum(map(len, texts))
        if not self._trusted or (size < FEW_CHARACTERS and self._fast is None):
            return self.reference(texts)
        return self._quick(texts, size)

    def reference(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.uint32]]:
        """The same by tiktoken alone."""
        definition = encoding(self.name)
        threads = min(8, os.cpu_count() or 1)
        found = definition.encode_ordinary_batch(list(texts), num_threads=threads)
        return np.fromiter(map(len, found), dtype=np.uint32, count=len(texts))

    def _quick(self, texts: Sequence[str], size: int) -> np.ndarray[Any, np.dtype[np.uint32]]:
        if self._fast is None or self._seen > REBUILD_CHARACTERS:
            import gigatoken

            self._fast = gigatoken.Tokenizer.from_tiktoken(
                rank_file(self.name), pretokenizer=_SCHEMES[self.name], special_tokens={}
            )
            self._seen = 0
        self._seen += size
        data = [text.encode("utf-8", "surrogatepass").decode("utf-8", "replace") for text in texts]
        offsets = np.asarray(self._fast.encode_batch(data).layout.offsets.data)
        counts = np.diff(offsets).astype(np.uint32)
        sample = [row for row in range(0, len(texts), CHECK_EVERY) if len(texts[row]) <= CHECK_LONGEST]
        if not np.array_equal(counts[sample], self.reference([texts[row] for row in sample])):
            warnings.warn(f"the fast counter differs from tiktoken ({self.name}): counting with tiktoken", stacklevel=2)
            self._trusted = False
            return self.reference(texts)
        return counts


@cache
def counter(name: str) -> Counter:
    """The counter of this process for an encoding."""
    return Counter(name)
