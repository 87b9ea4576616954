"""What was published last, and whether it still lies there unchanged."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.engine.files import private_folder, write_json
from prep.engine.keys import key
from prep.engine.reasons import basis

SCHEMA_VERSION = 1  # of `prep run --json`, which the note keeps

if TYPE_CHECKING:
    from prep.engine.context import Context
    from prep.engine.plan import Plan


@dataclass(frozen=True)
class Published:
    """The note a run leaves in the cache about one output folder."""

    key: str
    files: dict[str, list[int]]  # size and mtime of every file
    result: dict[str, Any]
    basis: dict[str, Any] | None = None  # what it rested on: see `reasons`

    def is_intact(self, directory: Path) -> bool:
        """Whether every file lies in `directory` as it was published."""
        try:
            return all(_stamp(directory / name) == stamp for name, stamp in self.files.items())
        except OSError:
            return False


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _note(context: Context) -> Path:
    return context.cache.root / "published" / f"{key(directory=str(context.directory))}.json"


def last_published(context: Context) -> Published | None:
    """The note about this run's output folder, if there is one."""
    try:
        note = Published(**json.loads(_note(context).read_bytes()))
        return note if note.result["schema_version"] == SCHEMA_VERSION and "part_bytes" in note.result else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def remember(plan: Plan, names: list[str], result: dict[str, Any]) -> None:
    """Leave the note: the result's key, how each of its files looks, and what it rests on."""
    context = plan.context
    private_folder(_note(context).parent)
    files = {name: _stamp(context.directory / name) for name in names}
    write_json(_note(context), {"key": plan.key, "files": files, "result": result, "basis": basis(plan)})
