"""Prices and dates: every figure of the catalog with the source it was read from, and what a user's file overrides."""

from __future__ import annotations

import datetime
import difflib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError

from prep.catalog.models import plain_name
from prep.catalog.shape import Data, ModelEntry, ProviderEntry, Source
from prep.errors import InputError

FILE = Path(__file__).parents[1] / "resources" / "catalog" / "prices.yaml"
OLD_DAYS = 180  # a figure older than this is warned of


@dataclass(frozen=True)
class Figure:
    """One figure of the catalog, and everything that is known of it. US dollars: a million tokens, or an hour."""

    value: float | None  # None: not offered, or not found
    place: str  # where it stands in the catalog, dotted
    key: str  # the source's key
    source: Source
    note: str | None = None  # how it was made, where it is not the figure itself: "1.1 x global"

    def age(self, today: datetime.date) -> int:
        """Days since it was read."""
        return age_days(self.source.as_of, today)

    def told(self, today: datetime.date) -> dict[str, Any]:
        """The figure as plain data; `catalog` is its place."""
        return {
            "usd": self.value, "catalog": self.place, "source": self.key, "as_of": self.source.as_of,
            "age_days": self.age(today), "confidence": self.source.confidence, "note": self.note,
        }  # fmt: skip


class Prices(Data):
    """The whole catalog of prices and dates."""

    schema_version: Literal[1] = 1
    compiled: datetime.date = Field(description="when the file was put together")
    sources: dict[str, Source] = Field(description="where figures were read, by key")
    providers: dict[str, ProviderEntry] = Field(description="providers by name")
    overridden: dict[str, str] = Field(default_factory=dict, description="source of each path that an overlay replaced")

    def find(self, provider: str, model: str) -> tuple[str, ModelEntry] | None:
        """The full name and the entry of a model at a provider, by any of its names; None where it has none."""
        if provider not in self.providers:
            return None
        wanted = plain_name(model)
        for name, entry in self.providers[provider].models.items():
            if wanted in (name.lower(), *(alias.lower() for alias in entry.aliases)):
                return name, entry
        return None

    def names(self) -> list[str]:
        """Every name of every model."""
        found: dict[str, None] = {}
        for provider in self.providers.values():
            for name, entry in provider.models.items():
                found |= dict.fromkeys([*entry.aliases, name])
        return list(found)

    def source_of(self, key: str, path: str) -> tuple[str, Source]:
        """The source of the figure at `path` (dotted): the overlay's where that has it, else the one called `key`."""
        for one, own in self.overridden.items():
            if path == one or path.startswith(f"{one}."):
                return own, self.sources[own]
        return key, self.sources[key]

    def figure(self, value: float | None, path: str, key: str, note: str | None = None) -> Figure:
        """The figure at `path`, with its source: `key`, or the overlay."""
        return Figure(value, path, *self.source_of(key, path), note)


def age_days(as_of: str, today: datetime.date) -> int:
    """Days since `as_of`; a month or a year counts from its first day."""
    year, month, day = (*map(int, as_of.split("-")), 1, 1)[:3]
    return (today - datetime.date(year, month, day)).days


def load_prices(overlay: Path | None = None) -> Prices:
    """The catalog that ships with the package, with what the file `overlay` says instead.

    InputError where the file cannot be read or is not of the catalog's shape.
    """
    if overlay is None:
        return _shipped()
    from prep.catalog.overlay import merged

    try:
        return Prices.model_validate(merged(_data(), overlay))
    except ValidationError as error:
        told = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:5])
        raise InputError(f"the catalog file is wrong: {told}", where=str(overlay)) from error


@cache
def _shipped() -> Prices:
    return Prices.model_validate(_data())


@cache
def _data() -> dict[str, Any]:
    from ruamel.yaml import YAML

    data: dict[str, Any] = YAML(typ="safe", pure=True).load(FILE.read_text(encoding="utf-8"))
    return data


def catalog_age(today: datetime.date) -> list[tuple[str, str, int]]:
    """(source, as of, days) of every source of the shipped catalog."""
    return [(name, source.as_of, age_days(source.as_of, today)) for name, source in load_prices().sources.items()]


def unknown(what: str, name: str, known: list[str]) -> InputError:
    """The error that the catalog does not know `name`, with the nearest that it knows."""
    spelt = {one.lower(): one for one in reversed(known)}
    near = [spelt[one] for one in difflib.get_close_matches(name.lower(), spelt, n=3, cutoff=0.5)]
    return InputError(
        f"the catalog knows no {what} {name or '(empty)'}",
        hint=f"near: {', '.join(near)}" if near else f"known are: {', '.join(known[:20])}",
    )


def schema() -> dict[str, Any]:
    """The JSON Schema of the catalog file."""
    found = Prices.model_json_schema()
    found["properties"].pop("overridden")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}
