"""The process behind a share of the stretches: an order as JSON on stdin, tallies as MessagePack on stdout."""

from __future__ import annotations

import json
import sys

from prep.stages.validate.pool import work

if __name__ == "__main__":
    sys.stdout.buffer.write(work(json.load(sys.stdin)))
