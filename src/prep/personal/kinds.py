"""The kinds of personal data and secrets: for each a cheap pattern that says where to look, and the close look."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prep.personal.kind import Kind

_MODULES = ("contacts", "numbers", "network", "birth", "credentials", "national")


def _all() -> dict[str, Kind]:
    found = [kind for name in _MODULES for kind in import_module(f"prep.personal.{name}").KINDS]
    return {kind.name: kind for kind in found}


KINDS = _all()
# What `redact` looks for where nothing is named: all that has a shape or a context of its own.
DEFAULT = tuple(name for name, kind in KINDS.items() if kind.extra is None)
EXTRAS = {name: kind.extra for name, kind in KINDS.items() if kind.extra is not None}
