"""What a run left, measured exactly: prefix, what varies, answers, the bank; and what the dataset is like."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from xxhash import xxh3_64_intdigest as _hash

from prep.advice.reading import lines, pair, read_bank, read_messages, read_run, read_untuned
from prep.chat.prompt import FRONT
from prep.errors import InputError
from prep.outputs.bank import text
from prep.outputs.cost_measure import Measured, Measurer
from prep.outputs.finetune import INFERENCE
from prep.outputs.manifest import sha256
from prep.tokens.messages import count_examples

if TYPE_CHECKING:
    from pathlib import Path

_ENCODE = msgspec.json.Encoder(order="sorted").encode
COMMON = 0.9  # share of examples that must begin with one system prompt for it to count as the fixed prefix
MOST_LABELS = 200


@dataclass(frozen=True)
class Tokens:
    """Means over the train split under one encoding, as tokens of a request; rounded to hundredths."""

    system: int  # the system prompt that training sees
    instructions: int  # the one of a prompt without examples; longer where `prune_prefix` shortens the other
    variable: float  # the rest of a prompt, with the tokens that start an answer
    output: float  # the answer; 0: the examples have none
    bank: int  # system prompt and all examples of the bank
    bank_example: float  # one example of the bank
    measured: Measured  # every training example

    @property
    def lengths(self) -> np.ndarray[Any, Any]:
        """Tokens of every training example."""
        return self.measured.tokens


class Dataset:
    """The output folder of a run. InputError where there is none, or it holds no training file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = read_run(folder)
        self.target: dict[str, Any] = self.run["target"]
        self.train = folder / "finetune" / str(self.target["provider"]) / "train.jsonl"
        if not self.train.is_file():
            raise InputError(
                "this run wrote no training file of a split `train`, so that nothing can be measured",
                where=str(self.train),
                hint="leave `output.finetune` on, and call the largest side of the split `train`",
            )
        self.bank = read_bank(folder)
        self._under: dict[str, Tokens] = {}

    @cached_property
    def is_changed(self) -> bool:
        """Whether the training file is another than the run wrote."""
        try:
            listed = json.loads((self.folder / "manifest.json").read_bytes())["outputs"]
            return bool(listed[self.train.relative_to(self.folder).as_posix()]["sha256"] != sha256(self.train))
        except (OSError, ValueError, KeyError, TypeError):
            return False  # no manifest of ours to hold it against

    @property
    def examples(self) -> int:
        """Examples of the train split."""
        return int(self.run["splits"]["train"]["examples"])

    @property
    def tested(self) -> int:
        """Examples on which quality can be measured: of test, else of validation."""
        splits = self.run["splits"]
        return next((int(splits[name]["examples"]) for name in ("test", "validation") if name in splits), 0)

    def under(self, encoding: str) -> Tokens:
        """Everything counted exactly under an encoding; all training lines are read."""
        if encoding not in self._under:
            self._under[encoding] = self._count(encoding)
        return self._under[encoding]

    def _count(self, encoding: str) -> Tokens:
        measurer = Measurer(encoding)
        for examples in lines(self.train):
            measurer.add(examples)
        made = measurer.done()
        asked, answered = made.asked, made.answered[made.answered > 0]
        system = _tokens([self.facts.system] if self.facts.system is not None else [], encoding)
        full = self._instructions
        own = [line["messages"] for line in self.bank]
        each = count_examples([{"messages": messages} for messages in own], encoding).tokens if own else np.zeros(1)
        return Tokens(
            system,
            _tokens([full], encoding) if full is not None else system,
            round(float(asked.mean()) - system, 2) if len(asked) else 0.0,
            round(float(answered.mean()), 2) if len(answered) else 0.0,
            _tokens(self._bank_messages, encoding) if own else 0,
            round(float(each.mean()), 2),
            made,
        )

    @cached_property
    def _instructions(self) -> dict[str, Any] | None:
        """The system message of a prompt without examples where training sees a shorter one; None: it is the same."""
        path = self.folder / INFERENCE
        if not path.is_file():
            return None
        asked = read_untuned(path)
        first = asked[0] if asked and asked[0].get("role") in FRONT else None
        if first is None or any(mark in str(first.get("content")) for mark in ("{{", "{%")):
            return None  # what it comes to differs from record to record
        return first

    @cached_property
    def _bank_messages(self) -> list[dict[str, Any]]:
        return read_messages(self.folder)

    @cached_property
    def facts(self) -> Facts:
        """What the training examples are like."""
        systems: Counter[bytes] = Counter()
        answers: Counter[str] = Counter()
        by_prompt: dict[int, set[int]] = {}
        count = turns = 0
        for examples in lines(self.train):
            for example in examples:
                prompt, answer = pair(example)
                count += 1
                turns += sum(message.get("role") == "user" for message in prompt) > 1
                first = prompt[0] if prompt and prompt[0].get("role") in ("system", "developer") else None
                systems[_ENCODE(first)] += 1
                if answer is None:
                    continue  # of reinforcement training, or a line to be answered
                told = text(answer).strip()
                if len(answers) <= MOST_LABELS or told in answers:
                    answers[told] += 1
                by_prompt.setdefault(_hash(_ENCODE(prompt)), set()).add(_hash(told.encode("utf-8", "surrogatepass")))
        common, often = systems.most_common(1)[0] if systems else (b"null", 0)
        system = json.loads(common) if often >= COMMON * count else None
        labels = dict(answers) if 1 < len(answers) <= MOST_LABELS and 2 * len(answers) <= count else {}
        reported = self.run.get("reported_by_reason", {})
        return Facts(
            count, system, len(systems), turns, labels, sum(len(one) > 1 for one in by_prompt.values()),
            int(reported.get("conflicting_label", 0)),
        )  # fmt: skip


@dataclass(frozen=True)
class Facts:
    """What the training examples are like, without counting tokens."""

    examples: int
    system: dict[str, Any] | None  # the system message that nearly all share
    systems: int  # different ones, none counted as one
    several_turns: int  # examples in which the user speaks more than once
    labels: dict[str, int]  # answers and how often, where they are few enough to be labels
    conflicting_prompts: int  # prompts with more than one answer
    conflicting_labels: int  # records alike with another label, as dedupe found


def _tokens(messages: list[dict[str, Any]], encoding: str) -> int:
    return int(count_examples([{"messages": messages}], encoding).tokens[0]) if messages else 0
