"""How a step, a reader or a writer is found by its name: one decorator each, for us and for the user's plug-ins."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import getdoc, signature
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from prep.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import polars as pl


# One name, or a list of them.
Names = Annotated[list[str], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


Share = Annotated[float, Field(ge=0, le=1)]


class Settings(BaseModel):
    """Settings of one section, step or source: frozen data, nothing unknown allowed."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)


class StepConfig(Settings):
    """Settings of a clean step."""

    # Changes no data, so it has no place in a key.
    expect: tuple[Share, Share] | None = Field(
        None, exclude=True, description="least and largest share of records it should change or drop; else a warning"
    )

    @model_validator(mode="after")
    def _band(self) -> Self:
        if self.expect is not None and self.expect[0] > self.expect[1]:
            raise ValueError("`expect` names the smaller share first: `expect: [0.01, 0.5]`")
        return self

    def files(self) -> list[str]:
        """The files this step reads, relative to the pipeline file: their bytes are part of its key."""
        return []

    def columns(self) -> list[str]:
        """The columns this step asks for: one that no source has is an error before the run starts."""
        return []

    def adds(self, base: Path) -> list[str]:  # noqa: ARG002
        """The columns this step adds; `base` is the folder its files are relative to."""
        return []


class TextStepConfig(StepConfig):
    """Settings of a step that turns text into text."""

    on: list[str] | None = Field(None, description="columns to work on; default: every text column and every turn")

    def columns(self) -> list[str]:
        """The columns it is narrowed to."""
        return self.on or []

    def at_end(self, text: pl.Expr) -> pl.Expr | None:  # noqa: ARG002
        """What it leaves to do until all steps have run, as an expression; None: nothing."""
        return None


@dataclass(frozen=True)
class Step:
    """A registered clean step: `kind` is "text" (an expression in, one out) or "record" (a part in, one out)."""

    name: str
    kind: str
    config: type[StepConfig]
    function: Callable[..., Any]

    @property
    def is_built_in(self) -> bool:
        """Whether the step ships with prep; else a plug-in brought it."""
        return self.function.__module__.startswith("prep.")

    @property
    def summary(self) -> str:
        """The first line of its settings' docstring."""
        return (getdoc(self.config) or "").partition("\n")[0]


@dataclass(frozen=True)
class Reader:
    """A registered reader: turns the bytes of one file into batches of rows."""

    name: str
    endings: tuple[str, ...]
    function: Callable[..., Any]


STEPS: dict[str, Step] = {}
READERS: dict[str, Reader] = {}


def step(function: Callable[..., Any]) -> Callable[..., Any]:
    """Register `function(text, config)` or `function(part, config)` as the clean step of its name.

    The annotation of `config` names the settings class; it must be visible in the function's module.
    """
    first, second = signature(function).parameters.values()
    config = second.annotation
    if isinstance(config, str):
        config = function.__globals__[config]
    if first.name not in ("text", "part"):
        raise UsageError(
            f"the step {function.__name__} takes {first.name!r} first",
            hint="name the first parameter `text` (an expression) or `part` (records)",
        )
    kind = "text" if first.name == "text" else "record"
    STEPS[function.__name__] = Step(function.__name__, kind, config, function)
    return function


def reader(*endings: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a function as the reader of files with these endings (".jsonl"); its name is the `format`."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        name = function.__name__.removeprefix("read_")
        READERS[name] = Reader(name, endings, function)
        return function

    return register


@cache
def load_steps() -> dict[str, Step]:
    """Every built-in step, found by importing the modules of `prep.stages.clean`; plug-ins' stand in STEPS alone."""
    _import_all("prep.stages.clean")
    return {name: step for name, step in STEPS.items() if step.is_built_in}


class BuiltInSteps(Mapping[str, Step]):
    """Every built-in step by its name, each loaded when it is asked for: it stands in the module of its name."""

    def __getitem__(self, name: str) -> Step:
        if f"prep.stages.clean.{name}" not in _module_names("prep.stages.clean"):
            raise KeyError(name)
        importlib.import_module(f"prep.stages.clean.{name}")
        if name not in STEPS:  # a module that is no step
            raise KeyError(name)
        return STEPS[name]

    def __iter__(self) -> Iterator[str]:
        return iter(load_steps())

    def __len__(self) -> int:
        return len(load_steps())


@cache
def load_readers() -> dict[str, Reader]:
    """Every built-in reader, found by importing the modules of `prep.stages.ingest.readers`."""
    _import_all("prep.stages.ingest.readers")
    return READERS


def _import_all(package: str) -> None:
    for name in _module_names(package):
        importlib.import_module(name)


@cache
def _module_names(package: str) -> tuple[str, ...]:
    module = importlib.import_module(package)
    return tuple(f"{package}.{info.name}" for info in pkgutil.iter_modules(module.__path__))


def loaded_from(function: Callable[..., Any]) -> str | None:
    """The file a registered function comes from."""
    return getattr(sys.modules.get(function.__module__), "__file__", None)
