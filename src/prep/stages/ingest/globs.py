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
    from collections.abc import Callable

Entries = list["os.DirEntry[str]"]
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


def find(pattern: str, base: Path) -> dict[str, str]:
    """The files that match, sorted, each with its path without links, or "" where it leads nowhere or is no file.

    One that is reached in several ways (by links) is found once. A pattern that is the path of a file means that file.
    InputError where a folder cannot be listed.
    """
    whole = str(base / pattern)
    if os.path.isfile(whole):  # noqa: PTH113
        return {whole: real(whole)}
    found: dict[str, str] = {}
    wanted: dict[tuple[str, ...], list[str]] = {}
    for one in expand(pattern):
        if (base / one).is_file():
            path = os.path.normpath(base / one)
            found[path] = real(path)
        else:
            *above, name = [part for part in one.split("/") if part not in ("", ".")] or ["*"]
            start = "/" if one.startswith("/") else str(base)
            folders, name = ((*above, name), "*") if name == "**" else ((*above,), name)
            wanted.setdefault((start, *folders), []).append(name)
    for (start, *parts), names in wanted.items():
        _walk(start, parts, names, (os.path.realpath(start),), found)
    if len(set(found.values())) == len(found) and "" not in found.values():
        return dict(sorted(found.items()))
    # Where a link and the file itself match, the file's own path is kept.
    owners: dict[str, str] = {}
    for path in sorted(found, key=lambda path: (found[path] != path, path)):
        owners.setdefault(found[path] or path, path)
    return {path: found[path] for path in sorted(owners.values())}


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


def _walk(
    folder: str,
    parts: list[str],
    names: list[str],
    above: tuple[str, ...],
    found: dict[str, str],
    listed: Entries | None = None,
) -> None:
    """Add to `found` the files below `folder` that match `parts`, then one of `names`, with their paths without links.

    `above` are the real folders on the way, this one last, against loops; `listed` is what lies in it, if known.
    """
    if not parts:
        _files(folder, names, above[-1], found, listed)
        return
    part, rest = parts[0], parts[1:]
    if part == "**":
        listed = _entries(folder)
        _walk(folder, rest, names, above, found, listed)
        for entry in listed:
            if not entry.name.startswith(".") and _is_dir(entry):
                inner = _real_entry(entry, above[-1])
                if inner not in above:
                    _walk(entry.path, parts, names, (*above, inner), found)
        return
    direct = os.path.join(folder, part)  # noqa: PTH118
    if not is_glob(part) and os.path.lexists(direct):
        _walk(direct, rest, names, (*above, os.path.realpath(direct)), found)
        return
    matches = re.compile(fnmatch.translate(normalize("NFC", part))).match
    for entry in _entries(folder) if listed is None else listed:
        hidden = entry.name.startswith(".") and not part.startswith(".")
        if not hidden and matches(normalize("NFC", entry.name)) and _is_dir(entry):
            _walk(entry.path, rest, names, (*above, _real_entry(entry, above[-1])), found)


def _files(folder: str, names: list[str], true: str, found: dict[str, str], listed: Entries | None) -> None:
    """Add the files in `folder`, which without links is `true`, that match one of `names`."""
    wild = []
    for name in names:
        direct = os.path.join(folder, name)  # noqa: PTH118
        if is_glob(name) or not os.path.lexists(direct):
            wild.append(name)  # the file system may have the name with its accents written otherwise
        elif not os.path.isdir(direct):  # noqa: PTH112
            there = os.path.isfile(direct)  # noqa: PTH113
            found[os.path.normpath(direct)] = os.path.realpath(direct) if there else ""
    if not wild:
        return
    shown, hidden = _matcher(wild), _matcher([name for name in wild if name.startswith(".")])
    start, true = os.path.normpath(folder).rstrip("/") + "/", true.rstrip("/") + "/"
    for entry in _entries(folder) if listed is None else listed:
        name = entry.name
        if not (hidden if name[0] == "." else shown)(name if name.isascii() else normalize("NFC", name)):
            continue
        if entry.is_symlink():
            if _is_file(entry):
                found[start + name] = os.path.realpath(entry.path)
            elif not _is_dir(entry):
                found[start + name] = ""
        elif _is_file(entry):
            found[start + name] = true + name
        elif not _is_dir(entry):
            found[start + name] = ""


def _matcher(names: list[str]) -> Callable[[str], object]:
    """Whether a name matches one of the patterns `names`."""
    patterns = [fnmatch.translate(normalize("NFC", name)) for name in names] or ["(?!)"]
    return re.compile("|".join(patterns)).match


def _real_entry(entry: os.DirEntry[str], folder: str) -> str:
    """The path without links of what lies in the real folder `folder`."""
    return os.path.realpath(entry.path) if entry.is_symlink() else f"{folder.rstrip('/')}/{entry.name}"


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


def _entries(folder: str) -> Entries:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise InputError(f"cannot list this folder: {error.strerror}", where=folder) from error
