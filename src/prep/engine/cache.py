"""Finished tasks: one folder a key, written beside and renamed, its done-mark last; so a folder is whole or absent."""

from __future__ import annotations

import json
import mmap
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import xxhash

from prep.engine.files import flush_tree, private_folder, scratch, write_json

if TYPE_CHECKING:
    from collections.abc import Callable

DONE = "done.json"


class Cache:
    """The folder `.prep/`: `tasks/<key>/` holds what a task made, with `done.json` as its mark.

    A task's folder is found by its key alone, so pipelines share what they have in common.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def open(self) -> Cache:
        """Make the folder where it is missing; git ignores it, others cannot read it."""
        private_folder(self.root)
        private_folder(self.tasks)
        ignore = self.root / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
        return self

    @property
    def tasks(self) -> Path:
        """The folder of all finished tasks."""
        return self.root / "tasks"

    def folder(self, key: str) -> Path:
        """Where the task with this key keeps its files."""
        return self.tasks / key

    def done(self, key: str) -> dict[str, Any] | None:
        """What the task's done-mark says, or None: not done, or damaged and therefore not done.

        A file whose size, times and inode are those of the mark is taken as it is; of any other (a copied cache) the
        bytes are hashed.
        """
        folder = self.folder(key)
        try:
            mark: dict[str, Any] = json.loads((folder / DONE).read_bytes())
            whole = mark["key"] == key and all(
                _stamp(folder / name) == stamp or _hash(folder / name) == digest
                for name, (stamp, digest) in mark["files"].items()
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return mark if whole else None

    def use(self, key: str) -> dict[str, Any] | None:
        """`done`, and the task counts as used now: what was not used for longest goes first when room is needed."""
        mark = self.done(key)
        if mark is not None:
            os.utime(self.folder(key) / DONE)
        return mark

    def make(self, key: str, work: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
        """Run `work` in an empty folder; keep the folder under `key` with the facts that `work` returns."""
        with scratch(private_folder(self.root / "tmp"), "task-") as folder:
            facts = work(folder)
            paths = sorted(path for path in folder.rglob("*") if path.is_file())
            files = {path.relative_to(folder).as_posix(): [_stamp(path), _hash(path)] for path in paths}
            mark = {"key": key, "files": files, "facts": facts}
            write_json(folder / DONE, mark)
            flush_tree(folder)
            target = self.folder(key)
            if target.exists():
                # Renamed first: whoever reads it (a run beside this one) keeps the files that it has opened.
                target.rename(folder.with_name(f"{folder.name}-old"))
            folder.rename(target)
            shutil.rmtree(folder.with_name(f"{folder.name}-old"), ignore_errors=True)
        return mark


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _hash(path: Path) -> str:
    """xxh3-128 of a file's bytes."""
    with path.open("rb") as handle:
        if not path.stat().st_size:
            return xxhash.xxh3_128_hexdigest(b"")
        with mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return xxhash.xxh3_128_hexdigest(data)
