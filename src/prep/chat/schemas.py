"""The JSON Schema of a line of each method (draft 2020-12): strict, the role first, so that its errors can be read."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from prep.chat.roles import METHOD_ROLES, OUTPUTS

_TEXT = {"type": "string"}
_TEXT_PART = {
    "type": "object",
    "properties": {"type": {"const": "text"}, "text": _TEXT},
    "required": ["type", "text"],
    "additionalProperties": False,
}
_IMAGE_PART = {
    "type": "object",
    "properties": {
        "type": {"const": "image_url"},
        "image_url": {
            "type": "object",
            "properties": {"url": _TEXT, "detail": {"enum": ["auto", "low", "high"]}},
            "required": ["url"],
            "additionalProperties": False,
        },
    },
    "required": ["type", "image_url"],
    "additionalProperties": False,
}
_REFUSAL_PART = {
    "type": "object",
    "properties": {"type": {"const": "refusal"}, "refusal": _TEXT},
    "required": ["type", "refusal"],
    "additionalProperties": False,
}
_PARTS = {"text": _TEXT_PART, "image_url": _IMAGE_PART, "refusal": _REFUSAL_PART}
_CALL = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "type": {"const": "function"},
        "function": {
            "type": "object",
            "properties": {"name": _TEXT, "arguments": _TEXT},
            "required": ["name", "arguments"],
            "additionalProperties": False,
        },
    },
    "required": ["id", "type", "function"],
    "additionalProperties": False,
}
_FUNCTION = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        "description": _TEXT,
        "parameters": {"type": "object"},
        "strict": {"type": ["boolean", "null"]},
    },
    "required": ["name"],
    "additionalProperties": False,
}
_TOOL = {
    "type": "object",
    "properties": {"type": {"const": "function"}, "function": {"$ref": "#/$defs/function_definition"}},
    "required": ["type", "function"],
    "additionalProperties": False,
}


def _content(*kinds: str, null: bool = False) -> dict[str, Any]:
    """A text, or a list of parts; the part's `type` decides which of `kinds` it must be."""
    part = {
        "type": "object",
        "required": ["type"],
        "properties": {"type": {"enum": list(kinds)}},
        "allOf": [
            {"if": {"properties": {"type": {"const": kind}}, "required": ["type"]}, "then": _PARTS[kind]}
            for kind in kinds
        ],
    }
    types = ["string", "array", "null"] if null else ["string", "array"]
    return {"type": types, "minItems": 1, "items": part}


def _said(role: str, **more: Any) -> dict[str, Any]:
    """A message of `role` that says something."""
    properties = {"role": {"const": role}, "content": _content("text"), "name": _TEXT, **more}
    return {
        "type": "object",
        "properties": properties,
        "required": ["role", "content"],
        "additionalProperties": False,
    }


_ASSISTANT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "role": {"const": "assistant"},
        "content": _content("text", "refusal", null=True),
        "name": _TEXT,
        "refusal": {"type": ["string", "null"]},
        "audio": {"type": ["object", "null"], "properties": {"id": _TEXT}, "required": ["id"]},
        "tool_calls": {"type": ["array", "null"], "minItems": 1, "items": _CALL},
        "function_call": {
            "type": ["object", "null"],
            "properties": {"name": _TEXT, "arguments": _TEXT},
            "required": ["name", "arguments"],
            "additionalProperties": False,
        },
        "weight": {"type": "integer", "enum": [0, 1]},
    },
    "required": ["role"],
    "anyOf": [
        {"required": ["content"], "properties": {"content": {"type": ["string", "array"]}}},
        {"required": ["tool_calls"], "properties": {"tool_calls": {"type": "array"}}},
        {"required": ["function_call"], "properties": {"function_call": {"type": "object"}}},
        {"required": ["refusal"], "properties": {"refusal": {"type": "string"}}},
    ],
    "additionalProperties": False,
}
_MESSAGES: dict[str, dict[str, Any]] = {
    "system": _said("system"),
    "developer": _said("developer"),
    "user": _said("user", content=_content("text", "image_url")),
    "assistant": _ASSISTANT,
    "tool": {
        "type": "object",
        "properties": {"role": {"const": "tool"}, "content": _content("text"), "tool_call_id": _TEXT},
        "required": ["role", "content", "tool_call_id"],
        "additionalProperties": False,
    },
    "function": {
        "type": "object",
        "properties": {"role": {"const": "function"}, "content": {"type": ["string", "null"]}, "name": _TEXT},
        "required": ["role", "content", "name"],
        "additionalProperties": False,
    },
}
_LIST = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/message"}}
_TOOLS = {"type": "array", "maxItems": 128, "items": {"$ref": "#/$defs/tool_definition"}}
_SHARED = {"messages": _LIST, "tools": _TOOLS, "parallel_tool_calls": {"type": "boolean"}}


def _definitions(method: str) -> dict[str, Any]:
    roles = METHOD_ROLES[method]
    by_role = [
        {"if": {"properties": {"role": {"const": role}}, "required": ["role"]}, "then": {"$ref": f"#/$defs/{role}"}}
        for role in roles
    ]
    message = {
        "type": "object",
        "required": ["role"],
        "properties": {"role": {"enum": list(roles)}},
        "allOf": by_role,
    }
    messages = {role: _MESSAGES[role] for role in roles}
    return {"message": message, **messages, "tool_definition": _TOOL, "function_definition": _FUNCTION}


def line_schema(method: str) -> dict[str, Any]:
    """The schema of one line of `method`."""
    definitions = _definitions(method)
    if method == "dpo":
        answer = {
            "allOf": [{"$ref": "#/$defs/assistant"}],
            "properties": {"weight": {"not": {}}, "role": {"const": "assistant"}},
        }
        output = {"type": "array", "minItems": 1, "maxItems": 1, "items": answer}
        asked = {"type": "object", "properties": _SHARED, "required": ["messages"], "additionalProperties": False}
        properties: dict[str, Any] = {"input": asked, **dict.fromkeys(OUTPUTS, output)}
        body = {"properties": properties, "required": list(properties), "additionalProperties": False}
    elif method == "rft":
        body = {"properties": {"messages": _LIST, "tools": _TOOLS}, "required": ["messages"]}
    else:
        functions = {
            "type": "array", "minItems": 1, "maxItems": 128, "items": {"$ref": "#/$defs/function_definition"},
        }  # fmt: skip
        body = {
            "properties": {**_SHARED, "functions": functions},
            "required": ["messages"],
            "additionalProperties": False,
        }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A training line, method {method}",
        "type": "object",
        **body,
        "$defs": definitions,
    }


def schema_text(method: str) -> str:
    """The text of the committed copy, `resources/<method>.schema.json`."""
    return json.dumps(line_schema(method), indent=2) + "\n"


@cache
def shipped_schema(method: str) -> dict[str, Any]:
    """The schema that ships with the package."""
    found: dict[str, Any] = json.loads((files("prep.resources") / f"{method}.schema.json").read_text("utf-8"))
    return found
