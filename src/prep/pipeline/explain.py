"""What pydantic found, in the words of the pipeline file: every error at its place, none in pydantic's terms."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from prep.pipeline.fields import home_of, keys_at, required_keys
from prep.pipeline.positions import spoken
from prep.pipeline.words import found, listed, meant

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import BaseModel

    from prep.errors import Problem
    from prep.pipeline.positions import Positions, Where

# One error of pydantic: its type, its context, and what of its location is a path in the data.
Finding = tuple[str, dict[str, Any], "Where"]

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "none_required": "null",
}
_LIMITS = {
    "greater_than": ("greater than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
    "multiple_of": ("a multiple of", "multiple_of"),
}
_LENGTHS = {
    "too_short": ("at least", "min_length", "entry", "entries"),
    "too_long": ("at most", "max_length", "entry", "entries"),
    "string_too_short": ("at least", "min_length", "character", "characters"),
    "string_too_long": ("at most", "max_length", "character", "characters"),
}
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'")
_PYDANTIC = re.compile(r"^(Value error, |Assertion failed, )|Input should be ")


def validate(
    model: type[BaseModel], data: Any, at: Where, positions: Positions, problems: list[Problem]
) -> BaseModel | None:
    """`data`, which stands at `at`, as a `model`; None, and its problems appended, where it is not one."""
    try:
        # As JSON, strictly: no text for numbers, no 1 for true, but a list for a tuple.
        return model.model_validate_json(json.dumps(data), strict=True)
    except ValidationError as error:
        problems += _problems(error, model, data, at, positions)
    except Exception as error:  # a plug-in's own validator may raise anything
        message = f"the settings of {spoken(at)} cannot be checked: {type(error).__name__}: {error}"
        problems.append(positions.problem(at, message, "this is a mistake in the code of that step"))
    return None


def _problems(
    error: ValidationError, model: type[BaseModel], data: Any, at: Where, positions: Positions
) -> Iterator[Problem]:
    by_path: dict[Where, list[Finding]] = {}
    for entry in error.errors(include_url=False, include_input=False):
        kind = entry["type"]
        path = _in_data(entry["loc"], data, kind)
        context = dict(entry.get("ctx", {}), msg=entry["msg"])
        by_path.setdefault(path, []).append((kind, context, path))
    # A union complains once for each of its kinds: where a mapping was tried as one, only its inside counts.
    inner = {path[:length] for path in by_path for length in range(len(path))}
    misspelt = {
        (*path[:-1], meant(path[-1], keys_at(model, path[:-1])))
        for path, findings in by_path.items()
        if findings[0][0] == "extra_forbidden"
    }
    for path, findings in by_path.items():
        if findings[0][0] == "missing" and (*path[:-1], f"did you mean `{path[-1]}`?") in misspelt:
            continue
        if positions.reported((*at, *path)):
            continue
        if path in inner and all(kind in _KINDS or kind == "literal_error" for kind, _, _ in findings):
            continue
        yield _problem(findings, model, data, path, at, positions)


def _in_data(location: Sequence[int | str], data: Any, kind: str) -> Where:
    """The part of pydantic's location that is a path in `data`; the rest names branches of unions."""
    path: list[int | str] = []
    for number, piece in enumerate(location):
        if isinstance(data, dict) and piece in data:
            data = data[str(piece)]
        elif isinstance(data, list) and isinstance(piece, int) and piece < len(data):
            data = data[piece]
        elif kind != "missing" or number < len(location) - 1:
            continue
        path.append(piece)
    return tuple(path)


def _problem(
    findings: list[Finding], model: type[BaseModel], data: Any, path: Where, at: Where, positions: Positions
) -> Problem:
    kind, context, _ = findings[0]
    where = (*at, *path)
    if kind == "extra_forbidden":
        known = keys_at(model, path[:-1])
        hint = meant(path[-1], known) or home_of(model, str(path[-1])) or f"known here: {listed(known, 'and')}"
        return positions.problem(where, f"unknown key {spoken(where)}", hint, key=True)
    if kind == "missing":
        holder = spoken(where[:-1])
        hint = f"{holder} needs {listed(required_keys(model, path[:-1]), 'and')}"
        return positions.problem(where[:-1], f"{holder} has no {spoken(where)}", hint, key=True)
    value = _value(data, path)
    if kind in ("value_error", "assertion_error"):
        return positions.problem((*where, *_named_first(context, value)), _own_words(context, where))
    if kind in _LIMITS:
        word, limit = _LIMITS[kind]
        return positions.problem(where, f"{spoken(where)} must be {word} {context[limit]:g}, found {found(value)}")
    if kind in _LENGTHS:
        word, limit, one, many = _LENGTHS[kind]
        least = context[limit]
        return positions.problem(where, f"{spoken(where)} needs {word} {least} {one if least == 1 else many}")
    return _wrong_kind(findings, model, value, path, where, positions)


def _wrong_kind(
    findings: list[Finding], model: type[BaseModel], value: Any, path: Where, where: Where, positions: Positions
) -> Problem:
    choices = [name for kind, context, _ in findings if kind == "literal_error" for name in _choices(context)]
    kinds = list(dict.fromkeys(_KINDS[kind] for kind, _, _ in findings if kind in _KINDS))
    if "a mapping" in kinds and (inside := keys_at(model, path)):
        kinds[kinds.index("a mapping")] = f"a mapping with {listed(inside, 'and')}"
    if "a number" in kinds and "a whole number" in kinds:
        kinds.remove("a whole number")
    expected = ([listed(choices)] if choices else []) + kinds
    if not expected:
        said = _PYDANTIC.sub("", findings[0][1]["msg"])
        return positions.problem(where, f"{spoken(where)} must be {said}, found {found(value)}")
    hint = meant(value, choices) if isinstance(value, str) else None
    if "text" in kinds and isinstance(value, int | float):
        written = _written(where, positions)
        hint = f"put it in quotes: '{written or found(value)}'" if written else "put it in quotes"
    if kinds == ["true or false"] and str(value).lower() in ("yes", "no", "on", "off", "1", "0"):
        hint = f"write {'true' if str(value).lower() in ('yes', 'on', '1') else 'false'}"
    if kinds == ["a list"] and isinstance(value, dict):
        hint = "begin each entry with `- `, or write [a, b]"
    if value is None:
        hint = "give it a value, or remove the key"
    return positions.problem(where, f"{spoken(where)} must be {_any_of(expected)}, found {found(value)}", hint)


def _any_of(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _choices(context: dict[str, Any]) -> list[str]:
    return [name.replace("\\'", "'") for name in _QUOTED.findall(str(context.get("expected", "")))]


def _own_words(context: dict[str, Any], where: Where) -> str:
    """A validator's own sentence, with the section before it where it begins with a verb."""
    said = str(context.get("error") or _PYDANTIC.sub("", context["msg"])) or "is not right"
    first = said.partition(" ")[0]
    return f"{spoken(where)} {said}" if first in ("needs", "must", "is", "has", "cannot", "names", "takes") else said


def _named_first(context: dict[str, Any], value: Any) -> Where:
    """Where the one thing stands that a validator's sentence begins with in quotes; else nowhere."""
    quoted = re.match(r"""['"`](.+?)['"`] """, str(context.get("error", "")))
    places = [] if quoted is None else list(_places(value, quoted[1].replace("\\\\", "\\")))
    return places[0] if len(places) == 1 else ()


def _places(data: Any, wanted: str, path: Where = ()) -> Iterator[Where]:
    inside = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in inside:
        if wanted in (key, value):
            yield (*path, key)
        yield from _places(value, wanted, (*path, key))


def _value(data: Any, path: Where) -> Any:
    for piece in path:
        data = data[piece]
    return data


def _written(where: Where, positions: Positions) -> str:
    """The number or truth value as it was written."""
    place = positions.values.get(where)
    if place is None or any(where[:length] in positions.overrides for length in range(len(where) + 1)):
        return ""
    return re.split(r"[\s,\]}#]", positions.lines[place.line - 1][place.column - 1 :], maxsplit=1)[0]
