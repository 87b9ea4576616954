"""Rules about reinforcement lines (RFT): messages, and fields that a grader compares the answer with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from prep.chat.roles import RFT_KEYS
from prep.stages.validate.register import Spot, rule
from prep.stages.validate.samples import DEVELOPER, GRADED, USER, chat, graded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.example import Example

REASONING = re.compile(
    r"chain[ -]of[ -]thought|step[ -]by[ -]step reasoning|your (hidden|internal) reasoning", re.IGNORECASE
)


@rule(
    "rft.no_reference_field", {"azure": "error", "else": "warning"}, good=GRADED, bad=chat(DEVELOPER, USER), methods=["rft"],
    explanation="Without a key beside `messages` and `tools` a grader has nothing to compare with.", fix="add the expected answer, for example as `expected`",
)  # fmt: skip
def no_reference_field(example: Example) -> Iterator[Spot]:
    """Nothing to grade against."""
    if "messages" in example.data and not example.data.keys() - set(RFT_KEYS):
        yield "", "no key beside `messages` and `tools`"


@rule(
    "rft.field_empty", "error", good=GRADED, bad=graded(DEVELOPER, USER, more=', "expected": ""'), methods=["rft"],
    explanation="A field for the grader has a value in every line.", fix="write the expected value, or remove the line",
)  # fmt: skip
def field_empty(example: Example) -> Iterator[Spot]:
    """A field without a value."""
    for name, value in example.data.items():
        blank = value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())
        if name not in RFT_KEYS and blank:
            yield name, f"`{name}` is empty"


@rule(
    "rft.line_break", "warning", good=GRADED, bad=graded(DEVELOPER, USER, more=', "expected": "4\\n"'), methods=["rft"], providers=["azure"],
    explanation="A line break in a field for the grader seldom stands in the model's answer: a grader that compares texts will say no.",
    fix="write the value without line breaks",
)  # fmt: skip
def line_break(example: Example) -> Iterator[Spot]:
    """A value of several lines."""
    for name, value in example.data.items():
        if name not in RFT_KEYS and isinstance(value, str) and value.strip() and ("\n" in value or "\r" in value):
            yield name, f"`{name}` holds a line break"


@rule(
    "rft.asks_for_reasoning", "warning", good=GRADED, bad=graded(DEVELOPER, USER.replace('"q"', '"Show your chain of thought."')), methods=["rft"], providers=["azure"],
    explanation="Prompts that ask for the chain of thought may be refused by the provider's safety check.", fix="ask for the answer alone",
)  # fmt: skip
def asks_for_reasoning(example: Example) -> Iterator[Spot]:
    """A prompt that asks a reasoning model how it thinks."""
    for path, message, _ in example.known:
        content = message.get("content")
        found = REASONING.search(content) if isinstance(content, str) else None
        if found is not None:
            yield f"{path}.content", f"the text asks for: {found[0]}"


@rule(
    "rft.template_item_unresolved", "error", level="grader", good="(a grader with {{item.expected}} over lines that have `expected`)",
    bad="(a grader with {{item.answer}} over lines that have `expected`)", methods=["rft"],
    explanation="Every {{item.KEY}} of the grader is a key of every line.", fix="name a key that the lines have, or add it to them",
)  # fmt: skip
def template_item_unresolved(example: Example, paths: list[list[str]]) -> Iterator[Spot]:
    """A field that the grader asks for and the line has not."""
    for path in paths:
        value: object = example.data
        for name in path:
            if isinstance(value, list) and name.isdigit() and int(name) < len(value):
                value = value[int(name)]
            elif isinstance(value, dict) and name in value:
                value = value[name]
            else:
                yield "", f"the grader asks for item.{'.'.join(path)}, which is not there"
                break
