"""Wall time, processor time and peak memory of a command with all its children."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# Looking takes time itself, more for larger processes: at most one part in twenty of one core.
_EVERY = 0.2
_SHARE = 20


@dataclass(frozen=True)
class Measured:
    """Seconds, and MB of memory that the whole process tree held at once (shared pages counted once)."""

    wall: float
    cpu: float
    peak: float
    output: str


def measure(
    command: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None, *, memory: bool = True
) -> Measured:
    """Run `command` in `folder`; CalledProcessError where it fails. Without `memory` nothing looks on, peak is 0."""
    before = os.times()
    begun = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=os.environ | dict(environment or {}), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    peak = [0]
    watcher = threading.Thread(target=_watch, args=(process.pid, peak), daemon=True)
    if memory:
        watcher.start()
    output, errors = process.communicate()
    wall = time.perf_counter() - begun
    after = os.times()
    if memory:
        watcher.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output, errors)
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(wall, cpu, peak[0] / 1e6, output)


def _watch(pid: int, peak: list[int]) -> None:
    while True:
        begun = time.perf_counter()
        try:
            parent = psutil.Process(pid)
            tree = [parent, *parent.children(recursive=True)]
        except psutil.NoSuchProcess:
            return
        total = 0
        for process in tree:
            try:
                total += process.memory_full_info().pss
            except (psutil.NoSuchProcess, psutil.AccessDenied):
                continue  # it ended while we looked
        peak[0] = max(peak[0], total)
        if parent.status() == psutil.STATUS_ZOMBIE:
            return
        time.sleep(max(_EVERY, _SHARE * (time.perf_counter() - begun)))
