"""ZIP archives: which files are in one, each an input file of its own; nothing is ever unpacked to a path."""

from __future__ import annotations

import errno
import os
import stat
import zipfile
import zlib
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

from prep.stages.ingest.buffers import BLOCK, DamagedError, buffered
from prep.stages.ingest.globs import matches
from prep.stages.ingest.packed_members import METHODS, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from prep.stages.ingest.source_file import SourceFile

ENDING = ".zip"
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, RuntimeError, OverflowError)


def members(
    archive: SourceFile, pattern: str | None, named: Callable[[SourceFile, str], SourceFile]
) -> list[SourceFile]:
    """The files in the archive that match `pattern`, in the order of their paths; `named` finds the format of each.

    A member that is not to be read - encrypted, a link, a path that leads out of the archive, an archive itself - is
    `refused`; so is the whole archive where it is broken or beyond the limits.
    """
    try:
        found = _open(archive.path).infolist()
    except _BROKEN:
        return [replace(archive, refused=_what_is_wrong(archive.path))]
    except OSError:
        return [replace(archive, refused="unreadable_file")]
    options = archive.options
    expanded = sum(entry.file_size for entry in found)
    if len(found) > options.members:
        return [replace(archive, refused="too_many_members")]
    if expanded > options.expanded and expanded > options.ratio * archive.path.stat().st_size:
        return [replace(archive, refused="expands_too_much")]
    files = [
        _member(archive, entry, named)
        for entry in found
        if not entry.is_dir() and not _is_hidden(entry.filename) and (not pattern or matches(pattern, entry.filename))
    ]
    if not files:
        return [replace(archive, refused="no_members")]
    return _told_apart(sorted(files, key=lambda file: file.name))


def _member(archive: SourceFile, entry: zipfile.ZipInfo, named: Callable[[SourceFile, str], SourceFile]) -> SourceFile:
    path = entry.filename
    file = replace(archive, member=path, relative=f"{archive.relative}/{path}")
    reason = None
    if path.startswith(("/", "\\")) or ".." in path.replace("\\", "/").split("/") or path[1:2] == ":":
        reason = "unsafe_path"
    elif entry.flag_bits & 1:
        reason = "encrypted_file"
    elif stat.S_ISLNK(entry.external_attr >> 16):
        reason = "link_in_archive"
    elif path.lower().endswith((ENDING, ".7z", ".rar", ".tar", ".tgz")):
        reason = "archive_in_archive"
    if reason is None:
        return named(file, path)
    return replace(named(file, ""), refused=reason)


def _is_hidden(path: str) -> bool:
    """As a glob leaves them out: what begins with a dot, and what a Mac puts beside the files."""
    return any(
        (part.startswith(".") and part != "..") or part == "__MACOSX" for part in path.replace("\\", "/").split("/")
    )


def _told_apart(files: list[SourceFile]) -> list[SourceFile]:
    """Only the last of several members of one name can be read."""
    last = {file.name: number for number, file in enumerate(files)}
    return [
        file
        if last[file.name] == number
        else replace(file, name=f"{file.name}@{number + 1}", refused=file.refused or "duplicate_name")
        for number, file in enumerate(files)
    ]


def _what_is_wrong(path: Path) -> str:
    with path.open("rb") as handle:
        start = handle.read(4)
    if not start:
        return "empty_file"
    return "truncated_file" if start.startswith(b"PK") else "mislabelled_file"


def _open(path: Path) -> zipfile.ZipFile:
    status = path.stat()
    return _opened(path, (status.st_size, status.st_mtime_ns, status.st_ino))


@lru_cache(maxsize=4)
def _opened(path: Path, _identity: tuple[int, ...]) -> zipfile.ZipFile:
    """The list of members is read once, not for each of them."""
    return zipfile.ZipFile(path)


# A forked worker closes what its parent had open: an archive of the parent's would read, or close, another file.
os.register_at_fork(before=_opened.cache_clear)


@contextmanager
def open_member(path: Path, member: str) -> Iterator[IO[bytes]]:
    """A member's bytes as a stream of blocks. DamagedError, while it is read, where they are broken."""
    yield buffered(_blocks(path, member))


def _blocks(path: Path, member: str) -> Iterator[bytes]:
    try:
        archive = _open(path)
        entry = archive.getinfo(member)
        if entry.compress_type in METHODS:
            yield from unpacked(archive, entry)
            return
        with archive.open(entry) as stream:
            while block := stream.read(BLOCK):
                yield block
    except (*_BROKEN, KeyError) as error:
        raise DamagedError("corrupt_archive") from error
    except OSError as error:
        if error.errno == errno.EINVAL:  # it says that it lies at no place of the file
            raise DamagedError("corrupt_archive") from error
        raise
