"""Markdown's front matter: a block of YAML as columns, each value as its text."""

from __future__ import annotations

from typing import Any

import msgspec

_ENCODE = msgspec.json.Encoder().encode
_PLAIN = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool")
_NULL = "tag:yaml.org,2002:null"
_LARGEST = 64 * 1024


class _BrokenError(ValueError):
    """The block is no mapping of plain keys to plain values."""


def columns(block: str) -> tuple[dict[str, str | None], list[str]] | None:
    """The columns of a block of YAML, and which of them are JSON text; None where it is no usable mapping.

    Strings, dates and what JSON writes otherwise (`0x1F`) are their source text; numbers, true and false are JSON as
    they stand; lists and mappings become JSON. Duplicate keys, aliases and tags make the block unusable.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    if len(block) > _LARGEST:
        return None
    if not block.strip():
        return {}, []
    try:
        root = YAML(typ="safe", pure=True).compose(block)
        pairs = _pairs(root, set())
        values = {name: _value(node, set()) for name, node in pairs}
    except (YAMLError, ValueError, RecursionError, AttributeError):
        return None
    texts = {name: value for name, (value, _) in values.items()}
    return texts, [name for name, (_, is_json) in values.items() if is_json]


def _value(node: Any, seen: set[int]) -> tuple[str | None, bool]:
    """The text of a value and whether it is JSON."""
    if node.id != "scalar":
        return _ENCODE(_nested(node, seen)).decode(), True
    if node.tag == _NULL:
        return None, False
    return node.value, node.tag in _PLAIN and _is_json(node.value)


def _nested(node: Any, seen: set[int]) -> Any:
    if id(node) in seen:
        raise _BrokenError("an alias")
    seen.add(id(node))
    if node.id == "mapping":
        return {name: _nested(child, seen) for name, child in _pairs(node, seen)}
    if node.id == "sequence":
        return [_nested(child, seen) for child in node.value]
    if node.tag == _NULL:
        return None
    return msgspec.Raw(node.value.encode()) if node.tag in _PLAIN and _is_json(node.value) else node.value


def _pairs(node: Any, seen: set[int]) -> list[tuple[str, Any]]:
    if getattr(node, "id", None) != "mapping":
        raise _BrokenError("no mapping")
    names = [key.value for key, _ in node.value if key.id == "scalar"]
    children = [id(child) for _, child in node.value]
    if len(set(names)) != len(node.value) or len(set(children)) != len(children) or seen & set(children):
        raise _BrokenError("a key that is no text or stands twice, or an alias")
    return [(name, child) for name, (_, child) in zip(names, node.value, strict=True)]


def _is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError):
        return False
    return True
