"""Strict YAML 1.2: text to plain data, with the place of every key and value, and all duplicate keys."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from prep.errors import PipelineError, Problem
from prep.pipeline.positions import Place, Positions, Where
from prep.pipeline.syntax import QUOTE_TEMPLATE, explain_syntax

if TYPE_CHECKING:
    from ruamel.yaml.events import Event

MAX_DEPTH = 50

# The core schema of YAML 1.2: `no`, `on`, `1_000`, `2024-05-01` are text.
_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+")
_MOST_DIGITS = 400
_TEXT_TAG = "tag:yaml.org,2002:str"

ANCHOR_HINT = "write the value out where it holds; text that begins with `&` needs quotes"

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNUSABLE = re.compile("[\x00\ud800-\udfff]")


def decode(data: bytes, file: str) -> str:
    """The text of a pipeline file; PipelineError where its bytes are not UTF-8 or hold control characters."""
    hint = "save the file as UTF-8"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise PipelineError([Problem("the file is UTF-16, a pipeline file is UTF-8", file, 1, 1, hint=hint)])
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        positions = Positions(file, data.decode("utf-8", "replace"))
        # `error.start` counts bytes, after the byte-order mark where there is one.
        shown = error.object[: error.start].decode("utf-8", "replace")
        message = f"the file is not UTF-8: byte 0x{error.object[error.start]:02X} does not belong here"
        raise PipelineError([positions.at(positions.place(len(shown)), message, hint)]) from None
    positions = Positions(file, text)
    problems = [
        positions.at(
            positions.place(found.start()), f"the control character U+{ord(found[0]):04X} stands here", "remove it"
        )
        for found in _UNPRINTABLE.finditer(text)
    ]
    if problems:
        raise PipelineError(problems[:20])
    return text


def scalar(text: str) -> Any:
    """What a plain, unquoted YAML 1.2 scalar stands for: null, a truth value, a number or text."""
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text.lower() == "true"
    if len(text) > _MOST_DIGITS:
        return text
    if _INT.fullmatch(text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text  # `.nan` and `.inf`, too: no setting takes them, and JSON cannot carry them


@dataclass
class _Open:
    """A list or mapping that is being read; `path` is None inside what does not count (a duplicate's value)."""

    container: dict[str, Any] | list[Any]
    path: Where | None
    key: str | None = None
    key_place: Place | None = None
    wants_key: bool = False
    counts: bool = True  # whether the value of `key` does
    first: dict[str, Place] = field(default_factory=dict)

    def inner(self) -> Where | None:
        """The path of the value that comes next."""
        if self.path is None or not self.counts:
            return None
        return (*self.path, len(self.container) if isinstance(self.container, list) else self.key or "")


def compose(positions: Positions) -> tuple[Any, list[Problem]]:
    """The data of the one document in the text and all problems that leave it readable.

    Fills `positions`. PipelineError where the text is not YAML, empty, or more than one document.
    """
    reader = _Reader(positions)
    documents = 0
    try:
        for event in YAML(typ="safe", pure=True).parse(positions.text):
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents > 1:
                    place = positions.place(event.start_mark.index)
                    raise PipelineError(
                        [
                            *reader.problems,
                            positions.at(place, "a second document begins here", "one file, one pipeline"),
                        ]
                    )
            reader.take(event)
    except (YAMLError, OverflowError, ValueError) as error:
        last = explain_syntax(error, positions)
        known = [problem for problem in reader.problems if problem.message != last.message]
        raise PipelineError([*known, last]) from None
    if not reader.found:
        raise PipelineError(
            [positions.at(Place(1, 1), "the file is empty", "`ingest` and `format` are the least it needs")]
        )
    return reader.data, reader.problems


class _Reader:
    """Builds plain data out of YAML's events, without recursion."""

    def __init__(self, positions: Positions) -> None:
        self.positions = positions
        self.problems: list[Problem] = []
        self.data: Any = None
        self.found = False
        self.stack: list[_Open] = []
        self.skipped = 0  # depth inside a key that is a list or a mapping

    def take(self, event: Event) -> None:
        """One event of the parser."""
        if isinstance(event, CollectionEndEvent):
            self._end()
        elif self.skipped:
            self.skipped += isinstance(event, CollectionStartEvent)
        elif isinstance(event, ScalarEvent | AliasEvent | CollectionStartEvent):
            place = self.positions.place(event.start_mark.index)
            if self.stack and self.stack[-1].wants_key:
                self._key(event, place)
            else:
                self._value(event, place)

    def _report(self, place: Place, message: str, hint: str, path: Where | None = None, *, broken: bool = True) -> None:
        self.problems.append(self.positions.at(place, message, hint, path or ()))
        if broken and path is not None:
            self.positions.broken.add(path)

    def _alias(self, event: AliasEvent, place: Place, path: Where | None) -> None:
        message = f"`*{event.anchor}` is an alias in YAML, and these are not used here"
        self._report(place, message, f"text that begins with `*` needs quotes: '*{event.anchor}'", path)

    def _end(self) -> None:
        if self.skipped:
            self.skipped -= 1
        else:
            self.stack.pop()
            self._next()

    def _next(self) -> None:
        if self.stack and isinstance(self.stack[-1].container, dict):
            self.stack[-1].wants_key = True

    def _key(self, event: NodeEvent, place: Place) -> None:
        top = self.stack[-1]
        top.wants_key, top.key_place, top.counts = False, place, False
        if isinstance(event, CollectionStartEvent):
            self.skipped = 1
            index = event.start_mark.index
            if self.positions.text[max(index - 1, 0) : index + 1] == "{{":
                self._report(Place(place.line, place.column - 1), "`{{` is not in quotes", QUOTE_TEMPLATE, top.path)
            else:
                self._report(place, "a key is a name, not a list or a mapping", "`key: value`, with a space")
            return
        if isinstance(event, AliasEvent):
            self._alias(event, place, None)
            return
        if event.anchor is not None:
            self._report(place, f"the anchor `&{event.anchor}` is not used here", ANCHOR_HINT)
        assert isinstance(event, ScalarEvent)
        top.key = name = event.value
        if event.ctag is not None and str(event.ctag) != _TEXT_TAG:
            self._report(place, f"the tag `{event.ctag}` is not used here", "remove it")
        elif name == "<<" and event.style is None:
            self._report(place, "`<<` (a merge key) is not used here", "write the values out")
        elif _UNUSABLE.search(name):
            self._report(place, "a key holds a character that text cannot have", "remove the escape")
        elif name in top.first:
            first = top.first[name]
            hint = f"it stood first on line {first.line}, column {first.column}; keep one"
            self._report(place, f"`{name}` is given twice", hint, (*(top.path or ()), name), broken=False)
        else:
            top.first[name] = place
            top.counts = True
            if top.path is not None:
                self.positions.keys[(*top.path, name)] = place

    def _value(self, event: NodeEvent, place: Place) -> None:
        path = self.stack[-1].inner() if self.stack else ()
        if isinstance(event, AliasEvent):
            self._alias(event, place, path)
        elif event.anchor is not None:
            self._report(place, f"the anchor `&{event.anchor}` is not used here", ANCHOR_HINT)
        ctag = getattr(event, "ctag", None)  # an alias has none
        tag = None if ctag is None else str(ctag)
        if tag not in (None, "!", _TEXT_TAG):
            self._report(place, f"the tag `{tag}` is not used here", "remove it", path)
        if isinstance(event, CollectionStartEvent):
            opened = _Open({} if isinstance(event, MappingStartEvent) else [], path)
            opened.wants_key = isinstance(event, MappingStartEvent)
            self._put(opened.container, path, place)
            self.stack.append(opened)
            if len(self.stack) > MAX_DEPTH:
                raise PipelineError(
                    [
                        *self.problems,
                        self.positions.at(place, f"nested deeper than {MAX_DEPTH} levels", "write it flatter"),
                    ]
                )
            return
        value = self._scalar(event, tag, path, place) if isinstance(event, ScalarEvent) else None
        self._put(value, path, place)
        self._next()

    def _scalar(self, event: ScalarEvent, tag: str | None, path: Where | None, place: Place) -> Any:
        text: str = event.value
        if _UNUSABLE.search(text):
            self._report(place, "the text holds a character that text cannot have", "remove the escape", path)
            text = _UNUSABLE.sub("\N{REPLACEMENT CHARACTER}", text)
        if event.style is not None or tag is not None:
            if event.style == "|" and path is not None:
                self.positions.blocks[path] = place.line + 1
            return text
        if text == "" and path is not None:
            self.positions.empty.add(path)
        if _LEADING_ZERO.fullmatch(text):
            hint = f"write {text.lstrip('+-0') or 0}, or '{text}' in quotes"
            self._report(place, f"`{text}` begins with 0: is it a number or text?", hint, path)
        return scalar(text)

    def _put(self, value: Any, path: Where | None, place: Place) -> None:
        if not self.stack:
            self.data, self.found = value, True
            self.positions.values[()] = place
            return
        top = self.stack[-1]
        if path is not None:
            self.positions.values[path] = top.key_place if path in self.positions.empty and top.key_place else place
        if isinstance(top.container, list):
            top.container.append(value)
        elif top.counts and top.key is not None:
            top.container[top.key] = value
