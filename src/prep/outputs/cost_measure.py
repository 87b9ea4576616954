"""What of a training set a bill depends on: tokens of every example, of the request behind it, of its system prompt."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import numpy as np

from prep.chat.prompt import FRONT, first_sentence, front
from prep.tokens.lines import PREFERRED, PlainLine, answer_of, is_pair, problem
from prep.tokens.messages import PRIMING, count_examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.catalog import Images
    from prep.tokens.lines import Line
    from prep.tokens.messages import ExampleCounts

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
    estimated: int  # examples in which something is not covered by the published rule
    sample: Sample | None = None

    @classmethod
    def of_lengths(cls, tokens: Sequence[int] | Counts) -> Measured:
        """Examples of which only the length is known."""
        lengths = np.asarray(tokens, dtype=np.int64)
        none = np.zeros_like(lengths)
        return cls(lengths, None, none, none, none, none, None, 0, estimated=0)

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
    images: Images | None = None  # how the model counts images
    _blocks: list[list[Counts]] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)
    _estimated: int = 0
    _pairs: bool = False

    def add(
        self,
        lines: Sequence[Line],
        known: np.ndarray[Any, Any] | None = None,
        marks: np.ndarray[Any, Any] | None = None,
    ) -> None:
        """Measure lines that can be counted.

        `known`: their tokens, where they are counted already; `marks`: whether these are estimates. Not for pairs.
        """
        if not lines:
            return
        taken = [_Parts.of(line) for line in lines]
        other = known
        if known is None:
            counted = self._count(lines)
            paired = np.array([one.is_pair for one in taken])
            self._pairs |= bool(paired.any())
            known, marks = counted.sides[:, 0], counted.estimated
            other = np.where(paired, counted.sides[:, 1], known)
        assert other is not None
        self._estimated += int(marks.sum()) if marks is not None else 0
        answers = self._count([one.answer for one in taken])
        asked = known.astype(np.int64) - answers.tokens + PRIMING
        systems = [self._system(one.system) for one in taken]
        found = [known, other, asked, answers.assistant, np.array(systems)]
        self._blocks.append([one.astype(np.int64) for one in found])

    def _count(self, lines: Sequence[Line]) -> ExampleCounts:
        return count_examples(lines, self.encoding, self.images)

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
        return self._count(chats).tokens.astype(np.int64)


class _Parts(NamedTuple):
    """An example taken apart."""

    system: str | None  # the text of the system message in front
    answer: Line  # the last answer and what stands behind it; no messages where there is no answer
    is_pair: bool

    @classmethod
    def of(cls, line: Line) -> _Parts:
        if isinstance(line, PlainLine):
            first = line.messages[0]
            system = first.content if first.role in FRONT and first.content else None
            return cls(system, PlainLine(line.messages[-1:]), is_pair=False)
        pair = is_pair(line)
        messages = line["input"]["messages"] + answer_of(line, PREFERRED) if pair else line.get("messages") or []
        answers = [at for at, message in enumerate(messages) if message.get("role") == "assistant"]
        return cls(front(messages), {"messages": messages[answers[-1] :] if answers else []}, pair)


def is_example(line: Any) -> bool:
    """Whether a parsed line can be measured: a chat, or a preference pair with two answers."""
    return isinstance(line, dict) and problem(line) is None
