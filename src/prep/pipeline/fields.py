"""What a model takes at a path: its keys, and where else a key belongs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

if TYPE_CHECKING:
    from prep.pipeline.positions import Where


def keys_at(model: type[BaseModel], path: Where) -> list[str]:
    """The keys a mapping at `path` below `model` may have."""
    return list(dict.fromkeys(key for entry in models_at(model, path) for key, _ in fields(entry)))


def required_keys(model: type[BaseModel], path: Where) -> list[str]:
    """The keys a mapping at `path` below `model` must have."""
    return [
        field.alias or name
        for entry in models_at(model, path)
        for name, field in entry.model_fields.items()
        if field.is_required()
    ]


def models_at(model: type[BaseModel], path: Where) -> list[type[BaseModel]]:
    """The models that a value at `path` below `model` may be one of."""
    annotations: list[Any] = [model]
    for piece in path:
        annotations = [inner for entry in annotations for inner in _inside(entry, piece)]
    return [entry for annotation in annotations for entry in _options(annotation) if _is_model(entry)]


def home_of(model: type[BaseModel], key: str) -> str | None:
    """`` it belongs into `dedupe.near` `` where another section knows the key."""
    homes = [path for path, name in _all_keys(model) if name == key and path]
    return f"it belongs into `{'.'.join(homes[0])}`" if len(homes) == 1 else None


def fields(model: type[BaseModel]) -> Iterator[tuple[str, Any]]:
    """The keys of a model as a file spells them, with their annotations."""
    for name, field in model.model_fields.items():
        yield field.alias or name, field.annotation


def _all_keys(model: type[BaseModel], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for key, annotation in fields(model):
        yield path, key
        for entry in _options(annotation):
            if _is_model(entry) and len(path) < 4:
                yield from _all_keys(entry, (*path, key))


def _options(annotation: Any) -> Iterator[Any]:
    """The members of a union, the inside of Annotated; else the annotation itself."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _options(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _options(member)
    else:
        yield annotation


def _inside(annotation: Any, piece: int | str) -> Iterator[Any]:
    for option in _options(annotation):
        origin, arguments = get_origin(option), get_args(option)
        if _is_model(option):
            yield from (inner for key, inner in fields(option) if key == piece)
        elif origin is Literal or not arguments:
            continue
        elif isinstance(origin, type) and issubclass(origin, Mapping):
            yield arguments[1]
        else:
            yield arguments[0]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
