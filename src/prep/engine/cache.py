"""Finished tasks: one folder a key, written beside and renamed, its done-mark last; so a folder is whole or absent."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
        private_folder(self.root / "tasks")
        ignore = self.root / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n")
        return self

    def folder(self, key: str) -> Path:
        """Where the task with this key keeps its files."""
        return self.root / "tasks" / key

    def done(self, key: str) -> dict[str, Any] | None:
        """What the task's done-mark says, or None: not done, or damaged and therefore not done."""
        folder = self.folder(key)
        try:
            mark: dict[str, Any] = json.loads((folder / DONE).read_bytes())
            if mark["key"] != key:
                return None
            sizes = {name: (folder / name).stat().st_size for name in mark["files"]}
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return mark if sizes == mark["files"] else None

    def make(self, key: str, work: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
        """Run `work` in an empty folder; keep the folder under `key` with the facts that `work` returns."""
        with scratch(private_folder(self.root / "tmp"), "task-") as folder:
            facts = work(folder)
            files = {
                path.relative_to(folder).as_posix(): path.stat().st_size
                for path in sorted(folder.rglob("*"))
                if path.is_file()
            }
            mark = {"key": key, "files": files, "facts": facts}
            write_json(folder / DONE, mark)
            flush_tree(folder)
            target = self.folder(key)
            if target.exists():
                shutil.rmtree(target)
            folder.rename(target)
        return mark
