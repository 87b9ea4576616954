"""A user's own catalog file: negotiated rates and new models laid over the figures that ship with the package."""

from __future__ import annotations

import copy
import difflib
import json
import re
from typing import TYPE_CHECKING, Any

from prep.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_DAY = r"[0-9]{4}(-[0-9]{2}){0,2}"
# What names a source, and the section whose figures are of it; "": all others.
_SOURCES = {
    "source": "",
    "source_of_training": "training",
    "source_of_cache_write": "cache_write",
    "dates_source": "dates",
}
_SECTIONS = {"training_usd_per_hour": "training"}
_PLACED = ("training", "training_usd_per_hour", "tuned", "tuned_batch", "base", "base_batch", "hosting_usd_per_hour")
_KINDS = {"number": "a number", "integer": "a whole number", "string": "a text", "null": "null", "object": "a mapping",
          "array": "a list", "boolean": "true or false"}  # fmt: skip
_HINT = "a catalog file has the shape of prep's own (`prep models NAME --json` shows a part): providers: {azure: ...}"


def merged(data: dict[str, Any], overlay: Path) -> dict[str, Any]:
    """`data` with the figures of the file `overlay`, which are then of the source `overlay`, as of its `compiled` date.

    A figure whose block names a source of the file's own `sources` is of that source. InputError names every place
    where the file is not of the catalog's shape.
    """
    own = _read(overlay)
    data = copy.deepcopy(data)
    compiled = own.pop("compiled", None)
    data["sources"]["overlay"] = {"url": overlay.name, "as_of": str(compiled or data["compiled"]), "confidence": "high"}
    if compiled is not None and not re.fullmatch(_DAY, str(compiled)):
        raise InputError(f"`compiled: {compiled}` is no day", where=str(overlay), hint="write it as 2026-11-24")
    own.pop("schema_version", None)
    overridden: dict[str, str] = {}
    _names(own, data, overlay)
    _merge(data, own, (), overridden, {"": "overlay"})
    unknown = sorted({*overridden.values(), *_keys(data["providers"])} - data["sources"].keys())
    _check(data, overlay)
    if unknown:
        raise InputError(
            f"the catalog file names the source {unknown[0]} and does not describe it",
            where=str(overlay),
            hint=f'add it: sources: {{{unknown[0]}: {{url: "...", as_of: "2026-11-01", confidence: high}}}}',
        )
    if compiled is None and any(path.startswith("providers") for path, key in overridden.items() if key == "overlay"):
        raise InputError(
            "the catalog file does not say when its figures were so",
            where=str(overlay),
            hint="add the day as its first line, `compiled: 2026-11-24` for example",
        )
    data["overridden"] = overridden
    return data


def _read(path: Path) -> dict[str, Any]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read the catalog file: {error}", where=str(path)) from error
    except YAMLError as error:
        told = " ".join(str(error).split())
        raise InputError(f"the catalog file is no YAML: {told[:300]}", where=str(path)) from error
    if not isinstance(data, dict):
        raise InputError("the catalog file is no mapping", where=str(path), hint=_HINT)
    return data


def _names(own: dict[str, Any], data: dict[str, Any], path: Path) -> None:
    """Models may be called by their aliases; a new provider or a new model needs what the schema asks for."""
    providers = own.get("providers")
    for provider, entry in providers.items() if isinstance(providers, dict) else ():
        known = data["providers"].get(provider)
        if known is None:
            _new_provider(str(provider), entry, data, path)
            continue
        models = entry.get("models") if isinstance(entry, dict) else None
        if not isinstance(models, dict):
            continue
        aliases = {alias: name for name, one in known["models"].items() for alias in one.get("aliases", [])}
        for name in list(models):
            if name in aliases and aliases[name] not in models:
                models[aliases[name]] = models.pop(name)
            elif name not in known["models"] and not (isinstance(models[name], dict) and "methods" in models[name]):
                near = difflib.get_close_matches(str(name), [*aliases, *known["models"]], n=1)
                hint = f"did you mean `{near[0]}`?; " if near else ""
                raise InputError(
                    f"{provider} has no model {name}",
                    where=str(path),
                    hint=f"{hint}a new one says its `methods`, `methods: []` if it cannot be tuned",
                )
        _places(provider, entry, known, path)


def _places(provider: str, entry: dict[str, Any], known: dict[str, Any], path: Path) -> None:
    """Prices stand under tiers and regions that the provider has: one that is misspelt would change nothing."""
    own = entry.get("tiers")
    tiers = {*known["tiers"], *(own if isinstance(own, dict) else ())}
    for model, one in entry["models"].items():
        there = known["models"].get(model, {})
        for section in _PLACED:
            figures = one.get(section) if isinstance(one, dict) else None
            places = {*tiers, *there.get(section, {})} | ({"default"} if section.startswith("hosting") else set())
            for place in figures if isinstance(figures, dict) else ():
                if place in places:
                    continue
                near = difflib.get_close_matches(str(place), places, n=1)
                hint = f"did you mean `{near[0]}`?; " if near else f"known are {', '.join(sorted(places))}; "
                raise InputError(
                    f"{provider} has no tier or region {place}, of which the file has `{section}` of {model}",
                    where=str(path),
                    hint=f"{hint}a new one stands under `tiers` of the provider: {place}: {{data: region}}",
                )


def _new_provider(name: str, entry: Any, data: dict[str, Any], path: Path) -> None:
    """A provider that prep does not know says all that the schema asks for, or was misspelt."""
    wanted = ("source", "dates_source", "epochs", "models")
    missing = [key for key in wanted if not isinstance(entry, dict) or key not in entry]
    if missing:
        near = difflib.get_close_matches(name, data["providers"], n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"providers are: {', '.join(data['providers'])}"
        told = f"{hint}; a new one needs {', '.join(f'`{key}`' for key in missing)}"
        raise InputError(f"the catalog has no provider {name}", where=str(path), hint=told)


def _merge(
    data: dict[str, Any], own: dict[str, Any], path: tuple[str, ...], overridden: dict[str, str], keys: dict[str, str]
) -> None:
    """Lay `own` over `data`; `overridden` gets each replaced path with its source's key, out of `keys` by section."""
    if path[:1] == ("providers",) and len(path) in (2, 4):
        # A source that the file names is of what it replaces, not of what it leaves.
        named = {section: str(own[name]) for name, section in _SOURCES.items() if name in own}
        keys = ({"": named[""]} if "" in named else keys) | named
        own = {name: value for name, value in own.items() if name not in _SOURCES}
    for name, value in own.items():
        here = (*path, str(name))
        if isinstance(value, dict) and isinstance(data.get(name), dict):
            _merge(data[name], value, here, overridden, keys)
        else:
            data[name] = value
            # What is new as a whole, and names its source, stands as the catalog's own entries do.
            if not (len(here) in (2, 4) and isinstance(value, dict) and "source" in value):
                sections = [_SECTIONS.get(one, one) for one in here[::-1]]
                section = next((one for one in sections if one in keys), "")
                overridden[".".join(here)] = keys[section]


def _keys(value: Any) -> Iterator[str]:
    """Every key of a source that something in `value` names."""
    for name, inner in value.items() if isinstance(value, dict) else ():
        if isinstance(inner, str) and (name.endswith("source") or name.startswith("source")):
            yield inner
        yield from _keys(inner)


def _check(data: dict[str, Any], path: Path) -> None:
    from jsonschema import Draft202012Validator

    from prep.catalog.prices import schema

    plain = json.loads(json.dumps(data, default=str))
    errors = sorted(Draft202012Validator(schema()).iter_errors(plain), key=lambda error: list(map(str, error.path)))
    if errors:
        told = "; ".join(f"{'.'.join(map(str, error.path)) or 'the file'}: {_told(error)}" for error in errors[:5])
        raise InputError(f"the catalog file is wrong: {told}", where=str(path), hint=_HINT)


def _told(error: Any) -> str:
    if error.validator == "additionalProperties":
        known = list(error.schema.get("properties", {}))
        unknown = [name for name in error.instance if name not in known]
        near = difflib.get_close_matches(unknown[0], known, n=1) if unknown else []
        return (
            f"`{unknown[0]}` is unknown" + (f", did you mean `{near[0]}`?" if near else "")
            if unknown
            else error.message
        )
    if error.validator == "anyOf":
        kinds = [str(one.get("type")) for one in error.schema["anyOf"] if "type" in one]
        least = next((one["minimum"] for one in error.schema["anyOf"] if "minimum" in one), None)
        words = [_KINDS.get(kind, kind) + (f" from {least} up" if kind == "number" and least is not None else "")
                 for kind in kinds]  # fmt: skip
        return f"should be {' or '.join(words)}, not {json.dumps(error.instance)[:80]}"
    if error.validator == "type":
        return (
            f"should be {_KINDS.get(str(error.validator_value), error.validator_value)}, not "
            + (json.dumps(error.instance)[:80])
        )
    return str(error.message)[:200]
