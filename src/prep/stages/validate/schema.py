"""The schema of a method's lines, twice: jsonschema-rs decides, jsonschema says where and why."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from prep.chat.schemas import shipped_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


# Of a message whose parts are all known: none of them is an answer.
UNSAID = "nothing that counts as an answer"


@cache
def _native(method: str) -> Any:
    return jsonschema_rs.validator_for(shipped_schema(method))


def fits(method: str) -> Callable[[Any], bool]:
    """A native function that says whether a parsed line fits the schema."""
    check: Callable[[Any], bool] = _native(method).is_valid
    return check


def places(data: dict[str, Any], method: str) -> Iterator[tuple[str, str]]:
    """The JSON paths that `misfits` tells of, found natively, with `UNSAID` where that is what it tells."""
    for error in _native(method).iter_errors(data):
        if error.kind.name == "additionalProperties":
            yield from ((path_text([*error.instance_path, name]), "") for name in error.kind.unexpected)
        else:
            yield path_text(error.instance_path), UNSAID if error.kind.name == "anyOf" else ""


@cache
def _explainer(method: str) -> Any:
    from jsonschema import Draft202012Validator

    return Draft202012Validator(shipped_schema(method))


def misfits(data: dict[str, Any], method: str) -> Iterator[tuple[str, str]]:
    """(JSON path, what is wrong there) of everything in a line that does not fit the schema."""
    for error in _explainer(method).iter_errors(data):
        yield from _leaves(error)


def _leaves(error: Any) -> Iterator[tuple[str, str]]:
    """The errors at the bottom: `allOf` only passes on what its branches say; a key too many is told at its place."""
    if error.context and error.validator in ("allOf", "if", "$ref"):
        for inner in error.context:
            yield from _leaves(inner)
        return
    path = list(error.absolute_path)
    if error.validator == "additionalProperties":
        for name in error.instance.keys() - error.schema.get("properties", {}).keys():
            yield path_text([*path, name]), "this key has no place here"
        return
    message = error.message if len(error.message) <= 200 else f"{error.message[:150]} ..."
    yield path_text(path), UNSAID if error.validator == "anyOf" else message


def path_text(pieces: Any) -> str:
    """`messages[1].content` for messages, 1, content."""
    text = ""
    for piece in pieces:
        text += f"[{piece}]" if isinstance(piece, int) else f".{piece}" if text else str(piece)
    return text
