"""Which files the sources name: globs with braces, sorted, each file with a name that is unique in the run."""

from __future__ import annotations

import difflib
import glob
import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from prep.errors import InputError
from prep.stages.registry import load_readers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.stages.ingest.settings import Source

COMPRESSIONS = {".gz": "gz", ".zst": "zst"}
_MAGIC = re.compile(r"[*?\[{]")


@dataclass(frozen=True)
class SourceFile:
    """One input file: the source it belongs to (from 0), its name in ids, where it lies, and how to read it."""

    source: int
    name: str
    path: Path
    format: str
    compression: str | None
    relative: str  # POSIX path as seen from the pipeline file


def discover(sources: Sequence[Source], base: Path) -> list[SourceFile]:
    """The files of all sources, in the order of sources and, within one, of names.

    InputError where a pattern matches nothing, no reader knows a file, or two sources name the same file.
    """
    found = [file for number, source in enumerate(sources) for file in _files(source, number, base)]
    owners: dict[Path, SourceFile] = {}
    for file in found:
        other = owners.setdefault(file.path.resolve(), file)
        if other is not file:
            raise InputError(
                f"{file.relative} is read twice, by sources {other.source + 1} and {file.source + 1}",
                where=sources[file.source].path,
                hint="name each file in one source only",
            )
    return _unique_names(found)


def expand(pattern: str) -> list[str]:
    """The patterns that `{a,b}` stands for; braces may be nested."""
    match = re.search(r"\{([^{}]*)\}", pattern)
    if match is None:
        return [pattern]
    before, after = pattern[: match.start()], pattern[match.end() :]
    return [one for choice in match[1].split(",") for one in expand(before + choice + after)]


def fixed_part(pattern: str) -> str:
    """The folder in front of the first wildcard, with its slash; a file's name is what comes after it."""
    match = _MAGIC.search(pattern)
    return pattern[: pattern.rfind("/", 0, match.start() if match else None) + 1]


def _files(source: Source, number: int, base: Path) -> list[SourceFile]:
    literal = base / source.path
    if literal.is_file() or not _MAGIC.search(source.path):
        paths = [literal] if literal.is_file() else []
        fixed = source.path[: source.path.rfind("/") + 1]
    else:
        matches = {match for one in expand(source.path) for match in glob.glob(str(base / one), recursive=True)}
        paths = [Path(match) for match in matches if Path(match).is_file()]
        fixed = fixed_part(source.path)
    if not paths:
        raise _no_match(source.path, base)
    root = Path(os.path.normpath(base / fixed))
    files = []
    for path in sorted(paths, key=lambda path: path.as_posix()):
        name = Path(os.path.normpath(path)).relative_to(root).as_posix()
        kind, compression = _format(path, source, name)
        relative = Path(os.path.relpath(path, base)).as_posix()
        files.append(SourceFile(number, _readable(name), path, kind, compression, relative))
    return files


def _readable(name: str) -> str:
    """A name that can be stored as text: bytes that are no UTF-8 are shown as escapes, line ends too."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return text.replace("\n", "\\n").replace("\r", "\\r")


def _format(path: Path, source: Source, name: str) -> tuple[str, str | None]:
    endings = path.suffixes
    compression = COMPRESSIONS.get(endings[-1].lower()) if endings else None
    ending = (endings[-2] if len(endings) > 1 else "") if compression else (endings[-1] if endings else "")
    readers = load_readers()
    if source.format is not None:
        if source.format not in readers:
            near = difflib.get_close_matches(source.format, readers, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"the formats are: {', '.join(sorted(readers))}"
            raise InputError(f"no reader is called {source.format}", where=source.path, hint=hint)
        return source.format, compression
    for reader in readers.values():
        if ending.lower() in reader.endings:
            return reader.name, compression
    raise InputError(
        f"no reader for {name}: the ending {ending or '(none)'} is not known",
        where=source.path,
        hint=f"say `format:` if it is one of {', '.join(sorted(readers))}, or narrow the pattern",
    )


def _no_match(pattern: str, base: Path) -> InputError:
    folder = Path(os.path.normpath(base / fixed_part(pattern)))
    if not folder.is_dir():
        while not folder.is_dir():
            missing, folder = folder, folder.parent
        return InputError(f"nothing matches {pattern}", where=str(missing), hint="this folder does not exist")
    names = sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))
    near = difflib.get_close_matches(pattern.rpartition("/")[2], names, n=3, cutoff=0.5) or names[:5]
    hint = f"there are: {', '.join(near)}" if near else "the folder is empty"
    return InputError(f"nothing matches {pattern}", where=str(folder), hint=hint)


def _unique_names(files: list[SourceFile]) -> list[SourceFile]:
    """Sources whose files share a name take more of their parent folders into it, until the names differ."""
    depth = {file.source: 0 for file in files}
    while True:
        named = [replace(file, name=_deeper(file, depth[file.source])) for file in files]
        owners: dict[str, int] = {}
        clashing: set[int] = set()
        for file in named:
            other = owners.setdefault(file.name, file.source)
            if other != file.source:
                clashing |= {other, file.source}
        if not clashing:
            return named
        for source in clashing:
            depth[source] += 1


def _deeper(file: SourceFile, depth: int) -> str:
    parents = file.path.resolve().as_posix().removesuffix(file.name).strip("/").split("/")
    return "/".join([*parents[len(parents) - depth :], file.name]) if depth else file.name
