"""What a task used: the most memory its process held meanwhile, and the seconds each stage took."""

from __future__ import annotations

import resource
import sys
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterator

Thing = TypeVar("Thing")
_STATUS = Path("/proc/self/status")
_RESET = Path("/proc/self/clear_refs")


@dataclass
class Usage:
    """`peak_bytes`: the highest resident memory of this process; where the system cannot reset it, since its start."""

    peak_bytes: int = 0


@contextmanager
def measured() -> Iterator[Usage]:
    """Measure the block."""
    used = Usage()
    if _RESET.exists():
        _RESET.write_text("5")  # VmHWM begins anew
    yield used
    used.peak_bytes = _peak()


def _peak() -> int:
    if _STATUS.exists():
        for line in _STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


class Stopwatch:
    """Seconds by stage, summed over a task."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time the block for the stage `name`."""
        begun = time.perf_counter()
        yield
        self.seconds[name] += time.perf_counter() - begun

    def each(self, name: str, things: Iterator[Thing]) -> Iterator[Thing]:
        """`things` as they come; making each is time of the stage `name`."""
        while True:
            with self.stage(name):
                thing = next(things, None)
            if thing is None:
                return
            yield thing

    def rounded(self) -> dict[str, float]:
        """The seconds, to the millisecond."""
        return {name: round(value, 3) for name, value in self.seconds.items()}
