"""Which files the sources name: globs with braces, sorted, each file with a name that is unique in the run."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import category

from prep.errors import InputError
from prep.stages.ingest.globs import find, fixed_part
from prep.stages.registry import load_readers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.stages.ingest.settings import Source

COMPRESSIONS = {".gz": "gz", ".zst": "zst"}
COMING = (".json", ".xlsx", ".eml", ".mbox")
# Formats whose files are documents: a file is a record, or its chunks are.
DOCUMENTS = ("txt", "md", "html", "pdf", "docx")


@dataclass(frozen=True)
class SourceFile:
    """One input file: the source it belongs to (from 0), its name in ids, where it lies, and how to read it."""

    source: int
    name: str
    path: Path
    format: str
    compression: str | None
    relative: str  # POSIX path as seen from the pipeline file, as the file system has it: not always text


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


def _files(source: Source, number: int, base: Path) -> list[SourceFile]:
    paths = find(source.path, base)
    if not paths:
        raise _no_match(source.path, base)
    literal = (base / source.path).is_file()
    fixed = source.path[: source.path.rfind("/") + 1] if literal else fixed_part(source.path)
    root = os.path.normpath(base / fixed)
    files = []
    for path in sorted(paths, key=lambda path: path.as_posix()):
        name = readable(Path(os.path.relpath(os.path.normpath(path), root)).as_posix())
        kind, compression = _format(path, source, name)
        if source.chunk != "file" and kind not in DOCUMENTS:
            raise InputError(
                f"`chunk: {source.chunk}` cuts documents, and {name} is {kind}",
                where=source.path,
                hint="leave `chunk` out; long texts of a table are cut by the step `chunk_text`",
            )
        relative = Path(os.path.relpath(path, base)).as_posix()
        files.append(SourceFile(number, name, path, kind, compression, relative))
    _refuse_twins(files, source)
    return files


def _refuse_twins(files: list[SourceFile], source: Source) -> None:
    seen: set[str] = set()
    for file in files:
        if file.name in seen:
            raise InputError(f"two files would be called {file.name}", where=source.path, hint="rename one of them")
        seen.add(file.name)


def readable(name: str) -> str:
    """A name that can be stored as text and printed: bytes that are no UTF-8, and control characters, as escapes."""
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(f"\\x{ord(one):02x}" if category(one) in ("Cc", "Zl", "Zp") else one for one in text)


def _format(path: Path, source: Source, name: str) -> tuple[str, str | None]:
    endings = [ending.lower() for ending in path.suffixes]
    compression = COMPRESSIONS.get(endings[-1]) if endings else None
    ending = (endings[-2:-1] if compression else endings[-1:]) or [""]
    readers = load_readers()
    if source.format is not None:
        if source.format not in readers:
            near = difflib.get_close_matches(source.format, readers, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"the formats are: {', '.join(sorted(readers))}"
            raise InputError(f"no reader is called {source.format}", where=source.path, hint=hint)
        return source.format, compression
    for reader in readers.values():
        if ending[0] in reader.endings:
            return reader.name, compression
    later = ", which comes with a later version" if ending[0] in COMING else ""
    raise InputError(
        f"no reader for {ending[0] or 'a file without an ending'}{later}: {name}",
        where=source.path,
        hint=f"say `format:` if it is one of {', '.join(sorted(readers))}, or narrow the pattern",
    )


def _no_match(pattern: str, base: Path) -> InputError:
    message = f"nothing matches {pattern}"
    if (base / pattern).is_dir():
        return InputError(
            message, where=str(base / pattern), hint=f"it is a folder; its files: {pattern.rstrip('/')}/*"
        )
    folder = Path(os.path.normpath(base / fixed_part(pattern)))
    if not folder.is_dir():
        while not folder.is_dir():
            missing, folder = folder, folder.parent
        return InputError(message, where=str(missing), hint="this folder does not exist")
    names = sorted(readable(path.name) for path in folder.iterdir() if not path.name.startswith("."))
    near = difflib.get_close_matches(pattern.rpartition("/")[2], names, n=3, cutoff=0.5) or names[:5]
    hint = f"there are: {', '.join(near)}" if near else "the folder is empty"
    return InputError(message, where=str(folder), hint=hint)


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
    """The file's name with `depth` of the folders above it in front."""
    whole = readable(Path(os.path.abspath(file.path)).as_posix())  # noqa: PTH100
    folders = whole.removesuffix(file.name).strip("/").split("/")
    return "/".join([*folders[max(0, len(folders) - depth) :], file.name]) if depth else file.name
