"""Ranges counted by a process for each core: for files so large that starting one pays."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from prep.errors import PrepError, from_dict
from prep.stages.count.ranges import Counted, Range, count_range

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prep.catalog import Images

# From this many bytes on. A process takes about half a second to be ready.
PAYS_FROM = 96 * 1024 * 1024


def count_ranges(ranges: Sequence[Range], size: int, encoding: str, images: Images | None) -> Iterator[Counted]:
    """What each range holds, in their order. `size`: bytes of all of them. The first error of one is raised."""
    workers = min(os.cpu_count() or 1, len(ranges), size // (PAYS_FROM // 2))
    if workers < 2:
        yield from (count_range(one, encoding, images) for one in ranges)
        return
    rule = images.model_dump() if images is not None else None
    command = [sys.executable, "-m", __name__]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    processes = [subprocess.Popen(command, **pipes) for _ in range(workers)]  # type: ignore[call-overload]
    try:
        for number, process in enumerate(processes):
            # Only the first compares the fast counter with tiktoken; the text is alike.
            task = {"ranges": ranges[number::workers], "encoding": encoding, "images": rule, "check": number == 0}
            with contextlib.suppress(BrokenPipeError):  # one that ended too soon is told of when it should answer
                process.stdin.write(json.dumps(task).encode() + b"\n")
                process.stdin.flush()
        for number in range(len(ranges)):
            yield _answer(processes[number % workers])
    finally:
        for process in processes:
            process.kill()
            process.wait()
            process.stdout.close()
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()


def _answer(process: Any) -> Counted:
    line = process.stdout.readline()
    if not line:
        raise PrepError(
            f"a counting process ended with {process.wait()}", hint="it may have run out of memory: count fewer files"
        )
    told = json.loads(line)
    if "error" in told:
        raise from_dict(told["error"])
    return Counted.from_dict(told)


def main() -> None:
    """Count the ranges of one task, a line of JSON for each."""
    from prep.catalog import Images
    from prep.tokens.counter import counter

    task = json.loads(sys.stdin.readline())
    images = Images(**task["images"]) if task["images"] is not None else None
    try:
        counter(task["encoding"]).warm(check=task["check"])
        for entry in task["ranges"]:
            _tell(count_range(Range(*entry), task["encoding"], images).as_dict())
    except PrepError as error:
        _tell({"error": error.as_dict()})


def _tell(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
