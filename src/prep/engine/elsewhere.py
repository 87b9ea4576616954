"""Tables, evaluation files, lists and frozen splits that lie elsewhere: copied, and put where their address was."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel

from prep.errors import InputError
from prep.stages.ingest.globs import is_glob
from prep.stages.ingest.remote import copied, is_remote

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from prep.pipeline.model import Pipeline

T = TypeVar("T")


def named_files(pipeline: Pipeline) -> list[str]:
    """The further files that a pipeline names beside its sources, each as it stands there."""
    names = [entry.join.path for entry in pipeline.ingest if entry.join is not None]
    names += [name for step in pipeline.clean for name in step.config.files()]
    names += pipeline.dedupe.against.files if pipeline.dedupe and pipeline.dedupe.against else []
    names += [pipeline.split.frozen] if pipeline.split and pipeline.split.frozen else []
    return names


def fetch(pipeline: Pipeline, folder: Path) -> dict[str, str]:
    """Where the copy of each of these files lies, by its address; one that has not changed is not fetched again."""
    return {name: _copy(name, folder) for name in dict.fromkeys(named_files(pipeline)) if is_remote(name)}


def _copy(address: str, folder: Path) -> str:
    if is_glob(address):
        raise InputError("this is one file: it cannot be searched", where=address, hint="name the file")
    [one] = copied(address, folder)
    if one.packed is not None:
        raise InputError(
            "the store keeps this file gzipped, which a table is not", where=address, hint="store it as it is"
        )
    return str(one.path)


def local(pipeline: Pipeline, copies: Mapping[str, str]) -> Pipeline:
    """The pipeline with the copies in the place of their addresses, for what reads them; its keys know addresses."""
    if not copies:
        return pipeline
    sources = [entry.model_copy(update={"join": _replaced(entry.join, copies)}) for entry in pipeline.ingest]
    sections = {name: _replaced(getattr(pipeline, name), copies) for name in ("clean", "dedupe", "split")}
    return pipeline.model_copy(update={"ingest": sources, **sections})


def _replaced(value: T, copies: Mapping[str, str]) -> T:
    """`value` with every text in it that is such an address replaced; where there is none, the value itself."""
    found: Any = value
    if isinstance(value, str):
        found = copies.get(value, value)
    elif isinstance(value, BaseModel):
        fields = {name: getattr(value, name) for name in type(value).model_fields}
        changed = {name: new for name, old in fields.items() if (new := _replaced(old, copies)) is not old}
        found = value.model_copy(update=changed) if changed else value
    elif isinstance(value, list):
        new = [_replaced(one, copies) for one in value]
        found = new if any(one is not old for one, old in zip(new, value, strict=True)) else value
    elif isinstance(value, dict):
        items = {name: _replaced(one, copies) for name, one in value.items()}
        found = items if any(items[name] is not value[name] for name in value) else value
    return found  # type: ignore[no-any-return]
