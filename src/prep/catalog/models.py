"""What the catalog says of a model, found by the longest prefix of its name."""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import xxhash
from pydantic import BaseModel, ConfigDict

from prep.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

FILE = Path(__file__).parents[1] / "resources" / "catalog" / "models.yaml"


class Images(BaseModel):
    """How a model counts an image: by tiles of 512 pixels (`base` and `tile`), or by patches of 32 (`patch`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: int = 0  # tokens of an image at low detail, and before its tiles
    tile: int = 0  # tokens of a tile
    patch: float = 0  # tokens of a patch; 0: tiles


class Catalog(BaseModel):
    """The data file, checked."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    as_of: str
    source: str
    encodings: dict[str, str]
    estimated: dict[str, str]
    images: dict[str, Images]
    max_training_tokens: dict[str, dict[str, int]]


class Encoding(NamedTuple):
    """How a model counts: the encoding's name, and whether that is an estimate."""

    name: str
    estimated: bool


@cache
def load() -> Catalog:
    """The catalog that ships with the package."""
    from ruamel.yaml import YAML

    data = YAML(typ="safe", pure=True).load(FILE.read_text())
    return Catalog(**{**data, "as_of": str(data["as_of"])})


def catalog_hash() -> str:
    """A hash of the catalog's bytes."""
    return xxhash.xxh3_128_hexdigest(FILE.read_bytes())


def plain_name(model: str) -> str:
    """The base model behind a name: `ft:gpt-4.1-mini-2025-04-14:org::id` is gpt-4.1-mini-2025-04-14."""
    name = model.strip().lower()
    if name.startswith("ft:"):
        name = name.split(":")[1]
    return name.rpartition("/")[2] if name.startswith(("azure/", "openai/")) else name


def encoding_of(model: str) -> Encoding:
    """The encoding of a model; InputError with the nearest names where the catalog knows none."""
    catalog = load()
    name = plain_name(model)
    exact = _longest(name, catalog.encodings)
    if exact is not None:
        return Encoding(catalog.encodings[exact], False)
    estimate = _longest(name, catalog.estimated)
    if estimate is not None:
        return Encoding(catalog.estimated[estimate], True)
    known = [*catalog.encodings, *catalog.estimated]
    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    raise InputError(
        f"the model {model} is not in the catalog",
        hint=f"near: {', '.join(near)}" if near else f"known are names that begin with {', '.join(known)}",
    )


def images_of(model: str) -> Images | None:
    """How a model counts images; None where that is not published."""
    images = load().images
    found = _longest(plain_name(model), images)
    return images[found] if found is not None else None


def max_training_tokens(provider: str, model: str) -> int | None:
    """Most tokens of one training example of `model` at `provider`; None where the catalog has no figure."""
    limits = load().max_training_tokens
    found = _longest(plain_name(model), limits)
    return limits[found].get(provider) if found is not None else None


def _longest(name: str, prefixes: Iterable[str]) -> str | None:
    fitting = [prefix for prefix in prefixes if name.startswith(prefix)]
    return max(fitting, key=len) if fitting else None
