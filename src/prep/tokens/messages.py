"""The published rule: 3 tokens a message, and every value's tokens; what the rule does not cover is an estimate."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec
import numpy as np

from prep.tokens.counter import counter

if TYPE_CHECKING:
    from collections.abc import Sequence

PER_MESSAGE = 3
PER_NAME = 1
PRIMING = 3  # what starts the answer of a request; a training example has its answer already
_ENCODE = msgspec.json.Encoder(order="sorted").encode
Counts = np.ndarray[Any, np.dtype[np.uint32]]


class ExampleCounts(NamedTuple):
    """Counts of a batch of examples, one entry an example."""

    tokens: Counts  # the whole example, without priming
    assistant: Counts  # contents and tool calls of the assistant's messages that are trained (weight is not 0)
    estimated: np.ndarray[Any, np.dtype[np.bool_]]  # the rule does not cover something in it


@dataclass
class _Texts:
    """Every text of a batch, with the example it counts for and whether it is the assistant's."""

    texts: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    trained: list[bool] = field(default_factory=list)

    def add(self, text: str, owner: int, trained: bool = False) -> None:
        self.texts.append(text)
        self.owners.append(owner)
        self.trained.append(trained)


def count_examples(examples: Sequence[dict[str, Any]], encoding: str) -> ExampleCounts:
    """Count parsed chat lines: `{"messages": [...]}`, with `tools` or not. All texts are counted in one call.

    Rule: OpenAI cookbook, "How to count tokens with tiktoken". Tools follow its rule for functions where their
    parameters are flat; nested ones, tool calls and images are counted as their JSON and marked as estimated.
    """
    texts = _Texts()
    extra = np.zeros(len(examples), dtype=np.int64)
    estimated = np.zeros(len(examples), dtype=np.bool_)
    for row, example in enumerate(examples):
        for message in example.get("messages") or ():
            fixed, guessed = _message(texts, row, message)
            extra[row] += fixed
            estimated[row] |= guessed
        if example.get("tools"):
            fixed, guessed = _tools(texts, row, example["tools"], 10 if encoding == "cl100k_base" else 7)
            extra[row] += fixed
            estimated[row] |= guessed
    counts = counter(encoding).count(texts.texts).astype(np.int64)
    owners = np.asarray(texts.owners, dtype=np.int64)
    trained = np.asarray(texts.trained, dtype=np.bool_)
    whole = np.bincount(owners, weights=counts, minlength=len(examples)).astype(np.int64) + extra
    own = np.bincount(owners[trained], weights=counts[trained], minlength=len(examples))
    return ExampleCounts(whole.astype(np.uint32), own.astype(np.uint32), estimated)


def _message(texts: _Texts, row: int, message: dict[str, Any]) -> tuple[int, bool]:
    """Collect a message's texts; returns (its fixed tokens, whether something in it is estimated)."""
    fixed, estimated = PER_MESSAGE, False
    trained = message.get("role") == "assistant" and message.get("weight") != 0
    for name, value in message.items():
        if name == "weight" or value is None:
            continue
        if isinstance(value, str):
            texts.add(value, row, trained and name == "content")
            fixed += PER_NAME if name == "name" else 0
        elif name == "content" and isinstance(value, list):
            for part in value:
                text = part.get("text") if isinstance(part, dict) else None
                texts.add(text if isinstance(text, str) else _json(part), row, trained)
                estimated |= not isinstance(text, str)
        else:
            estimated = True
            texts.add(_json(value) if name != "tool_calls" else _calls(value), row, trained)
    return fixed, estimated


def _calls(calls: Any) -> str:
    """What of tool calls is counted: names and arguments."""
    found = [call.get("function", {}) for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    parts = [f"{call.get('name', '')}{call.get('arguments', '')}" for call in found if isinstance(call, dict)]
    return "\n".join(parts)


def _tools(texts: _Texts, row: int, tools: Any, per_function: int) -> tuple[int, bool]:
    """Collect the texts of function definitions; returns (their fixed tokens, whether they are estimated)."""
    fixed, estimated = 12, False
    for tool in tools if isinstance(tools, list) else ():
        function = tool.get("function") if isinstance(tool, dict) else None
        if not isinstance(function, dict):
            texts.add(_json(tool), row)
            estimated = True
            continue
        fixed += per_function
        texts.add(f"{function.get('name', '')}:{str(function.get('description', '')).removesuffix('.')}", row)
        parameters = function.get("parameters")
        properties = parameters.get("properties") if isinstance(parameters, dict) else None
        if not isinstance(properties, dict) or not all(_is_flat(entry) for entry in properties.values()):
            estimated |= bool(parameters)
            texts.add(_json(parameters) if parameters else "", row)
            continue
        fixed += 3 if properties else 0
        for name, entry in properties.items():
            fixed += 3
            if isinstance(entry.get("enum"), list):
                fixed -= 3
                for item in entry["enum"]:
                    fixed += 3
                    texts.add(str(item), row)
            description = str(entry.get("description", "")).removesuffix(".")
            texts.add(f"{name}:{entry.get('type', '')}:{description}", row)
    return fixed, estimated


def _is_flat(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("type"), str) and entry["type"] not in ("object", "array")


def _json(value: Any) -> str:
    return _ENCODE(value).decode()
