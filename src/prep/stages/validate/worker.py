"""The process behind a share of the stretches: an order as JSON on stdin, tallies as MessagePack on stdout."""

from __future__ import annotations

import json
import sys

from prep.chat.files import UNREADABLE, why_unreadable
from prep.stages.validate.pool import CANNOT_READ, work


def main() -> int:
    """Carry out the order; `CANNOT_READ`, with the reason on stdout, where a file cannot be read."""
    try:
        sys.stdout.buffer.write(work(json.load(sys.stdin)))
    except UNREADABLE as error:
        sys.stdout.write(why_unreadable(error))
        return CANNOT_READ
    return 0
