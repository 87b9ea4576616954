"""Globs: `*`, `?`, `[..]`, `**` and nested `{a,b}`; hidden files only where named; accents match in either encoding."""

from __future__ import annotations

import fnmatch
import os
import re
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import normalize

from prep.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterator

_MAGIC = re.compile(r"[*?\[{]")


def is_glob(pattern: str) -> bool:
    """Whether the pattern has a wildcard or a brace in it."""
    return _MAGIC.search(pattern) is not None


def fixed_part(pattern: str) -> str:
    """The folder in front of the first wildcard, with its slash; a file's name is what comes after it."""
    match = _MAGIC.search(pattern)
    return pattern[: pattern.rfind("/", 0, match.start() if match else None) + 1]


def expand(pattern: str) -> list[str]:
    """The patterns that `{a,b}` stands for; braces may be nested. Braces without a comma are plain characters."""
    found, waiting = [], [pattern]
    while waiting:
        one = waiting.pop()
        match = re.search(r"\{([^{}]*,[^{}]*)\}", one)
        if match is None:
            found.append(one)
        else:
            waiting += [one[: match.start()] + choice + one[match.end() :] for choice in match[1].split(",")]
    return sorted(set(found))


def find(pattern: str, base: Path) -> list[Path]:
    """The files that match, sorted; one that is reached in several ways (by links) is found once.

    A pattern that is the path of a file means that file. InputError where a folder cannot be listed.
    """
    whole = base / pattern
    if whole.is_file():
        return [whole]
    found: set[str] = set()
    for one in expand(pattern):
        if (base / one).is_file():
            found.add(os.path.normpath(base / one))
        else:
            start = "/" if one.startswith("/") else str(base)
            parts = [part for part in one.split("/") if part not in ("", ".")]
            found.update(os.path.normpath(path) for path in _walk(start, parts, (os.path.realpath(start),)))
    # Where a link and the file itself match, the file's own path is kept.
    owners: dict[str, str] = {}
    for path in sorted(found, key=lambda path: (real(path) != path, path)):
        owners.setdefault(real(path), path)
    return [Path(path) for path in sorted(owners.values())]


@lru_cache(maxsize=4096)
def _real_folder(folder: str) -> str:
    return os.path.realpath(folder)


def real(path: str) -> str:
    """The path without links; folders are looked up once, since many files share one."""
    if os.path.islink(path):  # noqa: PTH114
        return os.path.realpath(path)
    folder, _, name = path.rpartition("/")
    return f"{_real_folder(folder or '/').rstrip('/')}/{name}"


def matches(pattern: str, path: str) -> bool:
    """Whether a path that is only a name (inside an archive) matches; `**` is any number of folders."""
    return any(_matches(one.split("/"), path.split("/")) for one in expand(pattern))


def _matches(parts: list[str], names: list[str]) -> bool:
    if not parts or not names:
        return not parts and not names
    if parts[0] == "**":
        rest = parts[1:] or ["*"]
        return any(_matches(rest, names[start:]) for start in range(len(names)))
    pattern = fnmatch.translate(normalize("NFC", parts[0]))
    return re.match(pattern, normalize("NFC", names[0])) is not None and _matches(parts[1:], names[1:])


def folders(pattern: str, base: Path) -> list[Path]:
    """The folders in which a file that matches may appear or vanish; none for a pattern without wildcards.

    All below the fixed part, where the pattern goes deeper; hidden ones are left out.
    """
    if not is_glob(pattern) or (base / pattern).is_file():
        return []
    root = base / fixed_part(pattern)
    found = [root] if root.is_dir() else []
    if "/" in pattern[len(fixed_part(pattern)) :]:
        for name, inner, _ in os.walk(root):
            inner[:] = sorted(one for one in inner if not one.startswith("."))
            found += [Path(name) / one for one in inner]
    return found


def _walk(folder: str, parts: list[str], above: tuple[str, ...]) -> Iterator[str]:
    """The files below `folder` that match `parts`; `above` are the real folders on the way, against loops."""
    if not parts:
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        yield from _walk(folder, rest or ["*"], above)
        for entry in _entries(folder):
            if not entry.name.startswith(".") and _is_dir(entry):
                real = os.path.realpath(entry.path)
                if real not in above:
                    yield from _walk(entry.path, parts, (*above, real))
        return
    direct = os.path.join(folder, part)  # noqa: PTH118
    if not is_glob(part) and os.path.lexists(direct):
        if rest:
            yield from _walk(direct, rest, (*above, os.path.realpath(direct)))
        elif Path(direct).is_file():
            yield direct
        return
    matches = re.compile(fnmatch.translate(normalize("NFC", part))).match
    for entry in _entries(folder):
        hidden = entry.name.startswith(".") and not part.startswith(".")
        if hidden or not matches(normalize("NFC", entry.name)):
            continue
        if rest and _is_dir(entry):
            yield from _walk(entry.path, rest, (*above, os.path.realpath(entry.path)))
        elif not rest and (_is_file(entry) or leads_nowhere(entry.path)):
            yield entry.path


def leads_nowhere(path: str) -> bool:
    """Whether `path` is a link to something that is not there, or to itself."""
    return os.path.islink(path) and not os.path.exists(path)  # noqa: PTH110, PTH114


def _is_dir(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads to itself
        return False


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:
        return False


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise InputError(f"cannot list this folder: {error.strerror}", where=folder) from error
