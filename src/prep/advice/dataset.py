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

from prep.chat.files import UNREADABLE, open_chat, why_unreadable
from prep.errors import InputError
from prep.outputs.bank import BANK, MESSAGES, text
from prep.tokens.messages import PRIMING, count_examples

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_OBJECT = msgspec.json.Decoder(dict[str, Any]).decode
_ENCODE = msgspec.json.Encoder(order="sorted").encode
_AT_ONCE = 10_000  # lines
COMMON = 0.9  # share of examples that must begin with one system prompt for it to count as the fixed prefix
MOST_LABELS = 200
_HINT = "`prep run PIPELINE` makes such a folder; `prep advise` takes it, or the pipeline file"


@dataclass(frozen=True)
class Tokens:
    """Means over the train split under one encoding, as tokens of a request; rounded to hundredths."""

    system: int  # the fixed prefix without examples
    variable: float  # the rest of a prompt, with the tokens that start an answer
    output: float  # the answer; 0: the examples have none
    bank: int  # system prompt and all examples of the bank
    bank_example: float  # one example of the bank
    lengths: np.ndarray[Any, Any]  # of every training example


class Dataset:
    """The output folder of a run. InputError where there is none, or it holds no training file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run = _read_run(folder)
        self.target: dict[str, Any] = self.run["target"]
        self.train = folder / "finetune" / str(self.target["provider"]) / "train.jsonl"
        if not self.train.is_file():
            raise InputError(
                "this run wrote no training file of a split `train`, so that nothing can be measured",
                where=str(self.train),
                hint="leave `output.finetune` on, and call the largest side of the split `train`",
            )
        self.bank = _bank(folder)
        self._under: dict[str, Tokens] = {}

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
        lengths, prompts, outputs, answered = [], 0, 0, 0
        for examples in lines(self.train):
            pairs = [pair(example) for example in examples]
            lengths.append(count_examples([_whole(example) for example in examples], encoding).tokens.astype(np.int64))
            asked = [
                {**_tools(example), "messages": prompt} for example, (prompt, _) in zip(examples, pairs, strict=True)
            ]
            prompts += int(count_examples(asked, encoding).tokens.astype(np.int64).sum()) + PRIMING * len(examples)
            answers = [{"messages": [answer]} for _, answer in pairs if answer is not None]
            outputs += int(count_examples(answers, encoding).assistant.astype(np.int64).sum())
            answered += len(answers)
        whole = np.concatenate(lengths) if lengths else np.empty(0, dtype=np.int64)
        system = self.facts.system
        fixed = int(count_examples([{"messages": [system]}], encoding).tokens[0]) if system is not None else 0
        own = [line["messages"] for line in self.bank]
        bank = count_examples([{"messages": self._bank_messages}], encoding) if own else None
        each = count_examples([{"messages": messages} for messages in own], encoding).tokens if own else np.zeros(1)
        examples_read = max(1, len(whole))
        return Tokens(
            fixed,
            round(prompts / examples_read - fixed, 2),
            round(outputs / max(1, answered), 2),
            int(bank.tokens[0]) if bank else 0,
            round(float(each.mean()), 2),
            whole,
        )

    @cached_property
    def _bank_messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((self.folder / MESSAGES).read_bytes())
        return found

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
                told = text(answer).strip() if answer is not None else ""
                if len(answers) <= MOST_LABELS or told in answers:
                    answers[told] += 1
                by_prompt.setdefault(_hash(_ENCODE(prompt)), set()).add(_hash(told.encode("utf-8", "surrogatepass")))
        common, often = systems.most_common(1)[0] if systems else (b"null", 0)
        system = json.loads(common) if often >= COMMON * count else None
        labels = dict(answers) if len(answers) <= MOST_LABELS and 2 * len(answers) <= count else {}
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


def _read_run(folder: Path) -> dict[str, Any]:
    path = folder / "run.json"
    try:
        run: dict[str, Any] = json.loads(path.read_bytes())
        broken = not run["target"]["provider"] or "pipeline" not in run or not isinstance(run["splits"], dict)
    except (OSError, NotADirectoryError):
        raise InputError(f"{folder} is not the output folder of a run", where=str(path), hint=_HINT) from None
    except (ValueError, KeyError, TypeError):
        broken = True
    if broken:
        raise InputError("this is no report of a run", where=str(path), hint=_HINT)
    if "train" not in run["splits"] or not run["splits"]["train"]["examples"]:
        raise InputError("this run has no examples in a split `train`", where=str(path), hint="look at its warnings")
    return run


def _bank(folder: Path) -> list[dict[str, Any]]:
    path = folder / BANK
    if not path.is_file():
        return []
    with path.open("rb") as handle:
        return [_OBJECT(line) for line in handle if line.strip()]


def lines(path: Path) -> Iterator[list[dict[str, Any]]]:
    """The examples of a training file, some thousand at a time."""
    found: list[dict[str, Any]] = []
    try:
        with open_chat(path) as handle:
            for line in handle:
                if line.strip():
                    found.append(_OBJECT(line.removeprefix(b"\xef\xbb\xbf")))
                if len(found) == _AT_ONCE:
                    yield found
                    found = []
    except (*UNREADABLE, ValueError) as error:
        raise InputError(f"cannot read the training file: {why_unreadable(error)}", where=str(path)) from error
    if found:
        yield found


def pair(example: dict[str, Any]) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
    """A prompt and its answer: the last message of the assistant, or the preferred output; None where there is none."""
    if "preferred_output" in example:
        return example.get("input", {}).get("messages", []), next(iter(example["preferred_output"]), None)
    messages = example.get("messages") or []
    if messages and messages[-1].get("role") == "assistant":
        return messages[:-1], messages[-1]
    return messages, None


def _whole(example: dict[str, Any]) -> dict[str, Any]:
    """All that is trained on, as one chat: of a pair of answers both."""
    if "preferred_output" not in example:
        return example
    prompt, _ = pair(example)
    return {**_tools(example), "messages": [*prompt, *example["preferred_output"], *example["non_preferred_output"]]}


def _tools(example: dict[str, Any]) -> dict[str, Any]:
    tools = example.get("tools") or example.get("input", {}).get("tools")
    return {"tools": tools} if tools else {}
