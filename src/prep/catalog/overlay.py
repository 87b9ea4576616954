"""A user's own catalog file: negotiated rates and new models laid over the figures that ship with the package."""

from __future__ import annotations

import copy
import datetime
import difflib
import json
from typing import TYPE_CHECKING, Any

from prep.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

_NAMES_OF_SOURCES = ("source", "dates_source", "source_of_training")
_HINT = "a catalog file has the shape of prep's own (`prep models NAME --json` shows a part): providers: {azure: ...}"


def merged(data: dict[str, Any], overlay: Path) -> dict[str, Any]:
    """`data` with the figures of the file `overlay`: of the sources that it names, else of the source `overlay`.

    That one is as of the file's `compiled` date, else of its last change. InputError names every place where the file
    is not of the catalog's shape.
    """
    own = _read(overlay)
    data = copy.deepcopy(data)
    data["sources"] |= own.pop("sources", {}) or {}
    compiled = own.pop("compiled", None) or datetime.date.fromtimestamp(overlay.stat().st_mtime).isoformat()
    data["sources"]["overlay"] = {"url": overlay.name, "as_of": str(compiled), "confidence": "high"}
    own.pop("schema_version", None)
    overridden: dict[str, str] = {}
    _names(own, data, overlay)
    _merge(data, own, (), overridden, "overlay")
    _check(data, overlay)
    unknown = [name for name in overridden.values() if name not in data["sources"]]
    if unknown:
        raise InputError(
            f"the catalog file names the source {unknown[0]} and does not describe it",
            where=str(overlay),
            hint=f'add it: sources: {{{unknown[0]}: {{url: "...", as_of: "2026-11-01", confidence: high}}}}',
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
            near = difflib.get_close_matches(str(provider), data["providers"], n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"providers are: {', '.join(data['providers'])}"
            raise InputError(f"the catalog has no provider {provider}", where=str(path), hint=hint)
        models = entry.get("models") if isinstance(entry, dict) else None
        if not isinstance(models, dict):
            continue
        aliases = {alias: name for name, one in known["models"].items() for alias in one.get("aliases", [])}
        for name in list(models):
            if name in aliases and aliases[name] not in models:
                models[aliases[name]] = models.pop(name)


def _merge(
    data: dict[str, Any], own: dict[str, Any], path: tuple[str, ...], overridden: dict[str, str], source: str
) -> None:
    """Lay `own` over `data`; `overridden` says of each figure's path which source it has."""
    source = str(own.get("source", source))
    of_training = str(own.get("source_of_training", source))
    told = {
        "dates": str(own.get("dates_source", source)),
        "training": of_training,
        "training_usd_per_hour": of_training,
    }
    for name, value in own.items():
        here = (*path, str(name))
        if name in _NAMES_OF_SOURCES:
            continue  # said of this file's figures; those beside them keep theirs
        if isinstance(value, dict) and isinstance(data.get(name), dict):
            _merge(data[name], value, here, overridden, told.get(name, source))
        else:
            data[name] = value
            overridden[".".join(here)] = told.get(name, source)


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
    return str(error.message)[:200]
