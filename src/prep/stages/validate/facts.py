"""What rules about whole files, and about all files together, look at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

    Hashes = np.ndarray[Any, np.dtype[np.uint64]]

# Of different answers more than this, they are no labels.
MOST_LABELS = 100
LONGEST_LABEL = 60


@dataclass(frozen=True)
class FileFacts:
    """One file."""

    file: str
    method: str
    bytes: int
    examples: int
    broken: int = 0
    bom: bool = False
    utf16: bool = False
    document: bool = False  # one JSON text over several lines, or a list of objects
    crlf: int = 0
    pictured: int = 0  # examples with an image
    kinds: frozenset[str] = frozenset({"chat"})  # what its lines are: chat, preference, completion, other


class Places(NamedTuple):
    """Two lines, `file:line` each, and how alike they are."""

    first: str
    later: str
    similarity: float = 1.0


@dataclass
class FieldFacts:
    """What a field for the grader holds: how often, how many characters in all, and at most two of its values."""

    count: int = 0
    characters: int = 0
    values: set[str] = field(default_factory=set)


@dataclass
class SetFacts:
    """All files together; every pair names the later line and the first one it meets."""

    method: str
    files: list[str]
    examples: int = 0
    pictured: int = 0
    refusals: int = 0
    systems: dict[int, int] = field(default_factory=dict)  # hash of the system prompt: examples
    labels: dict[str, int] | None = field(default_factory=dict)  # short answers: examples; None: too many different
    fields: dict[str, FieldFacts] = field(default_factory=dict)
    shapes: dict[tuple[str, ...], tuple[int, str]] = field(default_factory=dict)  # names of fields: (lines, first)
    tokens: int | None = None
    epochs: int = 1
    duplicates: list[Places] = field(default_factory=list)
    leaks: list[Places] = field(default_factory=list)
    conflicts: list[Places] = field(default_factory=list)
    near: list[Places] = field(default_factory=list)
    more: dict[str, int] = field(default_factory=dict)  # rule: pairs there are beyond the listed ones
