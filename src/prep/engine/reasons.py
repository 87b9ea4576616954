"""Why a task is not the one that was done before: what the last run rested on, against what this one does."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from prep.engine.keys import code_version, library_versions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prep.engine.plan import Plan
    from prep.engine.published import Published

SEGMENTS = ("read", "decide", "transform", "assign", "bank", "write", "publish")
# The first segment that a setting acts in, by the longest prefix of its name that stands here.
_ACTS_IN = {
    "name": "publish", "max_quarantined": "publish", "seed": "assign", "label": "read", "group": "read",
    "plugins": "read", "ingest": "read", "clean": "read",
    "dedupe": "decide", "dedupe.near.permutations": "read", "dedupe.near.engine": "read", "dedupe.near.keep": "read",
    "dedupe.near.newest": "read", "dedupe.newest": "read", "dedupe.against": "read",
    "target": "transform", "target.tier": "publish", "target.region": "publish",
    "format": "transform", "count": "transform", "validate": "transform",
    "split": "assign", "split.keep_together": "decide", "split.newest": "read",
    "output": "write", "output.fewshot": "bank", "output.cost": "publish", "output.subsets": "publish",
    "output.directory": "publish",
}  # fmt: skip


def basis(plan: Plan) -> dict[str, Any]:
    """What a run rests on, as plain data: settings by their dotted names, inputs by their hashes, software."""
    settings = plan.context.pipeline.model_dump(mode="json", by_alias=True, exclude={"advise"})
    inputs: dict[str, list[str]] = {}
    for task in plan.tasks:
        for file, piece in task.pieces:
            inputs.setdefault(file.name, []).append(piece.hash)
    return {
        "settings": dict(_flat(settings, "")),
        "inputs": inputs,
        "software": {"prep": version("prep"), **library_versions()},
        "code": code_version(),
    }


def _flat(value: Any, name: str) -> Iterator[tuple[str, Any]]:
    items: Any = ()
    if isinstance(value, dict) and value:
        items = value.items()
    elif isinstance(value, list) and value:
        items = enumerate(value)
    else:
        yield name, value
    for own, inner in items:
        yield from _flat(inner, f"{name}.{own}" if name else str(own))


def differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[tuple[str, str]]:
    """(the first segment it concerns, what differs), those of early segments first."""
    found = [("read", told) for told in _software(before, now)]
    found += [("read", told) for told in _inputs(before["inputs"], now["inputs"])]
    old, new = before["settings"], now["settings"]
    for name in [*old, *(name for name in new if name not in old)]:
        if old.get(name) != new.get(name):
            found.append((_acts_in(name), f"{name} {_told(old, name)} -> {_told(new, name)}"))
    return sorted(found, key=lambda one: SEGMENTS.index(one[0]))


class Reasons:
    """Why the tasks of a segment run, against what the last run into the same folder rested on."""

    def __init__(self, plan: Plan, last: Published | None) -> None:
        self._forced = plan.context.force
        self._never = last is None
        before = last.basis(plan.context) if last is not None else None
        self._found = differences(before, basis(plan)) if before else []

    def of(self, segment: str) -> str:
        """The first reason that differs, for people."""
        if self._forced:
            return "--force"
        return why(segment, self._found) or ("no run finished here before" if self._never else "not in the cache")


def why(segment: str, found: list[tuple[str, str]]) -> str | None:
    """The first difference that concerns `segment` or one before it."""
    for concerned, told in found:
        if SEGMENTS.index(concerned) <= SEGMENTS.index(segment):
            return told
    return None


def _software(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for name, number in now["software"].items():
        if before["software"].get(name) != number:
            yield f"{name} {before['software'].get(name, 'none')} -> {number}"
    if before["code"] != now["code"] and before["software"]["prep"] == now["software"]["prep"]:
        yield "prep's own code changed"


def _inputs(before: Mapping[str, list[str]], now: Mapping[str, list[str]]) -> Iterator[str]:
    for name in sorted({*before, *now}):
        if name not in before:
            yield f"{name} added"
        elif name not in now:
            yield f"{name} deleted"
        elif before[name] != now[name]:
            yield f"{name} changed"


def _acts_in(name: str) -> str:
    while name not in _ACTS_IN and "." in name:
        name = name.rpartition(".")[0]
    return _ACTS_IN.get(name, "read")


def _told(settings: Mapping[str, Any], name: str) -> str:
    if name not in settings:
        return "nothing"
    text = str(settings[name])
    return text if len(text) <= 40 else text[:37] + "..."
