"""The `parameters` of a declared function: a JSON Schema that arguments are held against, offline."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What both validators read alike; a schema with any other word is left to the one that explains.
_ALIKE = frozenset(
    "type properties required enum items additionalProperties description title default minItems maxItems minLength "
    "maxLength minimum maximum anyOf allOf oneOf examples".split()
)


@cache
def _draft() -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator


def flaws(schema: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(path, what is wrong) of everything that makes `schema` no JSON Schema."""
    if is_sound(schema):
        return
    try:
        for error in _draft()(_draft().META_SCHEMA).iter_errors(schema):
            yield error.json_path, error.message[:200]
    except RecursionError:
        yield "$", "nested too deeply"


def disagreements(schema: dict[str, Any], value: Any) -> Iterator[tuple[str, str]]:
    """(path, what is wrong) of everything in `value` that `schema` does not allow; nothing where it is no schema."""
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    if any(True for _ in flaws(schema)):
        return
    try:
        # An empty registry: a reference to another address is never fetched.
        found = list(_draft()(schema, registry=Registry()).iter_errors(value))
    except (Unresolvable, RecursionError, re.error, ArithmeticError):
        return  # it points to what is not there, or its patterns and numbers cannot be used: nothing can be said
    yield from ((error.json_path, error.message[:200]) for error in found)


def is_sound(schema: dict[str, Any]) -> bool:
    """Whether a plain schema is surely one, found natively; False where only the explanation can tell."""
    return _plain(schema) and bool(jsonschema_rs.meta.is_valid(schema))


def quick(schema: Any) -> Callable[[Any], bool] | None:
    """A native function that says whether arguments fit; None where only the explanation can tell."""
    if schema is None:
        return lambda _: True
    if not isinstance(schema, dict) or not _plain(schema):
        return None
    try:
        check: Callable[[Any], bool] = jsonschema_rs.Draft202012Validator(schema).is_valid
    except ValueError:
        return None
    return check


def _plain(schema: Any) -> bool:
    """Whether a schema has only words of `_ALIKE`, in the places and of the kinds they have in plain ones."""
    if isinstance(schema, bool):
        return True
    if not isinstance(schema, dict) or not _ALIKE.issuperset(schema) or len(schema) > 64:
        return False
    properties = schema.get("properties", {})
    if not isinstance(properties, dict):
        return False
    inner = [*properties.values()]
    for name in ("items", "additionalProperties"):
        inner += [schema[name]] if name in schema else []
    for name in ("anyOf", "allOf", "oneOf"):
        listed = schema.get(name, [])
        if not isinstance(listed, list):
            return False
        inner += listed
    return all(_plain(one) for one in inner)
