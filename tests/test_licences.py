"""The default install brings only packages whose licence permits what ours does."""

from __future__ import annotations

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

NOTICES = (Path(__file__).parents[1] / "THIRD_PARTY_NOTICES.md").read_text()
PERMISSIVE = re.compile(r"MIT|BSD|Apache|MPL|PSF|Python Software|ISC|Zlib|CC0|Enthought|Ritchie Vink", re.I)
COPYLEFT = re.compile(r"\b(A?GPL|LGPL)\b|GNU (Affero|General|Lesser)", re.IGNORECASE)


def installed() -> set[str]:
    """The names of every package that `prep` pulls in here, itself left out."""
    seen: set[str] = set()
    waiting = ["prep"]
    while waiting:
        name = waiting.pop()
        for requirement in distribution(name).requires or []:
            found = re.match(r"[A-Za-z0-9._-]+", requirement)
            if found is None or "extra ==" in requirement:
                continue
            other = re.sub(r"[-_.]+", "-", found[0]).lower()
            if other not in seen:
                try:
                    distribution(other)
                except PackageNotFoundError:
                    continue  # wanted on another platform or version of Python only
                seen.add(other)
                waiting.append(other)
    return seen


def licence(name: str) -> str:
    """What a package says of its licence: expression, text, classifiers, or its licence file."""
    found = distribution(name)
    metadata = found.metadata
    told = " ".join(
        [metadata.get("License-Expression") or "", (metadata.get("License") or "")[:300]]
        + [line for line in metadata.get_all("Classifier") or [] if "License" in line]
    ).strip()
    if told:
        return told
    files = [path for path in found.files or [] if "licen" in path.name.lower()]
    return files[0].read_text()[:200] if files else ""


def test_every_dependency_has_a_permissive_licence() -> None:
    """No dependency of the default install is under a copyleft licence stricter than MPL-2.0."""
    names = installed()
    assert {"polars", "datasketch", "tiktoken"} <= names
    told = {name: licence(name) for name in names}
    assert {name: text for name, text in told.items() if not PERMISSIVE.search(text)} == {}
    assert {
        name: text for name, text in told.items() if not any(_is_permissive(one) for one in text.split(" OR "))
    } == {}


def _is_permissive(text: str) -> bool:
    """One of the licences to choose from is enough."""
    return PERMISSIVE.search(text) is not None and COPYLEFT.search(text) is None


def test_every_dependency_stands_in_the_notices() -> None:
    """THIRD_PARTY_NOTICES names every installed dependency."""
    written = re.sub(r"[-_.]+", "-", NOTICES).lower()
    assert {name for name in installed() if not re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", written)} == set()
