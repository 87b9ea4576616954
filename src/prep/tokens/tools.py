"""The published rule for function definitions; nested parameters are counted as their JSON and marked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from prep.tokens.texts import BASE, TOOLS

if TYPE_CHECKING:
    from prep.tokens.texts import Batch

# OpenAI cookbook, "How to count tokens with tiktoken": tokens at the start of a function, by encoding.
_FUNCTION = {"cl100k_base": 10}
_FUNCTION_ELSE = 7
_PROPERTIES, _PROPERTY, _ENUM, _ENUM_ITEM, _END = 3, 3, -3, 3, 12
_ENCODE = msgspec.json.Encoder(order="sorted").encode


def as_json(value: Any) -> str:
    """Compact JSON, keys sorted."""
    return _ENCODE(value).decode()


def add_tools(batch: Batch, row: int, tools: Any) -> None:
    """Add function definitions: `tools` entries, or bare functions as in the older `functions`."""
    batch.spend(_END, row, BASE, TOOLS)
    for tool in tools if isinstance(tools, list) else [tools]:
        function = tool.get("function", tool) if isinstance(tool, dict) else None
        if isinstance(function, dict) and isinstance(function.get("name"), str):
            _add_function(batch, row, function)
        else:
            batch.add(as_json(tool), row, BASE, TOOLS)
            batch.guess(row, "tools")


def _add_function(batch: Batch, row: int, function: dict[str, Any]) -> None:
    batch.spend(_FUNCTION.get(batch.encoding, _FUNCTION_ELSE), row, BASE, TOOLS)
    batch.add(f"{function['name']}:{_sentence(function)}", row, BASE, TOOLS)
    parameters = function.get("parameters")
    if not parameters:
        return
    properties = parameters.get("properties", {}) if isinstance(parameters, dict) else None
    if not isinstance(properties, dict) or not all(map(_is_flat, properties.values())):
        batch.guess(row, "tools")
        batch.add(as_json(parameters), row, BASE, TOOLS)
        return
    batch.spend(_PROPERTIES if properties else 0, row, BASE, TOOLS)
    for name, entry in properties.items():
        batch.spend(_PROPERTY, row, BASE, TOOLS)
        items = entry.get("enum")
        if isinstance(items, list):
            batch.spend(_ENUM + _ENUM_ITEM * len(items), row, BASE, TOOLS)
            for item in items:
                batch.add(item if isinstance(item, str) else as_json(item), row, BASE, TOOLS)
        batch.add(f"{name}:{entry['type']}:{_sentence(entry)}", row, BASE, TOOLS)


def _sentence(entry: dict[str, Any]) -> str:
    """The description without the full stop at its end."""
    told = entry.get("description")
    return told.removesuffix(".") if isinstance(told, str) else ""


def _is_flat(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("type"), str) and entry["type"] not in ("object", "array")
