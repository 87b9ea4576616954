"""Everything a run depends on in one hash, from listings and time stamps alone: the same hash, the same result."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

import msgspec
import xxhash

from prep.engine.inputs import UNSETTLED_NS
from prep.engine.keys import key
from prep.engine.plan import all_settings
from prep.errors import PrepError
from prep.stages.ingest.globs import find
from prep.stages.ingest.remote import is_remote

if TYPE_CHECKING:
    from prep.engine.context import Context

_ENCODE = msgspec.json.Encoder().encode


def glance(context: Context) -> str | None:
    """A hash over all settings, and over path, size, times and inode of every input file, each asked for once.

    None where that says too little: an input lies elsewhere, is not there, or changed so recently that it may change
    again without a new time stamp. The plan looks closer, and says what is wrong.
    """
    sources = context.pipeline.ingest
    if any(source.query is not None or is_remote(source.path) for source in sources):
        return None
    digest = xxhash.xxh3_128()
    settled = time.time_ns() - UNSETTLED_NS
    try:
        for source in sources:
            found = find(source.path, context.base)
            digest.update("\0".join([*found, *found.values()]).encode("utf-8", "surrogateescape") + b"\0\0")
            numbers: list[int] = []
            for path in found:
                status = os.stat(path)  # noqa: PTH116 (there may be very many)
                changed, written = status.st_ctime_ns, status.st_mtime_ns
                if changed > settled or written > settled:
                    return None
                numbers += (status.st_size, written, changed, status.st_ino)
            if not numbers or "" in found.values():
                return None
            digest.update(_ENCODE(numbers))
        paths = [source.path for source in sources]
        digest.update(key(paths=paths, base=context.base, **all_settings(context)).encode())
    except (OSError, PrepError):
        return None
    return digest.hexdigest()
