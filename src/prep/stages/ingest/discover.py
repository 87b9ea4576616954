"""Which files the sources name: globs with braces, sorted, each file with a name that is unique in the run."""

from __future__ import annotations

import codecs
import difflib
import os
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from unicodedata import category

from prep.errors import InputError
from prep.stages.ingest.archives import ENDING, members
from prep.stages.ingest.compression import ENDINGS
from prep.stages.ingest.globs import find, fixed_part, leads_nowhere, real
from prep.stages.ingest.options import DEFAULTS, options_of
from prep.stages.ingest.query import answer
from prep.stages.ingest.remote import copied, is_remote
from prep.stages.ingest.source_file import BROKEN_LINK, NEVER_OPENED, NOT_A_FILE, SourceFile
from prep.stages.ingest.source_file import opaque as hashed
from prep.stages.ingest.streams import TEXT
from prep.stages.registry import load_readers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prep.stages.ingest.settings import Source

# A file as it is found: what ids call it, where it lies, its path as seen from the pipeline file, why it is not read,
# how a store packs it.
_Found = tuple[str, str, str, str | None, str | None]
# Formats whose files are documents: a file is a record, or its chunks are.
DOCUMENTS = ("txt", "md", "html", "pdf", "docx", "eml")
# Formats read by parsers in C that a hostile file may crash: these, and plug-ins, never run in the calling process.
PARSED_NATIVELY = ("pdf", "html", "xlsx")
# Settings of a source that are for some formats alone.
_MEANT_FOR = {
    "list": ("json",),
    "sheet": ("xlsx",),
    "mode": ("html",),
    "delimiter": ("csv",),
    "mail": ("eml", "mbox"),
    "encoding": TEXT,
}


def discover(
    sources: Sequence[Source], base: Path, *, opaque: bool = False, copies: Path | None = None
) -> list[SourceFile]:
    """The files of all sources, in the order of sources and, within one, of names.

    What lies elsewhere is copied into the folder `copies`.

    InputError where a pattern matches nothing, no reader knows a file, or two sources name the same file.
    """
    found = [file for number, source in enumerate(sources) for file in _files(source, number, base, copies)]
    if len(sources) > 1:
        _refuse_second_reading(found, sources)
    named = _unique_names(found)
    return [_hidden(file) for file in named] if opaque else named


def _refuse_second_reading(files: list[SourceFile], sources: Sequence[Source]) -> None:
    owners: dict[tuple[str, str | None], SourceFile] = {}
    for file in files:
        # Two members of one name in an archive are told apart elsewhere.
        other = owners.setdefault((real(file.place), file.name if file.member else None), file)
        if other is not file:
            raise InputError(
                f"{file.relative} is read twice, by sources {other.source + 1} and {file.source + 1}",
                where=sources[file.source].path,
                hint="name each file in one source only",
            )


def _hidden(file: SourceFile) -> SourceFile:
    """The file under a name that says nothing."""
    return replace(file, name=hashed(file.name), given=replace(file.options, opaque=True))


def _files(source: Source, number: int, base: Path, copies: Path | None) -> list[SourceFile]:
    options = options_of(source)
    given = None if options == DEFAULTS else options
    if source.query is not None:
        files = [replace(_answered(source, number, base, copies), given=given)]
    else:
        found = _from_elsewhere(source, copies) if is_remote(source.path) else _here(source, base)
        files = []
        for name, place, relative, refused, stored in found:
            if source.format is None and relative.lower().endswith(ENDING) and refused is None:
                archive = SourceFile(number, name, place, "", None, relative, given=given)
                files += members(archive, source.members, partial(_member, source=source))
            elif refused is None and source.format is None and _is_packed_twice(relative):
                files.append(SourceFile(number, name, place, "", None, relative, None, "compressed_twice", given))
            else:
                kind, packed = ("", None) if refused in NEVER_OPENED else _format(relative, source, name)
                files.append(SourceFile(number, name, place, kind, packed or stored, relative, None, refused, given))
    _check(files, source)
    _refuse_twins(files, source)
    return files if len(files) > 1 else [replace(file, given=replace(file.options, alone=True)) for file in files]


def _is_packed_twice(path: str) -> bool:
    endings = [f".{ending}" for ending in path.lower().rpartition("/")[2].split(".")[-2:]]
    return all(ending in ENDINGS for ending in endings)


def _here(source: Source, base: Path) -> Iterator[_Found]:
    """The files of a path or a glob."""
    paths = find(source.path, base)
    if not paths:
        raise _no_match(source.path, base)
    literal = (base / source.path).is_file()
    fixed = source.path[: source.path.rfind("/") + 1] if literal else fixed_part(source.path)
    root, home = os.path.normpath(base / fixed), os.path.normpath(base)
    for path, true in paths.items():
        whole = os.path.normpath(path) if literal else path
        lost = None if true else BROKEN_LINK if leads_nowhere(path) else NOT_A_FILE
        yield readable(_below(whole, root)), path, _below(whole, home), lost, None


def _below(path: str, folder: str) -> str:
    """`path` as seen from `folder`, both of them normal."""
    start = folder.rstrip("/") + "/"
    return path[len(start) :] if path.startswith(start) else os.path.relpath(path, folder)


def _from_elsewhere(source: Source, copies: Path | None) -> Iterator[_Found]:
    """Copies of the files of an address, named by their paths under its fixed part."""
    assert copies is not None, "a folder for copies is needed"
    fixed = fixed_part(source.path)
    for one in copied(source.path, copies):
        name = one.address.removeprefix(fixed) if one.address.startswith(fixed) else one.key
        yield readable(name), str(one.path), one.address, None, one.packed


def _answered(source: Source, number: int, base: Path, copies: Path | None) -> SourceFile:
    """The rows of a query as a file of JSON lines, called as its database is."""
    assert copies is not None, "a folder for copies is needed"
    assert source.query is not None
    name, path = answer(source.query, source.path, base, copies)
    return SourceFile(number, readable(name), str(path), "jsonl", None, f"query://{number + 1}/{readable(name)}")


def _member(file: SourceFile, path: str, source: Source) -> SourceFile:
    """A member of an archive with its name and format; one that no reader knows is refused."""
    name = f"{file.name}/{readable(file.member or path)}"
    try:
        kind, compression = _format(path, source, name) if path else ("", None)
    except InputError:
        return replace(file, name=name, refused="no_reader")
    return replace(file, name=name, format=kind, compression=compression)


def _check(files: list[SourceFile], source: Source) -> None:
    """InputError where a setting of the source does not fit any of its files, or not all of them."""
    kinds = {file.format for file in files if file.refused is None}
    for name, formats in _MEANT_FOR.items():
        if getattr(source, name) is not None and kinds and not kinds.intersection(formats):
            raise InputError(
                f"`{name}` is for {' and '.join(formats)}, and this source has only {', '.join(sorted(kinds))}",
                where=source.path,
                hint=f"leave `{name}` out",
            )
    other = next((file for file in files if file.refused is None and file.format not in DOCUMENTS), None)
    if source.chunk != "file" and other is not None:
        raise InputError(
            f"`chunk: {source.chunk}` cuts documents, and {other.name} is {other.format}",
            where=source.path,
            hint="leave `chunk` out; long texts of a table are cut by the step `chunk_text`",
        )
    if source.encoding is not None and not _is_encoding(source.encoding):
        raise InputError(
            f"no encoding is called {source.encoding}",
            where=source.path,
            hint="for example cp1252, utf-16-le, shift_jis, gb18030, koi8-r",
        )


def _is_encoding(name: str) -> bool:
    try:
        b"".decode(codecs.lookup(name).name)
    except (LookupError, ValueError):  # an unknown name, or a codec that does not make text of bytes
        return False
    return True


def _refuse_twins(files: list[SourceFile], source: Source) -> None:
    seen: set[str] = set()
    for file in files:
        if file.name in seen:
            raise InputError(f"two files would be called {file.name}", where=source.path, hint="rename one of them")
        seen.add(file.name)


def readable(name: str) -> str:
    """A name that can be stored as text and printed: bytes that are no UTF-8, and control characters, as escapes."""
    if name.isprintable():
        return name
    text = name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(f"\\x{ord(one):02x}" if category(one) in ("Cc", "Zl", "Zp") else one for one in text)


def _format(path: str, source: Source, name: str) -> tuple[str, str | None]:
    endings = [f".{ending.lower()}" for ending in path.rpartition("/")[2].lstrip(".").split(".")[1:]]
    compression = ENDINGS.get(endings[-1]) if endings else None
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
    raise InputError(
        f"no reader for {ending[0] or 'a file without an ending'}: {name}",
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
        named = (
            [replace(file, name=_deeper(file, depth[file.source])) if depth[file.source] else file for file in files]
            if any(depth.values())
            else files
        )
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
    lies = file.relative.partition("://")[2] or os.path.abspath(file.place)  # noqa: PTH100
    whole = readable(f"{lies}/{file.member}" if file.member else lies)
    folders = whole.removesuffix(file.name).strip("/").split("/")
    return "/".join([*folders[max(0, len(folders) - depth) :], file.name])
