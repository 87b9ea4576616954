"""A file that lies in the file system, for readers that jump about in it: itself, or an archive's member copied out."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from prep.stages.ingest.streams import blocks_of, open_raw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.source_file import SourceFile


@contextmanager
def local(file: SourceFile) -> Iterator[SourceFile]:
    """`file` with a path that holds its bytes, for as long as the block lasts.

    DamagedError where a member is broken.
    """
    if file.member is None:
        yield file
        return
    with tempfile.TemporaryDirectory(prefix="prep-") as folder:
        path = Path(folder) / "member"  # its own name is never a path here
        with open_raw(file) as stream, path.open("wb") as copy:
            for block in blocks_of(stream):
                copy.write(block)
        yield replace(file, place=str(path))
