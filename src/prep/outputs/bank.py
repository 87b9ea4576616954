"""The bank as files: examples as JSON lines, as chat messages, and as a prompt in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

BANK, MESSAGES, PROMPT = "fewshot/bank.jsonl", "fewshot/messages.json", "fewshot/prompt.md"
_NAMES = {"user": "User", "assistant": "Assistant", "tool": "Tool"}
_ENCODE = msgspec.json.Encoder().encode
_MESSAGES = msgspec.json.Decoder(dict[str, Any])
Message = dict[str, Any]


def parts(line: str) -> tuple[str | None, list[Message]]:
    """The system prompt of a chat line, and its other messages."""
    messages = _MESSAGES.decode(line).get("messages", [])
    system = [message for message in messages if message.get("role") in ("system", "developer")]
    others = [_plain(message) for message in messages if message not in system]
    return (text(system[0]) if system else None), others


def _plain(message: Message) -> Message:
    return {name: value for name, value in message.items() if name != "weight"}


def text(message: Message) -> str:
    """What a message says; the text parts of one that has several; a tool call as its JSON."""
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(part.get("text", "") for part in content if isinstance(part, dict))
    return _ENCODE(message.get("tool_calls", [])).decode() if message.get("tool_calls") else ""


def rendered(messages: Sequence[Message]) -> str:
    """Messages as the prompt has them."""
    return "".join(f"{_NAMES.get(message['role'], message['role'])}: {text(message)}\n\n" for message in messages)


def messages_of(system: str | None, examples: Sequence[Sequence[Message]]) -> list[Message]:
    """The bank as the start of a conversation: the system prompt once, then the examples."""
    first: list[Message] = [{"role": "system", "content": system}] if system else []
    return [*first, *(message for example in examples for message in example)]


def prompt_of(system: str | None, examples: Sequence[Sequence[Message]]) -> str:
    """The bank as Markdown, to paste in front of a question."""
    return ((f"{system}\n\n" if system else "") + "".join(map(rendered, examples))).rstrip("\n") + "\n"


def write_bank(
    system: str | None, rows: Sequence[tuple[str, str | None, int, list[Message]]], folder: Path
) -> list[str]:
    """Write the bank's three files below `folder`; `rows`: (id, label, tokens, messages). Returns their names.

    A line of bank.jsonl has `id`, `label` (if there is one), `input` (all but the answer), `output` (the answer),
    `tokens` and `messages`.
    """
    (folder / BANK).parent.mkdir(parents=True, exist_ok=True)
    with (folder / BANK).open("wb") as handle:
        for record, label, tokens, messages in rows:
            asked = messages[0] if len(messages) == 2 else None
            line: dict[str, Any] = {"id": record, **({} if label is None else {"label": label})}
            line["input"] = text(asked) if asked else rendered(messages[:-1]).strip()
            line |= {"output": text(messages[-1]), "tokens": tokens, "messages": messages}
            handle.write(_ENCODE(line) + b"\n")
    examples = [messages for *_, messages in rows]
    (folder / MESSAGES).write_bytes(msgspec.json.format(_ENCODE(messages_of(system, examples)), indent=2) + b"\n")
    (folder / PROMPT).write_text(prompt_of(system, examples), encoding="utf-8", newline="\n")
    return [BANK, MESSAGES, PROMPT]
