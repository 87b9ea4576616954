"""Rules about a whole line: its messages, their order, its keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.chat.roles import LINE_KEYS
from prep.stages.validate.kinds import kind_of
from prep.stages.validate.register import Spot, rule
from prep.stages.validate.samples import ANSWER, GOOD, SYSTEM, USER, chat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.example import Example


@rule(
    "ex.messages_missing", "error", bad='{"tools": []}', good=GOOD,
    explanation="A chat line has the key `messages`.", fix="put the turns into a list under `messages`",
)  # fmt: skip
def messages_missing(example: Example) -> Iterator[Spot]:
    """No messages."""
    if "messages" not in example.data:
        yield "", f"no key `messages`; the keys are: {', '.join(example.data) or 'none'}"


@rule(
    "ex.messages_not_array", "error", bad='{"messages": "q"}', good=GOOD,
    explanation="`messages` is a list of objects.", fix="make `messages` a list of {role, content} objects",
)  # fmt: skip
def messages_not_array(example: Example) -> Iterator[Spot]:
    """Messages of another kind."""
    found = example.data.get("messages", [])
    if not isinstance(found, list):
        yield "messages", f"`messages` is {kind_of(found)}, not a list"
        return
    for index, one in enumerate(found):
        if not isinstance(one, dict):
            yield f"messages[{index}]", f"this message is {kind_of(one)}, not an object"


@rule(
    "ex.messages_empty", "error", bad='{"messages": []}', good=GOOD,
    explanation="`messages` has one message at least.", fix="remove the line, or add its turns",
)  # fmt: skip
def messages_empty(example: Example) -> Iterator[Spot]:
    """An empty list."""
    if example.data.get("messages") == []:
        yield "messages", "`messages` is empty"


@rule(
    "ex.unknown_key", "error", bad=chat(SYSTEM, USER, ANSWER, more=', "weight": 1'), good=GOOD,
    explanation="A supervised line has `messages`, `tools` and `parallel_tool_calls` only; the API refuses any other key.",
    fix="remove the key",
)  # fmt: skip
def unknown_key(example: Example) -> Iterator[Spot]:
    """A key beside the known ones."""
    if "messages" in example.data:
        for name in example.data:
            if name not in LINE_KEYS:
                yield name, f"the key `{name}` is not known at this place"


@rule(
    "ex.all_weights_0", "error", bad=chat(SYSTEM, USER, '{"role": "assistant", "content": "a", "weight": 0}'), good=GOOD,
    explanation="With weight 0 on every answer there is nothing to learn.", fix="give one answer weight 1",
)  # fmt: skip
def all_weights_0(example: Example) -> Iterator[Spot]:
    """Nothing is trained."""
    weights = [message.get("weight", 1) for _, message, role in example.known if role == "assistant"]
    if weights and all(type(weight) is int and weight == 0 for weight in weights):
        yield "messages", "every answer has weight 0"


@rule(
    "ex.no_assistant", "error", bad=chat(SYSTEM, USER), good=GOOD,
    explanation="A supervised example has an answer by the assistant.", fix="add the answer",
)  # fmt: skip
def no_assistant(example: Example) -> Iterator[Spot]:
    """No answer."""
    if example.roles and "assistant" not in example.roles:
        yield "messages", "no message of the assistant"


@rule(
    "ex.last_not_assistant", {"azure": "error", "openai": "warning"}, bad=chat(SYSTEM, USER, ANSWER, USER), good=GOOD,
    explanation="The last message is the assistant's: what comes after it is never answered.", fix="leave out the turns after the last answer",
)  # fmt: skip
def last_not_assistant(example: Example) -> Iterator[Spot]:
    """Something after the last answer."""
    if example.roles and "assistant" in example.roles and example.roles[-1] != "assistant":
        yield f"messages[{len(example.roles) - 1}]", f"the last message is by {example.roles[-1]}"


@rule(
    "ex.no_user", "warning", bad=chat(SYSTEM, ANSWER), good=GOOD,
    explanation="Without a message of the user the answer has no question.", fix="add the question",
)  # fmt: skip
def no_user(example: Example) -> Iterator[Spot]:
    """No question."""
    if example.roles and "user" not in example.roles and "assistant" in example.roles:
        yield "messages", "no message of the user"


@rule(
    "ex.no_system", "warning", bad=chat(USER, ANSWER), good=GOOD,
    explanation="Examples without a system message train a model that is used without one.", fix="add the system message you will use",
)  # fmt: skip
def no_system(example: Example) -> Iterator[Spot]:
    """No system message."""
    if example.roles and "system" not in example.roles:
        yield "messages", "no system message"


@rule(
    "ex.order", "warning", bad=chat(USER, SYSTEM, ANSWER), good=GOOD,
    explanation="The system message comes first.", fix="put the system message first",
)  # fmt: skip
def order(example: Example) -> Iterator[Spot]:
    """A system message in the middle."""
    for index, role in enumerate(example.roles or []):
        if role == "system" and index and "system" not in (example.roles or [])[:1]:
            yield f"messages[{index}]", "the system message is not the first"
