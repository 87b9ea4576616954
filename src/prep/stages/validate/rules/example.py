"""Rules about a whole line: its messages, their order, its keys."""

from __future__ import annotations

import difflib
from itertools import pairwise
from typing import TYPE_CHECKING

from prep.chat.roles import DPO_KEYS, INPUT_KEYS, OBSOLETE, SFT_KEYS
from prep.stages.validate.kinds import kind_of
from prep.stages.validate.raw import kind_of_line
from prep.stages.validate.register import PROVIDERS, Spot, rule
from prep.stages.validate.samples import ANSWER, DEVELOPER, GOOD, GRADED, PAIR, SYSTEM, USER, chat, graded, pair

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.example import Example

_KIND = {"sft": "chat", "dpo": "preference", "rft": "chat"}


def _foreign(example: Example) -> bool:
    """Whether the line is of another method, or of the old completion format."""
    return kind_of_line(example.data) not in (_KIND[example.method], "other")


@rule(
    "ex.other_method", "error", bad=PAIR, good=GOOD,
    explanation="The line is made for another training method than the one asked for.",
    fix="name its method: sft for `messages`, dpo for `input` with two outputs; prompt and completion must become messages",
)  # fmt: skip
def other_method(example: Example) -> Iterator[Spot]:
    """A line of another kind."""
    if _foreign(example):
        yield "", f"this is a {kind_of_line(example.data)} line, not one for {example.method}"


@rule(
    "ex.messages_missing", "error", bad='{"tools": []}', good=GOOD,
    explanation="A chat line, and the `input` of a preference, has the key `messages`.", fix="put the turns into a list under `messages`",
)  # fmt: skip
def messages_missing(example: Example) -> Iterator[Spot]:
    """No messages."""
    prefix, holder = example.holder
    if "messages" in holder or _foreign(example) or (prefix and not isinstance(example.data.get("input"), dict)):
        return
    near = difflib.get_close_matches("messages", [name.lower() for name in holder], n=1, cutoff=0.75)
    hint = "; is it spelt otherwise?" if near else ""
    yield prefix.rstrip("."), f"no key `messages`; the keys are: {', '.join(holder) or 'none'}{hint}"


@rule(
    "ex.messages_not_array", "error", bad='{"messages": "q"}', good=GOOD,
    explanation="`messages`, and each output of a preference, is a list of objects.", fix="make it a list of {role, content} objects",
)  # fmt: skip
def messages_not_array(example: Example) -> Iterator[Spot]:
    """Messages of another kind."""
    for path, found in example.lists:
        if not isinstance(found, list):
            yield path, f"`{path}` is {kind_of(found)}, not a list"
            continue
        for index, one in enumerate(found):
            if not isinstance(one, dict):
                yield f"{path}[{index}]", f"this message is {kind_of(one)}, not an object"


@rule(
    "ex.messages_empty", "error", bad='{"messages": []}', good=GOOD,
    explanation="`messages`, and each output of a preference, has one message at least.", fix="remove the line, or add its turns",
)  # fmt: skip
def messages_empty(example: Example) -> Iterator[Spot]:
    """An empty list."""
    for path, found in example.lists:
        if found == []:
            yield path, f"`{path}` is empty"


@rule(
    "ex.unknown_key", "error", bad=chat(SYSTEM, USER, ANSWER, more=', "weight": 1'), good=GOOD, methods=["sft", "dpo"],
    explanation="A line has the keys of its method only; the API refuses any other. Only reinforcement lines may have more.",
    fix="remove the key",
)  # fmt: skip
def unknown_key(example: Example) -> Iterator[Spot]:
    """A key beside the known ones."""
    if _foreign(example) or kind_of_line(example.data) == "other":
        return
    known = SFT_KEYS if example.method == "sft" else (*DPO_KEYS, *OBSOLETE)
    weighed = [name for name in PROVIDERS if name != "together"]
    for name in example.data:
        if name not in known:
            yield name, f"the key `{name}` is not known at this place", weighed if name == "weight" else PROVIDERS
    if example.method == "dpo":
        prefix, holder = example.holder
        for name in holder:
            if name not in INPUT_KEYS:
                yield f"{prefix}{name}", f"the key `{name}` is not known at this place"


@rule(
    "ex.schema", "error", bad=chat(SYSTEM, USER, ANSWER, more=', "parallel_tool_calls": "yes"'), good=GOOD,
    explanation="The line does not fit the JSON Schema of its method (resources/METHOD.schema.json), in a way that no other rule names.",
    fix="write the value as the message says",
)  # fmt: skip
def schema(example: Example) -> Iterator[Spot]:
    """What jsonschema finds; the checker leaves out what another rule has said of the same place."""
    from prep.stages.validate.schema import misfits

    return misfits(example.current, example.method)


@rule(
    "ex.all_weights_0", "error", bad=chat(SYSTEM, USER, '{"role": "assistant", "content": "a", "weight": 0}'), good=GOOD,
    explanation="With weight 0 on every answer there is nothing to learn.", fix="give one answer weight 1", methods=["sft"],
)  # fmt: skip
def all_weights_0(example: Example) -> Iterator[Spot]:
    """Nothing is trained."""
    weights = [message.get("weight", 1) for _, message, role in example.known if role == "assistant"]
    if weights and all(type(weight) is int and weight == 0 for weight in weights):
        yield "messages", "every answer has weight 0"


@rule(
    "ex.no_assistant", "error", bad=chat(SYSTEM, USER), good=GOOD, methods=["sft"],
    explanation="A supervised example has an answer by the assistant.", fix="add the answer",
)  # fmt: skip
def no_assistant(example: Example) -> Iterator[Spot]:
    """No answer."""
    for talk in example.talks:
        if all(message.role != "assistant" for message in talk):
            yield "messages", "no message of the assistant"


@rule(
    "ex.last_not_assistant", {"openai": "warning", "else": "error"}, bad=chat(SYSTEM, USER, ANSWER, USER), good=GOOD, methods=["sft"],
    explanation="The last message is the assistant's: what comes after it is never answered.", fix="leave out the turns after the last answer",
)  # fmt: skip
def last_not_assistant(example: Example) -> Iterator[Spot]:
    """Something after the last answer."""
    for talk in example.talks:
        if talk[-1].role != "assistant" and any(message.role == "assistant" for message in talk):
            yield talk[-1].path, f"the last message is by {talk[-1].role}"


@rule(
    "ex.last_not_user", {"azure": "error", "else": "warning"}, bad=graded(DEVELOPER, USER, ANSWER), good=GRADED, methods=["rft"],
    explanation="A reinforcement line ends with the user's message: the model's answer is what is graded.", fix="leave out the answer; the reference goes into a key of its own",
)  # fmt: skip
def last_not_user(example: Example) -> Iterator[Spot]:
    """Nothing is asked at the end."""
    for talk in example.talks:
        if talk[-1].role != "user":
            yield talk[-1].path, f"the last message is by {talk[-1].role}"


@rule(
    "ex.last_is_assistant", "error", bad=pair(f"{SYSTEM}, {USER}, {ANSWER}"), good=PAIR, methods=["dpo"],
    explanation="The input of a preference ends before the answer: both outputs are answers to it.", fix="leave the answer out of `input.messages`",
)  # fmt: skip
def last_is_assistant(example: Example) -> Iterator[Spot]:
    """The input is answered already."""
    if example.asked and example.asked[-1].role == "assistant":
        yield example.asked[-1].path, "the input ends with a message of the assistant"


@rule(
    "ex.no_user", {"azure": "error", "else": "warning"}, bad=chat(SYSTEM, ANSWER), good=GOOD,
    explanation="Without a message of the user the answer has no question.", fix="add the question",
)  # fmt: skip
def no_user(example: Example) -> Iterator[Spot]:
    """No question."""
    if example.asked and all(message.role != "user" for message in example.asked):
        yield f"{example.holder[0]}messages", "no message of the user"


@rule(
    "ex.no_system", "warning", bad=chat(USER, ANSWER), good=GOOD,
    explanation="Examples without a system message train a model that is used without one.", fix="add the system message you will use",
)  # fmt: skip
def no_system(example: Example) -> Iterator[Spot]:
    """No system message."""
    if example.asked and all(message.role not in ("system", "developer") for message in example.asked):
        word = "developer" if example.method == "rft" else "system"
        yield f"{example.holder[0]}messages", f"no {word} message"


@rule(
    "ex.order", {"together": "error", "fireworks": "error", "else": "warning"}, bad=chat(USER, SYSTEM, ANSWER), good=GOOD,
    explanation="The system message comes first.", fix="put the system message first",
)  # fmt: skip
def order(example: Example) -> Iterator[Spot]:
    """A system message in the middle."""
    for index, message in enumerate(example.asked):
        if message.role in ("system", "developer") and index and example.asked[0].role != message.role:
            yield message.path, f"the {message.role} message is not the first"


@rule(
    "ex.several_systems", {"together": "error", "mistral": "error", "else": "warning"}, bad=chat(SYSTEM, SYSTEM, USER, ANSWER), good=GOOD,
    explanation="A talk has one system message; which of several counts differs between models.", fix="join them into one",
)  # fmt: skip
def several_systems(example: Example) -> Iterator[Spot]:
    """More than one."""
    found = [message for message in example.asked if message.role in ("system", "developer")]
    for message in found[1:]:
        if example.asked[0].role == message.role:
            yield message.path, f"{len(found)} system messages"


@rule(
    "ex.roles_alternate", "error", bad=chat(SYSTEM, USER, USER, ANSWER), good=GOOD, providers=["together", "mistral"], methods=["sft", "dpo"],
    explanation="After the system message, user and assistant take turns; tools answer in between.", fix="join neighbours of one role",
)  # fmt: skip
def roles_alternate(example: Example) -> Iterator[Spot]:
    """Two in a row of one role."""
    for talk in example.talks:
        for before, message in pairwise(talk):
            if message.role == before.role and message.role in ("user", "assistant"):
                yield message.path, f"two messages of {message.role} in a row"


@rule(
    "ex.key_refused", "error", bad=chat(SYSTEM, USER, ANSWER, more=', "parallel_tool_calls": true'), good=GOOD, providers=["together"],
    methods=["sft", "dpo"], explanation="Together refuses a line with `parallel_tool_calls` or `functions`.", fix="remove the key",
)  # fmt: skip
def key_refused(example: Example) -> Iterator[Spot]:
    """A key of OpenAI's alone."""
    prefix, holder = example.holder
    for name in ("parallel_tool_calls", "functions"):
        if name in holder and (example.method == "sft" or name in INPUT_KEYS):
            yield f"{prefix}{name}", f"the key `{name}` is refused"
