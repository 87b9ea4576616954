"""Imports point down only, and no stage knows another."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "src" / "prep"
LAYERS = [
    ("cli",),
    ("console",),
    ("api",),
    ("engine",),
    ("pipeline",),
    ("advice",),
    ("outputs", "stages"),
    ("tokens", "similarity", "personal"),
    ("chat", "catalog"),
    ("errors",),
]
LEVEL = {name: level for level, names in enumerate(LAYERS) for name in names}
MODULES = sorted(ROOT.rglob("*.py"))
# The public face looks names up on first use; the command line prints through the console and calls the face.
PUBLIC_FACE = (ROOT / "__init__.py", ROOT / "__main__.py")
STAGES = {path.name for path in (ROOT / "stages").iterdir() if path.is_dir() and path.name != "__pycache__"}


def imports(path: Path) -> list[str]:
    """The modules of this package that a file imports, at its top or inside functions; not those for types alone."""
    tree = ast.parse(path.read_text())
    typing_only = {
        id(node)
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and getattr(block.test, "id", "") == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and id(node) not in typing_only:
            found.append(node.module)
        elif isinstance(node, ast.Import) and id(node) not in typing_only:
            found += [alias.name for alias in node.names]
    return [name for name in found if name.startswith("prep.")]


def home(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


INNER = [path for path in MODULES if path not in PUBLIC_FACE]


@pytest.mark.parametrize("path", INNER, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    """A module imports its own layer or one below it."""
    own = home(path)
    for name in imports(path):
        other = name.split(".")[1]
        assert other == own or LEVEL[own] < LEVEL[other] or {own, other} <= {"outputs", "stages"}, (
            f"{path.relative_to(ROOT)} imports {name}"
        )


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_stage_knows_no_other_stage(path: Path) -> None:
    """A module of one room imports nothing of another; settings may share a type."""
    parts = path.relative_to(ROOT).parts
    if parts[0] != "stages" or len(parts) < 3:
        return
    for name in imports(path):
        pieces = name.split(".")
        if len(pieces) > 2 and pieces[1] == "stages" and pieces[2] in STAGES:
            assert pieces[2] == parts[1], f"{path.relative_to(ROOT)} imports {name}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_says_what_it_is_and_stays_small(path: Path) -> None:
    """A module opens with a sentence, and has at most 300 lines."""
    text = path.read_text()
    assert ast.get_docstring(ast.parse(text)), "no docstring"
    assert len(text.splitlines()) <= 300
