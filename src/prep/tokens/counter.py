"""Counting: gigatoken for many texts, checked against tiktoken as it goes; tiktoken for few, and where they differ."""

from __future__ import annotations

import os
import warnings
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from prep.tokens.check import Second
from prep.tokens.encodings import PER_MESSAGE, encoding
from prep.tokens.letters import newer
from prep.tokens.memory import resident
from prep.tokens.ranks import RANKS_OF, rank_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prep.tokens.local import LocalCounter

Counts = np.ndarray[Any, np.dtype[np.uint32]]
# Below this many characters tiktoken is done before gigatoken has loaded.
FEW_CHARACTERS = 2_000_000
# gigatoken remembers every word it has met and never forgets; it is built anew when it has grown by so many bytes,
# or after so many characters where the system does not say how large a process is.
MOST_REMEMBERED = 256 * 1024 * 1024
REBUILD_CHARACTERS = 200_000_000
# How much is counted between two looks at the memory: of words never met before, some ten bytes a character stay.
_SLICE = 8_000_000
# Of each batch, the beginning of every so-many-th text is counted by both, up to so many characters altogether.
CHECK_EVERY = 997
CHECK_LONGEST = 20_000
CHECK_CHARACTERS = 50_000
_SCHEMES = {"cl100k_base": "cl100k", "o200k_base": "o200k", "o200k_harmony": "o200k"}


class Counter:
    """Counts the tokens of texts under one encoding. One per process; `counter` keeps it."""

    per_message = PER_MESSAGE

    def __init__(self, name: str) -> None:
        self.name = name
        self._encode: Any = None
        self._trusted = True
        self._checks = True
        self._second: Second | None = None
        self._seen = 0
        self._size = 0

    def count(self, texts: Sequence[str]) -> Counts:
        """Tokens of each text, as tiktoken's `encode_ordinary` counts them; one uint32 a text."""
        if not self._trusted or (self._encode is None and sum(map(len, texts)) < FEW_CHARACTERS):
            return self.reference(texts)
        return self._quick(texts)

    def warm(self, *, check: bool) -> None:
        """Load now, so that the first large batch does not wait; without `check` another process compares the two."""
        self._checks = check
        self.load()
        if check:
            encoding(self.name)

    def load(self) -> None:
        """Load the fast counter, unless it is there. It starts no thread: a process that has it can still be forked."""
        if self._encode is None:
            self._load()

    def reference(self, texts: Sequence[str]) -> Counts:
        """The same by tiktoken alone."""
        definition = encoding(self.name)
        threads = min(8, os.cpu_count() or 1)
        found = definition.encode_ordinary_batch(list(texts), num_threads=threads)
        return np.fromiter(map(len, found), dtype=np.uint32, count=len(texts))

    def _load(self) -> None:
        import gigatoken

        self._encode = None  # what the one before remembers is let go first
        made = gigatoken.Tokenizer.from_tiktoken(
            rank_file(self.name), pretokenizer=_SCHEMES[self.name], special_tokens={}
        )
        self._encode = made.encode
        self._seen = 0

    def _quick(self, texts: Sequence[str]) -> Counts:
        sample = self._sample(texts)
        asked = self._ask(sample)
        if self._encode is None:
            self._load()
        counts = np.empty(len(texts), dtype=np.uint32)
        for first, last in _slices(texts):
            self._forget()
            counts[first:last] = self._slice(texts[first:last])
        if asked is not None and not self._agrees(sample, asked):
            warnings.warn(f"the fast counter differs from tiktoken ({self.name}): counting with tiktoken", stacklevel=3)
            self._trusted = False
            return self.reference(texts)
        return counts

    def _slice(self, texts: Sequence[str]) -> Counts:
        """One text at a time: a batch would come as an awkward array, whose import takes longer than 10 MB of text."""
        encode = self._encode  # no longer than this call: a counter that is let go has to be gone
        odd = newer(texts)
        found = [0 if row in odd else encode(text).size for row, text in enumerate(texts)]
        counts = np.array(found, dtype=np.uint32)
        if odd:
            rows = sorted(odd)
            counts[rows] = self.reference([texts[row] for row in rows])
        self._seen += sum(map(len, texts))
        return counts

    def _forget(self) -> None:
        size = resident() or 0
        if not self._seen:
            self._size = size  # what came between loading and counting is not the counter's
        if size - self._size > MOST_REMEMBERED or self._seen > REBUILD_CHARACTERS:
            self._load()

    def _sample(self, texts: Sequence[str]) -> list[str]:
        """The beginnings of some texts, without those that tiktoken counts anyway."""
        if not self._checks:
            return []
        found, size = [], 0
        for row in range(0, len(texts), CHECK_EVERY):
            found.append(texts[row][:CHECK_LONGEST])
            size += len(found[-1])
            if size > CHECK_CHARACTERS:
                break
        odd = newer(found)
        return [text for row, text in enumerate(found) if row not in odd]

    def _ask(self, sample: list[str]) -> Second | bool | None:
        """Begin the check: in a second process, until this one has tiktoken's encoding loaded for another reason."""
        if not sample:
            return None
        if self._second is None and not encoding.cache_info().currsize:
            self._second = Second(self.name)
        if self._second is not None and self._second.ask(sample):
            return self._second
        self._second = None
        return True

    def _agrees(self, sample: list[str], asked: Second | bool) -> bool:
        own = [self._encode(text).size for text in sample]
        found = asked.answer() if isinstance(asked, Second) else None
        return own == (found if found is not None else self.reference(sample).tolist())


def _slices(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """The bounds of slices of about `_SLICE` characters."""
    first = size = 0
    for row, text in enumerate(texts):
        size += len(text)
        if size >= _SLICE:
            yield first, row + 1
            first, size = row + 1, 0
    if first < len(texts):
        yield first, len(texts)


def counter(name: str) -> Counter | LocalCounter:
    """The counter of this process for an encoding, or for a `tokenizer.json` by its path."""
    if name in RANKS_OF:
        return _shipped(name)
    from prep.tokens.local import local_counter

    return local_counter(name)


@cache
def _shipped(name: str) -> Counter:
    return Counter(name)
