"""Long dialogues cut between turns: each window an example of its own, all with the same system message and tools."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl

from prep.tokens.lines import is_pair, read_line
from prep.tokens.messages import count_examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.catalog import Images
    from prep.stages.count.settings import Window
    from prep.stages.part import Part

_RAW = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_MESSAGES = msgspec.json.Decoder(list[dict[str, msgspec.Raw]]).decode
_ANY = msgspec.json.Decoder().decode
_ENCODE = msgspec.json.Encoder().encode
_NULL = msgspec.Raw(b"null")
_FRAME = ("system", "developer")
Message = dict[str, msgspec.Raw]


@dataclass(frozen=True)
class Dialogue:
    """A line taken apart: what every window has, and the turns, each with its tokens."""

    line: dict[str, msgspec.Raw]
    head: list[Message]
    turns: list[list[Message]]
    fixed: int
    tokens: list[int]


def cut_windows(part: Part, long: pl.Series, settings: Window, *, encoding: str, images: Images | None) -> Part:
    """The part with the windows of its `long` examples (Boolean, one a record) as children behind it.

    A dialogue of one turn stays whole. So does what is no dialogue: pairs, lines that are broken.
    """
    ids, texts = part.frame["_id"].filter(long).to_list(), part.frame["_example"].filter(long).to_list()
    rows: list[tuple[str, int, str]] = []
    for parent, text in zip(ids, texts, strict=True):
        dialogue = take_apart(text, encoding, images)
        windows = cut(dialogue, settings) if dialogue is not None else []
        if len(windows) > 1:
            assert dialogue is not None
            rows += [(parent, number, window_line(dialogue, *one)) for number, one in enumerate(windows, 1)]
    if not rows:
        return part
    schema = {"_parent": pl.String, "_child": pl.UInt32, "_example": pl.String}
    return part.with_children(pl.DataFrame(rows, schema=schema, orient="row"))


def take_apart(text: str, encoding: str, images: Images | None) -> Dialogue | None:
    """The dialogue on a line; None where there is none, or it has one turn only."""
    example = read_line(text)
    if isinstance(example, str) or (isinstance(example, dict) and is_pair(example)):
        return None
    line = _RAW(text)
    messages = _MESSAGES(line["messages"])
    roles = [_ANY(message.get("role", _NULL)) for message in messages]
    first = next((place for place, role in enumerate(roles) if role not in _FRAME), len(roles))
    turns = _turns(messages[first:], roles[first:])
    if len(turns) < 2:
        return None
    head = messages[:first]
    rest = {name: _ANY(value) for name, value in line.items() if name != "messages"}
    pieces = [{**rest, "messages": _parsed(head)}, *({"messages": _parsed(turn)} for turn in turns)]
    fixed, *tokens = count_examples(pieces, encoding, images).tokens.tolist()
    return Dialogue(line, head, turns, fixed, tokens)


def cut(dialogue: Dialogue, settings: Window) -> list[tuple[int, int, int]]:
    """(first turn, first new turn, end) of each window. A turn that is too long for itself has a window alone."""
    windows: list[tuple[int, int, int]] = []
    new = 0
    tokens = dialogue.tokens
    room = settings.max_tokens - dialogue.fixed
    while new < len(tokens):
        first = max(0, new - settings.overlap) if windows else 0
        # What is repeated gives way to what is new.
        while first < new and sum(tokens[first : new + 1]) > room:
            first += 1
        end, size = new + 1, sum(tokens[first : new + 1])
        while end < len(tokens) and size + tokens[end] <= room:
            size += tokens[end]
            end += 1
        windows.append((first, new, end))
        new = end
    return windows


def window_line(dialogue: Dialogue, first: int, new: int, end: int) -> str:
    """The line of a window; every value keeps its bytes. Answers that the window before trained on have weight 0."""
    repeated = [_untrained(message) for turn in dialogue.turns[first:new] for message in turn]
    fresh = [message for turn in dialogue.turns[new:end] for message in turn]
    messages = msgspec.Raw(_ENCODE([*dialogue.head, *repeated, *fresh]))
    return _ENCODE({name: messages if name == "messages" else value for name, value in dialogue.line.items()}).decode()


def _turns(messages: Sequence[Message], roles: Sequence[Any]) -> list[list[Message]]:
    """Cut where a question follows an answer; what follows the last answer stays with it."""
    turns: list[list[Message]] = []
    for place, message in enumerate(messages):
        after_answer = place > 0 and roles[place - 1] == "assistant"
        if not turns or (after_answer and roles[place] == "user" and "assistant" in roles[place:]):
            turns.append([])
        turns[-1].append(message)
    return turns


def _untrained(message: Message) -> Message:
    return message | {"weight": msgspec.Raw(b"0")} if _ANY(message.get("role", _NULL)) == "assistant" else message


def _parsed(messages: Sequence[Message]) -> list[dict[str, Any]]:
    return [{name: _ANY(value) for name, value in message.items()} for message in messages]
