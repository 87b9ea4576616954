"""What was published last, and whether it still lies there unchanged."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.engine.files import private_folder, write_atomic, write_json
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
    seen: str | None = None  # what a glance at everything it rested on saw

    def basis(self, context: Context) -> dict[str, Any] | None:
        """What it rested on, see `reasons`; it names every input, and so is read only where something differs."""
        try:
            told: dict[str, Any] = json.loads(_note(context, "basis").read_bytes())
            return told["basis"] if told["key"] == self.key else None
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def is_intact(self, directory: Path) -> bool:
        """Whether every file lies in `directory` as it was published."""
        try:
            return all(_stamp(directory / name) == stamp for name, stamp in self.files.items())
        except OSError:
            return False


def _stamp(path: Path) -> list[int]:
    status = path.stat()
    return [status.st_size, status.st_mtime_ns]


def _note(context: Context, kind: str = "json") -> Path:
    return context.cache.root / "published" / f"{key(directory=str(context.directory))}.{kind}"


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
    told = json.dumps({"key": plan.key, "basis": basis(plan)}, ensure_ascii=False)
    write_atomic(_note(context, "basis"), told.encode("utf-8", "surrogatepass"))
    write_json(_note(context), asdict(Published(plan.key, files, result, plan.seen)))


def look_again(plan: Plan, note: Published) -> None:
    """Put what a glance saw into the note: the next run with nothing to do need not look closer."""
    if plan.seen is not None and plan.seen != note.seen:
        write_json(_note(plan.context), asdict(replace(note, seen=plan.seen)))
