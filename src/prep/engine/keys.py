"""The identity of work: a hash of canonical JSON, and the versions of the code and libraries behind it."""

from __future__ import annotations

import json
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xxhash

if TYPE_CHECKING:
    from collections.abc import Iterator

# Libraries whose result is stored: another version of one of them makes another key.
LIBRARIES = (
    "polars", "ftfy", "minijinja", "tiktoken", "gigatoken", "rensa", "datasketch", "msgspec", "jiter",
    "numpy", "scipy", "xxhash", "jsonschema", "jsonschema-rs", "fastexcel", "mammoth", "pypdfium2", "resiliparse",
    "selectolax", "trafilatura", "phonenumbers", "py3langid",
)  # fmt: skip
_EXTRAS = ("python-stdnum", "presidio-analyzer", "spacy")
# Code that only parses, prints or schedules does not change data.
_WITHOUT_DATA = ("cli", "console", "engine/executors")


def key(**facts: Any) -> str:
    """The key of work that depends on `facts` alone: 32 hex digits over their canonical JSON."""
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)
    return xxhash.xxh3_128_hexdigest(text.encode("utf-8", "surrogatepass"))


def _plain(value: Any) -> Any:
    if hasattr(value, "model_dump"):
        return {"settings": type(value).__name__, **value.model_dump(by_alias=True)}
    if isinstance(value, Path):
        return value.as_posix()
    raise TypeError(f"{type(value).__name__} has no place in a key")


def file_hash(path: Path) -> str:
    """xxh3-128 of a small file's bytes, as 32 hex digits."""
    return xxhash.xxh3_128_hexdigest(path.read_bytes())


@cache
def code_version() -> str:
    """A hash of every module of this package that can change data."""
    root = Path(__file__).parents[1]
    digest = xxhash.xxh3_128()
    for path in sorted(root.rglob("*.py")):
        name = path.relative_to(root).as_posix()
        if not name.startswith(_WITHOUT_DATA):
            digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


@cache
def library_versions() -> dict[str, str]:
    """The installed version of each library whose result is stored."""
    return {name: version(name) for name in LIBRARIES} | dict(_extras())


def _extras() -> Iterator[tuple[str, str]]:
    for name in _EXTRAS:
        with suppress(PackageNotFoundError):
            yield name, version(name)


def software() -> dict[str, Any]:
    """What a key says about the software: our code and the libraries."""
    return {"code": code_version(), "libraries": library_versions()}
