"""The published rule: 3 tokens a message, and every value's tokens; what the rule does not cover is an estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from prep.tokens.images import image_tokens
from prep.tokens.lines import NON_PREFERRED, PREFERRED, PlainLine, answer_of, is_pair, is_reinforcement
from prep.tokens.texts import BASE, CALLS, CHOSEN, IMAGES, MESSAGES, NOBODY, OTHER, SPOKEN, TEXT, TRAINED, Batch, place
from prep.tokens.tools import add_tools, as_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.catalog import Images
    from prep.tokens.lines import Line
    from prep.tokens.texts import Numbers

PER_NAME = 1
PER_CALL = 3
PRIMING = 3  # what starts the answer of a request; a training example has its answer already
Counts = np.ndarray[Any, np.dtype[np.uint32]]


class ExampleCounts(NamedTuple):
    """Counts of a batch of examples, one entry an example; all but `sides` and `kinds` are for the whole example.

    A preference pair counts with the longer of its two answers: that is what has to fit.
    """

    tokens: Counts  # without priming
    assistant: Counts  # contents and tool calls of the assistant's messages
    trained: Counts  # those among them that are trained: weight is not 0, and there is an answer to learn
    reasons: np.ndarray[Any, np.dtype[np.uint8]]  # why it is an estimate, as bits of `texts.REASONS`
    sides: Counts  # n x 2: with the preferred and with the other answer; the second is 0 where there is no pair
    kinds: Counts  # n x kinds: what the tokens are spent on, as in `texts.KINDS`
    methods: np.ndarray[Any, np.dtype[np.uint8]]  # 0: sft, 1: dpo, 2: rft
    images: int  # how many images there are in the batch

    @property
    def estimated(self) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Whether the rule does not cover something in an example."""
        return np.asarray(self.reasons != 0, dtype=np.bool_)


METHODS = ("sft", "dpo", "rft")


def count_examples(examples: Sequence[Line], encoding: str, images: Images | None = None) -> ExampleCounts:
    """Count parsed chat lines: supervised, preference pairs, reinforcement. All texts are counted in one call.

    `encoding` names one of tiktoken's, or a `tokenizer.json` by its path; `images` is the model's rule for them.
    Rule: OpenAI cookbook, "How to count tokens with tiktoken". What it does not cover is in `reasons`.
    """
    batch = Batch(len(examples), encoding, images)
    plain: list[int] = []
    for row, example in enumerate(examples):
        if isinstance(example, PlainLine):
            plain.append(row)
        elif is_pair(example):
            _add_pair(batch, row, example)
        else:
            _add_line(batch, row, example)
    _add_plain(batch, plain, [example for example in examples if isinstance(example, PlainLine)])
    return _summed(batch)


def _add_plain(batch: Batch, rows: Sequence[int], lines: Sequence[PlainLine]) -> None:
    """Most lines: no message needs a look of its own."""
    messages = [message for line in lines for message in line.messages]
    batch.texts += [message.content for message in messages]
    batch.voices += [
        NOBODY if message.role != "assistant" else TRAINED if message.weight else SPOKEN for message in messages
    ]
    for row, line in zip(rows, lines, strict=True):
        count = len(line.messages)
        batch.places += [place(row, BASE, TEXT)] * count
        at = place(row, BASE, MESSAGES)
        batch.fixed[at] += batch.per_message * count
        batch.roles.append((at, [message.role for message in line.messages]))


def _add_line(batch: Batch, row: int, example: dict[str, Any]) -> None:
    messages = example.get("messages") or ()
    reinforcement = bool(messages) and is_reinforcement(example)
    if reinforcement:
        batch.untrained.append(row)
    for message in messages:
        _add_message(batch, row, BASE, message, trains=not reinforcement)
    for name in ("tools", "functions"):
        if example.get(name):
            add_tools(batch, row, example[name])


def _add_pair(batch: Batch, row: int, example: dict[str, Any]) -> None:
    """Both answers are learnt from; the input is not."""
    batch.pairs.append(row)
    told = example["input"]
    for message in told["messages"]:
        _add_message(batch, row, BASE, message, trains=False)
    if told.get("tools"):
        add_tools(batch, row, told["tools"])
    for segment, names in ((CHOSEN, PREFERRED), (OTHER, NON_PREFERRED)):
        for message in answer_of(example, names):
            _add_message(batch, row, segment, message, trains=True)


def _add_message(batch: Batch, row: int, segment: int, message: dict[str, Any], *, trains: bool) -> None:
    batch.spend(batch.per_message, row, segment, MESSAGES)
    voice = NOBODY
    if message.get("role") == "assistant":
        voice = TRAINED if trains and message.get("weight") != 0 else SPOKEN
    for name, value in message.items():
        if name == "weight" or value is None:
            continue
        if name in ("content", "refusal"):
            _add_content(batch, row, segment, value, voice)
        elif name == "tool_calls":
            for call in value if isinstance(value, list) else [value]:
                _add_call(batch, row, segment, call.get("function") if isinstance(call, dict) else call, voice)
        elif name == "function_call":
            _add_call(batch, row, segment, value, voice)
        elif name == "tool_call_id":
            batch.add(value if isinstance(value, str) else as_json(value), row, segment, CALLS)
            batch.guess(row, "tool_calls")
        elif isinstance(value, str):
            batch.spend(PER_NAME if name == "name" else 0, row, segment, MESSAGES)
            batch.add(value, row, segment, MESSAGES)
        else:
            _add_odd(batch, row, segment, value)


def _add_content(batch: Batch, row: int, segment: int, value: Any, voice: int) -> None:
    if isinstance(value, str):
        batch.add(value, row, segment, TEXT, voice)
        return
    for part in value if isinstance(value, list) else [value]:
        told = (part.get("text"), part.get("refusal")) if isinstance(part, dict) else (part,)
        text = next((one for one in told if isinstance(one, str)), None)
        if text is not None:
            batch.add(text, row, segment, TEXT, voice)
        elif isinstance(part, dict) and part.get("image_url") is not None:
            _add_image(batch, row, segment, part)
        else:
            _add_odd(batch, row, segment, part)


def _add_image(batch: Batch, row: int, segment: int, part: dict[str, Any]) -> None:
    found = image_tokens(part, batch.images_rule)
    batch.spend(found.tokens, row, segment, IMAGES)
    batch.images += 1
    if found.estimated:
        batch.guess(row, "image_size" if found.size_unknown else "images")


def _add_call(batch: Batch, row: int, segment: int, function: Any, voice: int) -> None:
    batch.spend(PER_CALL, row, segment, CALLS)
    batch.guess(row, "tool_calls")
    if not isinstance(function, dict):
        batch.add(as_json(function), row, segment, CALLS, voice)
        return
    for name in ("name", "arguments"):
        value = function.get(name)
        if value is not None:
            batch.add(value if isinstance(value, str) else as_json(value), row, segment, CALLS, voice)


def _add_odd(batch: Batch, row: int, segment: int, value: Any) -> None:
    batch.add(as_json(value), row, segment, TEXT)
    batch.guess(row, "other")


def _summed(batch: Batch) -> ExampleCounts:
    whole, spoken, trained = batch.counted()
    sizes = whole.sum(axis=2)
    other = np.flatnonzero(sizes[:, OTHER] > sizes[:, CHOSEN])  # pairs whose other answer is the longer one
    longer = np.full(batch.size, CHOSEN)
    longer[other] = OTHER
    rows = np.arange(batch.size)
    methods = np.zeros(batch.size, dtype=np.uint8)
    methods[batch.pairs], methods[batch.untrained] = 1, 2
    sides = sizes[:, [BASE]] + sizes[:, [CHOSEN, OTHER]]
    sides[methods != 1, 1] = 0

    def with_longer(numbers: Numbers) -> Numbers:
        return np.asarray(numbers[:, BASE] + numbers[rows, longer], dtype=np.int64)

    kinds = with_longer(whole)
    return ExampleCounts(
        kinds.sum(axis=1).astype(np.uint32),
        with_longer(spoken).astype(np.uint32),
        trained.sum(axis=1).astype(np.uint32),
        np.asarray(batch.reasons, dtype=np.uint8),
        sides.astype(np.uint32),
        kinds.astype(np.uint32),
        methods,
        batch.images,
    )
