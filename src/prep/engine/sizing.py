"""How finely the input is cut and how many workers there are, so that a run stays within the memory it is given."""

from __future__ import annotations

import os
from dataclasses import dataclass

from prep.engine.sizes import told
from prep.errors import UsageError

MIB = 1024 * 1024
PART_BYTES = 16 * MIB
# Measured (benchmarks/): what the calling process holds, what a worker holds beside its part, and how many times the
# size of a part it needs for texts, shingles and examples of it.
CALLER = 240 * MIB
WORKER = 190 * MIB
TIMES_PART = 12
LEAST_PART = MIB


@dataclass(frozen=True)
class Sizing:
    """What a run works with; `memory` is what it may take, in bytes, None: as much as that comes to."""

    workers: int
    part_bytes: int
    memory: int | None = None

    @property
    def expected(self) -> int:
        """The bytes of memory that all processes together are expected to need at most, beside 1 KiB a document."""
        return CALLER + self.workers * (WORKER + TIMES_PART * self.part_bytes)


def size(memory: int | None, workers: int | None) -> Sizing:
    """The finest cut is not the best: first parts become smaller, down to 4 MiB, then workers fewer, then parts again.

    UsageError where `memory` is not enough for one worker with parts of 1 MiB.
    """
    wanted = workers or os.cpu_count() or 1
    if memory is None:
        return Sizing(wanted, PART_BYTES)
    for least in (4 * MIB, LEAST_PART):
        for count in range(wanted, 0, -1):
            part = PART_BYTES
            while part >= least:
                if Sizing(count, part).expected <= memory:
                    return Sizing(count, part, memory)
                part //= 2
            if workers is not None:
                break  # as many as were asked for
    needed = Sizing(workers or 1, LEAST_PART).expected
    raise UsageError(
        f"--memory {told(memory)} is not enough: {workers or 1} worker{'s' if (workers or 1) > 1 else ''} and the "
        f"calling process need {told(needed)}",
        hint="give more memory" + (", or ask for fewer --workers" if (workers or 1) > 1 else ""),
    )
