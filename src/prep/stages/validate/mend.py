"""What of a parsed line can be mended without a guess, in place."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from prep.chat.roles import OBSOLETE, OUTPUTS, ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_WEIGHTS = {"true": 1, "false": 0, "1.0": 1, "0.0": 0, '"1"': 1, '"0"': 0}


def mend(data: dict[str, Any], method: str, providers: Sequence[str]) -> list[str]:
    """Mend `data` in place; returns the ids of the rules that had a finding, one for each repair."""
    done = []
    if method == "dpo":
        for name, now in OBSOLETE.items():
            if name in data and now not in data:
                data[now] = data.pop(name)
                done.append("dpo.keys_obsolete")
    asked = data.get("input") if method == "dpo" else data
    holder = asked if isinstance(asked, dict) else {}
    for message in _objects(holder.get("messages")):
        done += _message(message, method, providers)
    if method == "dpo":
        for message in (message for name in OUTPUTS for message in _objects(data.get(name))):
            if message.get("role") == "assistant" and "weight" in message:
                del message["weight"]
                done.append("dpo.weight_in_output")
            done += _message(message, method, providers)
    for tool in _objects(holder.get("tools")):
        if "type" not in tool and isinstance(tool.get("function"), dict):
            tool["type"] = "function"
            done.append("tool.definition_invalid")
    return done


def _objects(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _message(message: dict[str, Any], method: str, providers: Sequence[str]) -> Iterator[str]:
    role = message.get("role")
    if isinstance(role, str) and role not in ROLES and role.strip().lower() in ROLES:
        role = message["role"] = role.strip().lower()
        yield "msg.role_unknown"
    wrong, right = ("system", "developer") if method == "rft" else ("developer", "system")
    if role == wrong:
        role = message["role"] = right
        yield "msg.role_not_for_method"
    if "weight" in message and isinstance(role, str):
        if role != "assistant" and "together" not in providers:
            del message["weight"]
            yield "msg.weight_not_on_assistant"
        elif role == "assistant" and (text := json.dumps(message["weight"])) in _WEIGHTS:
            message["weight"] = _WEIGHTS[text]
            yield "msg.weight_not_0_1"
    yield from _content(message)
    for call in _objects(message.get("tool_calls")):
        function = call.get("function")
        if not isinstance(function, dict):
            continue
        if "type" not in call:
            call["type"] = "function"
            yield "tool.call_invalid"
        if isinstance(function.get("arguments"), dict):
            function["arguments"] = json.dumps(function["arguments"], ensure_ascii=False)
            yield "tool.args_not_string"


def _content(message: dict[str, Any]) -> Iterator[str]:
    content = message.get("content")
    if not isinstance(content, list):
        return
    for number, part in enumerate(content):
        if isinstance(part, str):
            content[number] = {"type": "text", "text": part}
            yield "msg.content_type"
        elif isinstance(part, dict) and part.get("type") == "image_url" and isinstance(part.get("image_url"), str):
            part["image_url"] = {"url": part["image_url"]}
            yield "msg.content_type"
