"""The manifest: what went in, what came out, and under which versions, so that an auditor can check every byte."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# Written after the manifest, or holding what differs from run to run.
NOT_LISTED = ("manifest.json", "run.json")


def sha256(path: Path) -> str:
    """SHA-256 of a file, as hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def outputs(folder: Path) -> dict[str, dict[str, Any]]:
    """Size and SHA-256 of every file below `folder` that the manifest vouches for, by its name there."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    names = [name for name in sorted(paths) if name not in NOT_LISTED]
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        digests = list(pool.map(sha256, (paths[name] for name in names)))
    return {
        name: {"bytes": paths[name].stat().st_size, "sha256": digest}
        for name, digest in zip(names, digests, strict=True)
    }


def manifest(folder: Path, inputs: Mapping[str, str | None], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The manifest as plain data. `inputs`: SHA-256 by name relative to the pipeline file; `facts` go in as is."""
    return {
        "schema_version": 1,
        **facts,
        "inputs": {name: {"sha256": inputs[name]} for name in sorted(inputs)},
        "outputs": outputs(folder),
    }


def flat_numbers(value: Any, prefix: str = "") -> dict[str, int | float]:
    """The numbers in nested data under dotted names, sorted: the shape of `metrics.json`."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return {}
    if isinstance(value, (int, float)):
        return {prefix: value}
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found: dict[str, int | float] = {}
    for name, inner in items:
        found |= flat_numbers(inner, f"{prefix}.{name}" if prefix else str(name))
    return dict(sorted(found.items()))
