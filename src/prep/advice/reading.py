"""The files of a run, read and checked: its report, its bank, the lines of its training files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from prep.chat.files import UNREADABLE, open_chat, why_unreadable
from prep.errors import InputError
from prep.outputs.bank import BANK, MESSAGES
from prep.outputs.cost_measure import is_example

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_AT_ONCE = 10_000  # lines
_HINT = "`prep run PIPELINE` makes such a folder; `prep advise` takes it, or the pipeline file"
_AGAIN = "a run writes it anew: `prep run PIPELINE --force`"
Message = dict[str, Any]
Example = dict[str, Any]


class _Target(msgspec.Struct):
    provider: str
    model: str
    tier: str
    method: str
    region: str | None = None


class _Split(msgspec.Struct):
    examples: int


class _Fewshot(msgspec.Struct):
    labels: dict[str, int] = {}
    labels_without_example: list[str] = []
    validation_similarity: float | None = None


class _Step(msgspec.Struct):
    step: str


class _Run(msgspec.Struct):
    pipeline: str
    target: _Target
    splits: dict[str, _Split]
    fewshot: _Fewshot | None = None
    steps: list[_Step] = []
    reported_by_reason: dict[str, int] = {}
    changed_by_step: dict[str, int] = {}


class _Chat(msgspec.Struct):
    messages: list[Message]


class _Inference(msgspec.Struct):
    untuned: _Chat


class _Pair(msgspec.Struct):
    input: _Chat
    preferred_output: list[Message]
    non_preferred_output: list[Message]


class _Banked(msgspec.Struct):
    messages: list[Message]


_LINE = msgspec.json.Decoder(Example).decode


def read_run(folder: Path) -> dict[str, Any]:
    """The report of the run that made `folder`; InputError where it is none, or nothing is there to train on."""
    path = folder / "run.json"
    try:
        data = path.read_bytes()
    except OSError:
        raise InputError(f"{folder} is not the output folder of a run", where=str(path), hint=_HINT) from None
    try:
        run: dict[str, Any] = msgspec.json.decode(data, type=dict[str, Any])
        told = msgspec.convert(run, _Run)
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is no report of a run: {error}", where=str(path), hint=_HINT) from None
    if "train" not in told.splits or not told.splits["train"].examples:
        raise InputError("this run has no examples in a split `train`", where=str(path), hint="look at its warnings")
    return run


def read_bank(folder: Path) -> list[Example]:
    """The examples of the bank; none where there is no bank."""
    path = folder / BANK
    if not path.is_file():
        return []
    found = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if line.strip():
            found.append(_checked(line, _Banked, f"{path}:{number}"))
    return found


def read_messages(folder: Path) -> list[Message]:
    """The bank as the start of a conversation."""
    path = folder / MESSAGES
    try:
        return msgspec.json.decode(path.read_bytes(), type=list[Message])
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(f"the bank cannot be read: {_why(error)}", where=str(path), hint=_AGAIN) from None


def read_untuned(path: Path) -> list[Message]:
    """The messages, as templates, with which a model that is not tuned is asked."""
    try:
        asked = msgspec.json.decode(path.read_bytes(), type=_Inference)
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"the inference template cannot be read: {_why(error)}", where=str(path), hint=_AGAIN
        ) from None
    return asked.untuned.messages


def lines(path: Path) -> Iterator[list[Example]]:
    """The examples of a training file, some thousand at a time; InputError with its line where one is none."""
    found: list[Example] = []
    number = 0
    try:
        with open_chat(path) as handle:
            for line in handle:
                number += 1
                text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                if text.strip():
                    found.append(_checked(text, None, f"{path}:{number}"))
                if len(found) == _AT_ONCE:
                    yield found
                    found = []
    except UNREADABLE as error:
        raise InputError(f"the file cannot be read: {why_unreadable(error)}", where=str(path)) from error
    if found:
        yield found


def _checked(line: bytes, kind: type[msgspec.Struct] | None, where: str) -> Example:
    """A line as data, once it is known to have the shape of `kind` (None: of a chat, or of a pair of answers)."""
    try:
        example = _LINE(line)
        if kind is not None or not is_example(example):
            msgspec.convert(example, kind or (_Pair if "preferred_output" in example else _Chat))
    except (ValueError, RecursionError) as error:
        raise InputError(f"this line is no example: {error}", where=where, hint=_AGAIN) from None
    return example


def _why(error: Exception) -> str:
    return why_unreadable(error) if isinstance(error, OSError) else str(error)


def pair(example: Example) -> tuple[list[Message], Message | None]:
    """A prompt and its answer: the last message of the assistant, or the preferred output; None where there is none."""
    if "preferred_output" in example:
        return example["input"]["messages"], next(iter(example["preferred_output"]), None)
    messages = example["messages"]
    if messages and messages[-1].get("role") == "assistant":
        return messages[:-1], messages[-1]
    return messages, None
