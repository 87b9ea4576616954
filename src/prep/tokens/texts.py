"""What is to be counted of a batch of examples: texts and fixed tokens, each with its place; counted all at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from prep.tokens.counter import counter

if TYPE_CHECKING:
    from prep.catalog import Images

# What tokens are spent on.
KINDS = ("messages", "text", "tools", "tool_calls", "images")
MESSAGES, TEXT, TOOLS, CALLS, IMAGES = range(len(KINDS))
# An example's segments: what all of it shares, then the two answers of a preference pair.
SEGMENTS = 3
BASE, CHOSEN, OTHER = range(SEGMENTS)
# Who says it: nobody whose words are learnt, the assistant, the assistant where it is trained on.
NOBODY, SPOKEN, TRAINED = range(3)
# Why a count is an estimate, as bits.
REASONS = {
    "tool_calls": "how tool calls and their results are put into tokens is not published: names, arguments, ids",
    "tools": "nested parameters of tools have no published rule: counted as JSON",
    "images": "detail `auto` counts as high; low detail of this model, or the model's own rule, is not published",
    "image_size": "images whose size is unknown (a web address, a damaged file) count as 1024 x 1024",
    "other": "parts or keys without a published rule: counted as JSON",
}
BIT = {name: 1 << place for place, name in enumerate(REASONS)}
Numbers = np.ndarray[Any, np.dtype[np.int64]]


@dataclass
class Batch:
    """The texts of a batch. `place`: (example x SEGMENTS + segment) x kinds + kind, see `place`."""

    size: int
    encoding: str
    images_rule: Images | None
    texts: list[str] = field(default_factory=list)
    places: list[int] = field(default_factory=list)
    voices: list[int] = field(default_factory=list)
    fixed: list[int] = field(default_factory=list)
    reasons: list[int] = field(default_factory=list)
    pairs: list[int] = field(default_factory=list)  # examples that are preference pairs
    untrained: list[int] = field(default_factory=list)  # examples whose answer is no part of them
    roles: list[tuple[int, list[str]]] = field(default_factory=list)  # (place, roles of its messages)
    images: int = 0
    per_message: int = 0

    def __post_init__(self) -> None:
        self.per_message = counter(self.encoding).per_message
        self.fixed = [0] * (self.size * SEGMENTS * len(KINDS))
        self.reasons = [0] * self.size

    def add(self, text: str, example: int, segment: int, kind: int, voice: int = NOBODY) -> None:
        """A text to be counted."""
        self.texts.append(text)
        self.places.append(place(example, segment, kind))
        self.voices.append(voice)

    def spend(self, tokens: int, example: int, segment: int, kind: int) -> None:
        """Tokens that no text stands for."""
        self.fixed[place(example, segment, kind)] += tokens

    def guess(self, example: int, reason: str) -> None:
        """Say that the example's count is an estimate."""
        self.reasons[example] |= BIT[reason]

    def counted(self) -> tuple[Numbers, Numbers, Numbers]:
        """(tokens by example, segment and kind; of the assistant and trained, both by example and segment)."""
        counts = counter(self.encoding).count(self.texts).astype(np.int64)
        places = np.asarray(self.places, dtype=np.int64)
        voices = np.asarray(self.voices, dtype=np.int8)
        shape = (self.size, SEGMENTS, len(KINDS))
        whole = np.bincount(places, weights=counts, minlength=len(self.fixed)).astype(np.int64)
        whole += np.asarray(self.fixed, dtype=np.int64)
        self._add_roles(whole)
        spoken, trained = (
            np.bincount(places[chosen] // len(KINDS), weights=counts[chosen], minlength=self.size * SEGMENTS)
            for chosen in (voices >= SPOKEN, voices == TRAINED)
        )
        return (
            whole.reshape(shape),
            spoken.astype(np.int64).reshape(shape[:2]),
            trained.astype(np.int64).reshape(shape[:2]),
        )

    def _add_roles(self, whole: Numbers) -> None:
        """A role is the same few tokens every time: each is counted once."""
        names = sorted({name for _, roles in self.roles for name in roles})
        tokens = dict(zip(names, counter(self.encoding).count(names).tolist(), strict=True))
        for at, roles in self.roles:
            whole[at] += sum([tokens[name] for name in roles])


def place(example: int, segment: int, kind: int) -> int:
    """Where the tokens of an example's segment and kind are summed."""
    return (example * SEGMENTS + segment) * len(KINDS) + kind
