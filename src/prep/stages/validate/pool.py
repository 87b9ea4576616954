"""Stretches checked by several processes: parsing holds the interpreter's lock, so that threads would wait."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import msgspec

from prep.stages.validate.check import Checker
from prep.stages.validate.stretch import Stretch, check_stretch
from prep.stages.validate.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Sequence

CANNOT_READ = 3  # the code a process ends with where a file cannot be read
# Ctrl-C reaches the processes too: they end without a word, the command itself says that it was interrupted.
WORKER = (
    "import signal; signal.signal(signal.SIGINT, signal.SIG_DFL)\n"
    "import sys; from prep.stages.validate.worker import main; sys.exit(main())"
)
_DECODE = msgspec.msgpack.Decoder(list[Tally]).decode
_ENCODE = msgspec.msgpack.Encoder().encode


@dataclass(frozen=True)
class Asked:
    """What is to be checked, as plain data."""

    providers: list[str]
    method: str = "sft"
    ignore: list[str] = field(default_factory=list)
    model: str | None = None
    grader: list[list[str]] | None = None

    def checker(self) -> Checker:
        """The rules that apply."""
        return Checker(self.providers, self.method, self.ignore)


def check_all(stretches: Sequence[Stretch], asked: Asked, workers: int) -> list[Tally]:
    """The tally of every stretch, in their order."""
    if workers < 2 or len(stretches) < 2:
        checker = asked.checker()
        return [check_stretch(stretch, checker, asked.model, asked.grader) for stretch in stretches]
    shares = [list(stretches[number::workers]) for number in range(workers)]
    with ThreadPoolExecutor(workers) as threads:
        done = list(threads.map(lambda share: _in_process(share, asked), shares))
    found: list[Tally | None] = [None] * len(stretches)
    for number, tallies in enumerate(done):
        found[number::workers] = tallies
    return [tally for tally in found if tally is not None]


def _in_process(share: list[Stretch], asked: Asked) -> list[Tally]:
    order = json.dumps({"asked": asdict(asked), "stretches": [asdict(stretch) for stretch in share]})
    done = subprocess.run([sys.executable, "-c", WORKER], input=order.encode(), stdout=subprocess.PIPE, check=False)
    if done.returncode == CANNOT_READ:
        raise OSError(done.stdout.decode())
    if done.returncode < 0:
        raise OSError(f"a checking process was ended by signal {-done.returncode}")
    if done.returncode:
        raise RuntimeError(f"a checking process failed with code {done.returncode}")
    return _DECODE(done.stdout)


def work(order: dict[str, Any]) -> bytes:
    """What a process does: the tallies of its stretches, encoded."""
    asked = Asked(**order["asked"])
    checker = asked.checker()
    stretches = [Stretch(**one) for one in order["stretches"]]
    return _ENCODE([check_stretch(stretch, checker, asked.model, asked.grader) for stretch in stretches])
