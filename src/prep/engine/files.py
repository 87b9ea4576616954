"""Files that are whole or absent: written under a temporary name, flushed, then renamed."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

OWNER_ONLY = 0o700


def flush(path: Path) -> None:
    """Have the system put `path` (a file or a folder) on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def flush_tree(folder: Path) -> None:
    """Flush every file below `folder`, and the folders themselves; together, since each waits for the disk."""
    with ThreadPoolExecutor(8) as pool:
        for _ in pool.map(flush, [*folder.rglob("*"), folder]):
            pass


def write_atomic(path: Path, data: bytes) -> None:
    """Put `data` at `path`: a reader sees the old bytes or the new, never a half."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_json(path: Path, value: Any) -> None:
    """`value` as JSON for people: indented, keys in their order, one line end at the end."""
    write_atomic(path, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "surrogatepass"))


def private_folder(path: Path) -> Path:
    """Make `path` (and its parents); what we make is readable by its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=OWNER_ONLY, exist_ok=True)
    return path


@contextmanager
def scratch(parent: Path, prefix: str) -> Iterator[Path]:
    """A folder for work in progress inside `parent`; removed at the end unless it was renamed."""
    folder = Path(tempfile.mkdtemp(dir=parent, prefix=prefix))
    try:
        yield folder
    finally:
        if folder.exists():
            shutil.rmtree(folder)
