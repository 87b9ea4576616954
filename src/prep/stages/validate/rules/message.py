"""Rules about single messages: roles, keys, contents, weights."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prep.chat.roles import MESSAGE_KEYS, METHOD_ROLES, ROLES, SPECIAL_TEXT
from prep.stages.validate.kinds import kind_of, says_nothing, shown
from prep.stages.validate.register import PROVIDERS, Spot, rule
from prep.stages.validate.samples import ANSWER, GOOD, SYSTEM, USER, chat

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.example import Example


# Together takes a weight on any message, and reasoning beside the answer.
OTHERS = [name for name in PROVIDERS if name != "together"]
REASONING = ("reasoning", "reasoning_content")
MOST_CHARACTERS = 1_048_576
SPEAKERS = ("user", "assistant")


@rule(
    "msg.role_missing", "error", bad=chat(SYSTEM, '{"content": "q"}', ANSWER), good=GOOD,
    explanation="Every message has a `role`.", fix="say who speaks: system, user, assistant or tool",
)  # fmt: skip
def role_missing(example: Example) -> Iterator[Spot]:
    """No role."""
    for path, message in example.messages:
        if "role" not in message:
            yield path, "no `role`"


@rule(
    "msg.role_unknown", "error", bad=chat(SYSTEM, '{"role": "human", "content": "q"}', ANSWER), good=GOOD,
    explanation="Roles are system, user, assistant, tool and (deprecated) function.", fix="use one of the known roles",
)  # fmt: skip
def role_unknown(example: Example) -> Iterator[Spot]:
    """A role of another name."""
    for path, message in example.messages:
        if "role" in message and not (isinstance(message["role"], str) and message["role"] in ROLES):
            yield f"{path}.role", f"the role {shown(message['role'])} is not known"


@rule(
    "msg.role_not_for_method", "error", bad=chat('{"role": "developer", "content": "s"}', USER, ANSWER), good=GOOD,
    explanation="The role developer belongs to reinforcement lines, system and function to all others.",
    fix="write system for sft and dpo, developer for rft (`--fix` does)",
)  # fmt: skip
def role_not_for_method(example: Example) -> Iterator[Spot]:
    """A role of another method."""
    for path, _, role in example.known:
        if role not in METHOD_ROLES[example.method]:
            yield f"{path}.role", f"the role {role} is not for {example.method}"


@rule(
    "msg.unknown_key", "error", bad=chat(SYSTEM, '{"role": "user", "content": "q", "id": 1}', ANSWER), good=GOOD,
    explanation="A message has the keys of its role only.", fix="remove the key",
)  # fmt: skip
def message_unknown_key(example: Example) -> Iterator[Spot]:
    """A key that this role does not have."""
    for path, message, role in example.known:
        for name in message:
            if name not in MESSAGE_KEYS[role] and name != "weight":
                only = OTHERS if name in REASONING else PROVIDERS
                yield f"{path}.{name}", f"a message of {role} has no key `{name}`", only


@rule(
    "msg.name_not_string", "error", bad=chat(SYSTEM, '{"role": "user", "content": "q", "name": 1}', ANSWER), good=GOOD,
    explanation="`name` is a text.", fix="write the name as text, or leave it out",
)  # fmt: skip
def name_not_string(example: Example) -> Iterator[Spot]:
    """A name of another kind."""
    for path, message, _ in example.known:
        if "name" in message and not isinstance(message["name"], str):
            yield f"{path}.name", f"`name` is {kind_of(message['name'])}, not a text"


def _is_output(example: Example, path: str) -> bool:
    return example.method == "dpo" and not path.startswith("input.")


def _may_lack_content(message: dict[str, Any], role: str) -> bool:
    return role == "assistant" and bool(
        message.get("tool_calls") or message.get("function_call") or message.get("refusal")
    )


@rule(
    "msg.content_missing", "error", bad=chat(SYSTEM, USER, '{"role": "assistant"}'), good=GOOD,
    explanation="Every message has content; only an assistant that calls a tool may leave it out.", fix="add the content",
)  # fmt: skip
def content_missing(example: Example) -> Iterator[Spot]:
    """Nothing is said."""
    for path, message, role in example.known:
        if message.get("content") is None and not _may_lack_content(message, role) and role != "function":
            yield path, f"a message of {role} without `content`"


@rule(
    "msg.content_type", "error", bad=chat(SYSTEM, '{"role": "user", "content": 1}', ANSWER), good=GOOD,
    explanation="Content is a text, or a list of parts, each an object with a `type`.", fix="write the content as one text",
)  # fmt: skip
def content_type(example: Example) -> Iterator[Spot]:
    """Content of another kind."""
    for path, message, role in example.known:
        content = message.get("content")
        if isinstance(content, list):
            if not content:
                yield f"{path}.content", "`content` is an empty list"
            for number, part in enumerate(content):
                yield from _part(f"{path}.content[{number}]", part, role)
        elif content is not None and not isinstance(content, str):
            yield f"{path}.content", f"`content` is {kind_of(content)}, not a text"


def _part(path: str, part: Any, role: str) -> Iterator[Spot]:
    kinds = {"user": ("text", "image_url"), "assistant": ("text", "refusal", "image_url")}.get(role, ("text",))
    if not isinstance(part, dict):
        yield path, f"this part is {kind_of(part)}, not an object with a `type`"
    elif "type" not in part:
        yield path, "this part has no `type`"
    elif part["type"] not in kinds:
        yield f"{path}.type", f"a part of type {shown(part['type'])} is not for {role}"
    else:
        yield from _value(path, part, part["type"])


def _value(path: str, part: dict[str, Any], kind: str) -> Iterator[Spot]:
    """What a part of a kind holds under that kind's own name."""
    wanted = dict if kind == "image_url" else str
    if kind not in part:
        yield path, f"a part of type {kind} without `{kind}`"
    elif not isinstance(part[kind], wanted):
        yield f"{path}.{kind}", f"`{kind}` is {kind_of(part[kind])}, not {'an object' if wanted is dict else 'a text'}"


@rule(
    "msg.content_empty", "error", bad=chat(SYSTEM, '{"role": "user", "content": ""}', ANSWER), good=GOOD,
    explanation="An empty question or answer teaches nothing, and most providers refuse it.", fix="add the content, or remove the example",
)  # fmt: skip
def content_empty(example: Example) -> Iterator[Spot]:
    """An empty text of the user or the assistant."""
    for path, message, role in example.known:
        for place, text in _texts(path, message):
            if not text and role in SPEAKERS and not _may_lack_content(message, role):
                yield place, f"the text of {role} is empty"


@rule(
    "msg.content_whitespace", "error", bad=chat(SYSTEM, '{"role": "user", "content": " \\n"}', ANSWER), good=GOOD,
    explanation="A question or an answer of white space, or of characters that nobody sees, says nothing, and no provider tells.", fix="add the content, or remove the example",
)  # fmt: skip
def content_whitespace(example: Example) -> Iterator[Spot]:
    """White space alone."""
    for path, message, role in example.known:
        for place, text in _texts(path, message):
            if says_nothing(text) and role in SPEAKERS:
                yield place, f"the text of {role} is white space alone"


@rule(
    "msg.blank", "warning", bad=chat('{"role": "system", "content": " "}', USER, ANSWER), good=GOOD,
    explanation="A system message, or what a tool gave back, is empty or white space alone.", fix="add the content, or leave the message out",
)  # fmt: skip
def blank(example: Example) -> Iterator[Spot]:
    """Nothing from the system or a tool."""
    for path, message, role in example.known:
        for place, text in _texts(path, message):
            if role not in SPEAKERS and (not text or says_nothing(text)):
                yield place, f"the text of {role} is blank"


@rule(
    "msg.name_ignored", "warning", bad=chat(SYSTEM, '{"role": "user", "content": "q", "name": "Ann"}', ANSWER), good=GOOD, providers=["together", "mistral"],
    explanation="Together and Mistral do not train on `name`: who speaks is lost.", fix="say in the content who speaks, or leave the name out",
)  # fmt: skip
def name_ignored(example: Example) -> Iterator[Spot]:
    """A name that nobody reads."""
    for path, message, role in example.known:
        if isinstance(message.get("name"), str) and role != "function":  # whose name says which one
            yield f"{path}.name", "`name` is not trained on"


@rule(
    "msg.refusal_alone", "error", bad=chat(SYSTEM, USER, '{"role": "assistant", "content": null, "refusal": "no"}'), good=GOOD, providers=["together", "mistral"],
    explanation="Together and Mistral know no `refusal`, as a key or as a part: an answer needs a content.", fix="write the refusal as the content",
)  # fmt: skip
def refusal_alone(example: Example) -> Iterator[Spot]:
    """A refusal without a content."""
    for path, message, role in example.known:
        if role == "assistant" and isinstance(message.get("refusal"), str) and message.get("content") is None:
            yield f"{path}.refusal", "a refusal without a `content`"
        content = message.get("content")
        for number, part in enumerate(content if role == "assistant" and isinstance(content, list) else []):
            if isinstance(part, dict) and part.get("type") == "refusal":
                yield f"{path}.content[{number}]", "a refusal as a part"


@rule(
    "msg.function_refused", "error", good=GOOD, providers=["together", "mistral"], methods=["sft", "dpo"],
    bad=chat(SYSTEM, USER, '{"role": "function", "name": "f", "content": "r"}', ANSWER),
    explanation="Together and Mistral do not know the deprecated role `function` and the key `function_call`.",
    fix="write them as `tool_calls`, and a message of the role tool",
)  # fmt: skip
def function_refused(example: Example) -> Iterator[Spot]:
    """The old way to call a function."""
    for path, message, role in example.known:
        if role == "function":
            yield f"{path}.role", "the role function is not known"
        elif role == "assistant" and message.get("function_call") is not None:
            yield f"{path}.function_call", "`function_call` is not known"


@rule(
    "msg.parts_mixed", "error", good=GOOD, providers=["together"],
    bad=chat(SYSTEM, '{"role": "user", "content": [{"type": "text", "text": "q"}]}', ANSWER),
    explanation="At Together all contents of an example are lists of parts, or none is.", fix="write each content as a list with one text part",
)  # fmt: skip
def parts_mixed(example: Example) -> Iterator[Spot]:
    """Some contents in parts, some not."""
    kinds = {
        type(message["content"]) for _, message, _ in example.known if isinstance(message.get("content"), (str, list))
    }
    if len(kinds) > 1:
        yield f"{example.holder[0]}messages", "some contents are texts, others lists of parts"


@rule(
    "msg.weight_not_0_1", "error", bad=chat(SYSTEM, USER, '{"role": "assistant", "content": "a", "weight": 0.5}'), good=GOOD,
    explanation="`weight` is the whole number 0 (not trained) or 1; true and 1.0 are refused.", fix="write 0 or 1, or leave it out",
)  # fmt: skip
def weight_not_0_1(example: Example) -> Iterator[Spot]:
    """A weight of another kind."""
    for path, message, role in example.known:
        weight = message.get("weight", 1)
        if role == "assistant" and not _is_output(example, path) and (type(weight) is not int or weight not in (0, 1)):
            yield f"{path}.weight", f"`weight` is {shown(weight)}"


@rule(
    "msg.weight_not_on_assistant", "error",
    bad=chat(SYSTEM, '{"role": "user", "content": "q", "weight": 0}', ANSWER), good=GOOD,
    explanation="Only a message of the assistant has a `weight`.", fix="remove the key; others are never trained (`--fix` does)",
)  # fmt: skip
def weight_not_on_assistant(example: Example) -> Iterator[Spot]:
    """A weight where nothing is trained."""
    for path, message, role in example.known:
        if role != "assistant" and "weight" in message:
            yield f"{path}.weight", f"a message of {role} has no `weight`", OTHERS


@rule(
    "tok.special_text", "warning", bad=chat(SYSTEM, '{"role": "user", "content": "q<|im_end|>"}', ANSWER), good=GOOD,
    explanation="Control tokens as text are a sign of a template gone wrong; they are counted and trained as text.", fix="remove them",
)  # fmt: skip
def special_text(example: Example) -> Iterator[Spot]:
    """A control token in a text."""
    for path, message, _ in example.known:
        for place, text in _texts(path, message):
            if "<|" in text:
                yield from ((place, f"the text holds {mark}") for mark in SPECIAL_TEXT if mark in text)


def _texts(path: str, message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    content = message.get("content")
    if isinstance(content, str):
        yield f"{path}.content", content
    for number, part in enumerate(content if isinstance(content, list) else []):
        if isinstance(part, dict) and isinstance(part.get("text"), str):
            yield f"{path}.content[{number}].text", part["text"]


@rule(
    "msg.too_long", "warning", bad="(a message of 1,048,577 characters)", good=GOOD, providers=["azure"],
    explanation="Azure takes 1,048,576 characters a message in requests; a tuned model cannot be asked with more.", fix="shorten the message, or cut the document",
)  # fmt: skip
def message_too_long(example: Example) -> Iterator[Spot]:
    """More than a request may hold."""
    for path, message, _ in example.known:
        for place, text in _texts(path, message):
            if len(text) > MOST_CHARACTERS:
                yield place, f"{len(text):,} characters, {MOST_CHARACTERS:,} are the most"


@rule(
    "tok.over_max_example", "error", level="tokens", bad="(an example of 65,537 tokens)", good=GOOD,
    explanation="A longer example is cut from its end: the answer is what is lost.", fix="shorten the example, or drop it",
)  # fmt: skip
def over_max_example(example: Example) -> Iterator[Spot]:
    """Too many tokens."""
    if example.tokens is not None and example.limit is not None and example.tokens > example.limit:
        yield "", f"{example.tokens:,} tokens, {example.limit:,} are the most"
