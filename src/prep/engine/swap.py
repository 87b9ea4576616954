"""A finished folder takes the place of the old one in a single step; files that are not ours move along."""

from __future__ import annotations

import contextlib
import ctypes
import os
import re
import shutil
import sys
from typing import TYPE_CHECKING

from prep.engine.files import flush, flush_tree

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

_RENAME_EXCHANGE = 2
_AT_FDCWD = -100


def swap_in(new: Path, target: Path, ours: Iterable[str]) -> None:
    """Make `new` the folder `target`. `ours`: names in the old `target` that an earlier run made; others are kept."""
    flush_tree(new)
    if not target.exists():
        new.rename(target)
        flush(target.parent)
        return
    _carry_over(target, new, set(ours))
    if not _exchange(new, target):
        # Without an exchange in one call there is a moment with neither; `recover` mends a crash in it.
        old = aside(target)
        target.rename(old)
        new.rename(target)
        new = old
    flush(target.parent)
    shutil.rmtree(new)


def aside(target: Path) -> Path:
    """Where the old folder stands while the new one takes its place."""
    return target.parent / f".{target.name}.prep-old"


def recover(target: Path) -> None:
    """Put the last good outputs back if a crash came between the two renames; remove what killed runs left half-made.

    The caller holds the lock on `target`.
    """
    half_made = re.compile(re.escape(f".{target.name}.prep-") + "[a-z0-9_]{8}")
    for path in target.parent.iterdir():
        if half_made.fullmatch(path.name):
            shutil.rmtree(path)
    old = aside(target)
    if old.exists():
        if target.exists():
            shutil.rmtree(old)
        else:
            old.rename(target)


def _carry_over(target: Path, new: Path, ours: set[str]) -> None:
    """Link the files in `target` that no run of ours made into `new`."""
    for path in target.rglob("*"):
        name = path.relative_to(target)
        if path.is_dir() and not path.is_symlink():
            continue
        if name.as_posix() in ours or (new / name).exists():
            continue
        (new / name).parent.mkdir(parents=True, exist_ok=True)
        if path.is_symlink():
            (new / name).symlink_to(path.readlink())
        else:
            os.link(path, new / name)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one system call; False where the system has none."""
    if not sys.platform.startswith("linux"):
        return False
    with contextlib.suppress(AttributeError):  # a C library without renameat2
        rename = ctypes.CDLL(None, use_errno=True).renameat2
        return bool(rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)
    return False
