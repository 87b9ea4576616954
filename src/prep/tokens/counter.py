"""Counting: gigatoken for many texts, checked against tiktoken as it goes; tiktoken for few, and where they differ."""

from __future__ import annotations

import os
import re
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
# gigatoken knows a newer Unicode than tiktoken 0.14: letters, digits and marks assigned since are cut differently.
# Found by comparing both on every code point in seven surroundings. Half a character is tiktoken's affair, too.
_NEWER = re.compile(
    "[\ud800-\udfff\u088f\u0c5c\u0cdc\u1acf-\u1add\u1ae0-\u1aeb\ua7ce\ua7cf\ua7d2\ua7d4\ua7f1"
    "\U00010940-\U00010959\U00010ec5-\U00010ec7\U00010efa\U00010efb\U00011b60-\U00011b67"
    "\U00011db0-\U00011ddb\U00011de0-\U00011de9\U00016ea0-\U00016eb8\U00016ebb-\U00016ed3"
    "\U00016ff2-\U00016ff6\U000187f8-\U000187ff\U00018d09-\U00018d1e\U00018d80-\U00018df2"
    "\U0001e6c0-\U0001e6de\U0001e6e0-\U0001e6f5\U0001e6fe\U0001e6ff\U0002b73a-\U0002b73f"
    "\U0002cea2-\U0002cead\U000323b0-\U00033479]"
)
_SCHEMES = {"cl100k_base": "cl100k", "o200k_base": "o200k", "o200k_harmony": "o200k"}


class Counter:
    """Counts the tokens of texts under one encoding. One per process; `counter` keeps it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._fast: Any = None
        self._trusted = True
        self._checks = True
        self._seen = 0

    def count(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.uint32]]:
        """Tokens of each text, as tiktoken's `encode_ordinary` counts them; one uint32 a text."""
        size = sum(map(len, texts))
        if not self._trusted or (size < FEW_CHARACTERS and self._fast is None):
            return self.reference(texts)
        return self._quick(texts, size)

    def warm(self, *, check: bool) -> None:
        """Load now, so that the first large batch does not wait; without `check` another process compares the two."""
        self._checks = check
        self._load()
        if check:
            encoding(self.name)

    def reference(self, texts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.uint32]]:
        """The same by tiktoken alone."""
        definition = encoding(self.name)
        threads = min(8, os.cpu_count() or 1)
        found = definition.encode_ordinary_batch(list(texts), num_threads=threads)
        return np.fromiter(map(len, found), dtype=np.uint32, count=len(texts))

    def _load(self) -> None:
        import gigatoken

        self._fast = gigatoken.Tokenizer.from_tiktoken(
            rank_file(self.name), pretokenizer=_SCHEMES[self.name], special_tokens={}
        )
        self._seen = 0

    def _quick(self, texts: Sequence[str], size: int) -> np.ndarray[Any, np.dtype[np.uint32]]:
        if self._fast is None or self._seen > REBUILD_CHARACTERS:
            self._load()
        self._seen += size
        odd = [row for row, text in enumerate(texts) if not text.isascii() and _NEWER.search(text)]
        data = list(texts)
        for row in odd:
            data[row] = ""
        offsets = np.asarray(self._fast.encode_batch(data).layout.offsets.data)
        counts = np.diff(offsets).astype(np.uint32)
        if odd:
            counts[odd] = self.reference([texts[row] for row in odd])
        if not self._checks:
            return counts
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
