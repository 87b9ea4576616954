"""What of a training set a bill depends on: tokens of every example, of the request behind it, of its system prompt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from prep.chat.prompt import first_sentence, front
from prep.tokens.messages import PRIMING, count_examples

if TYPE_CHECKING:
    from collections.abc import Sequence

Counts = np.ndarray[Any, np.dtype[np.int64]]


class Sample(Protocol):
    """How a sample stands for the whole: for figures of its examples, the whole's total and how sure that is."""

    @property
    def rate(self) -> float:
        """How often the true total lies in the interval, 0.95 for example."""

    def total(self, values: Counts) -> float:
        """The estimate of the total."""

    def half_width(self, values: Counts) -> float:
        """Half the width of the interval around it."""


@dataclass(frozen=True)
class Measured:
    """Tokens under one encoding, an entry an example, in the order of the file."""

    tokens: Counts  # the whole example, without priming; of a preference pair, with the preferred answer
    other: Counts | None  # of a preference pair, with the answer that is not preferred
    asked: Counts  # the request that its last answer answers, priming included
    answered: Counts  # its last answer; 0 where it has none
    fixed: Counts  # the system message in front, where others have the same; 0 else
    pruned: Counts  # that message in its short form
    system: str | None  # the text of it that most examples have
    systems: int  # how many such texts repeat
    estimated: bool  # something in it is not covered by the published rule
    sample: Sample | None = None

    @classmethod
    def of_lengths(cls, tokens: Sequence[int] | Counts) -> Measured:
        """Examples of which only the length is known."""
        lengths = np.asarray(tokens, dtype=np.int64)
        none = np.zeros_like(lengths)
        return cls(lengths, None, none, none, none, none, None, 0, estimated=False)

    @property
    def examples(self) -> int:
        """How many there are."""
        return self.total(np.ones_like(self.tokens))

    def ordered(self, places: Counts) -> Measured:
        """The same examples, the one at `places[0]` first."""
        names = ("tokens", "asked", "answered", "fixed", "pruned")
        columns = {name: getattr(self, name)[places] for name in names}
        return replace(self, **columns, other=None if self.other is None else self.other[places])

    def total(self, values: Counts) -> int:
        """The sum of `values`, one an example; from a sample, what the whole's would be."""
        return int(values.sum()) if self.sample is None else round(self.sample.total(values))

    def interval(self, values: Counts) -> tuple[int, int]:
        """Where that sum lies: the sum itself twice, unless it is estimated from a sample."""
        total = self.total(values)
        half = 0 if self.sample is None else round(self.sample.half_width(values))
        return max(0, total - half), total + half


@dataclass
class Measurer:
    """Measures parsed lines, block by block: chats, preference pairs, or prompts for reinforcement."""

    encoding: str
    short: str | None = None  # the short form of every system prompt, where one is given
    _blocks: list[list[Counts]] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)
    _estimated: bool = False
    _pairs: bool = False

    def add(self, lines: Sequence[dict[str, Any]], known: np.ndarray[Any, Any] | None = None) -> None:
        """Measure lines; each is of one of the shapes that `is_example` accepts. `known`: their tokens, if counted."""
        if not lines:
            return
        chats = [_chat(line, "preferred_output") for line in lines]
        if known is None:
            counted = count_examples(chats, self.encoding)
            known = counted.tokens
            self._estimated |= bool(counted.estimated.any())
        other: np.ndarray[Any, Any] = known
        if any("input" in line for line in lines):
            self._pairs = True
            other = count_examples([_chat(line, "non_preferred_output") for line in lines], self.encoding).tokens
        answers = count_examples([{"messages": _answer(chat["messages"])} for chat in chats], self.encoding)
        asked = known.astype(np.int64) - answers.tokens + PRIMING
        systems = [self._system(front(chat["messages"])) for chat in chats]
        found = [known, other, asked, answers.assistant, np.array(systems)]
        self._blocks.append([one.astype(np.int64) for one in found])

    def _system(self, text: str | None) -> int:
        return -1 if text is None else self._known.setdefault(text, len(self._known))

    def done(self, sample: Sample | None = None) -> Measured:
        """Everything that was added."""
        columns = [np.concatenate(one) for one in zip(*self._blocks, strict=True)] if self._blocks else []
        tokens, other, asked, answered, systems = columns or [np.empty(0, dtype=np.int64)] * 5
        times = np.bincount(systems[systems >= 0], minlength=len(self._known))
        texts = list(self._known)
        repeated = [at for at in range(len(texts)) if times[at] > 1]
        fixed, pruned = np.zeros(len(texts) + 1, dtype=np.int64), np.zeros(len(texts) + 1, dtype=np.int64)
        fixed[repeated] = self._counted([texts[at] for at in repeated])
        pruned[repeated] = self._counted([self.short or first_sentence(texts[at]) for at in repeated])
        pruned = np.minimum(pruned, fixed)
        common = max(repeated, key=lambda at: (times[at], -at), default=None)
        return Measured(
            tokens, other if self._pairs else None, asked, answered, fixed[systems], pruned[systems],
            texts[common] if common is not None else None, len(repeated), self._estimated, sample,
        )  # fmt: skip

    def _counted(self, texts: Sequence[str]) -> Counts:
        chats = [{"messages": [{"role": "system", "content": text}]} for text in texts]
        return count_examples(chats, self.encoding).tokens.astype(np.int64)


def is_example(line: Any) -> bool:
    """Whether a parsed line can be measured: a chat, or a preference pair with two answers."""
    if not isinstance(line, dict):
        return False
    if "messages" not in line and isinstance(line.get("input"), dict):
        sides = [line["input"].get("messages"), line.get("preferred_output"), line.get("non_preferred_output")]
        return all(_are_messages(side) for side in sides)
    return _are_messages(line.get("messages"))


def _are_messages(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(message, dict) for message in value)


def _chat(line: dict[str, Any], side: str) -> dict[str, Any]:
    """A line as one chat: a preference pair with one of its answers."""
    if "messages" in line or "input" not in line:
        return line
    return {**line["input"], "messages": [*line["input"]["messages"], *line[side]]}


def _answer(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The last answer and what stands behind it, whatever their weight; nothing where there is no answer."""
    for at in range(len(messages) - 1, -1, -1):
        if messages[at].get("role") == "assistant":
            return [{name: value for name, value in one.items() if name != "weight"} for one in messages[at:]]
    return []
