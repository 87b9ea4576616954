"""Kill a run at random moments of each of its segments, and see that the next run ends in the same bytes.

`python -m benchmarks.kills`
"""

from __future__ import annotations

import argparse
import filecmp
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.corpus import write

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent
KILLS_A_SEGMENT = 3  # of one run on its way
# The segments in their order, by the words with which a run says that one has ended.
SEGMENTS = {
    "read": "ingest, clean, sign", "decide": "dedupe", "transform": "format, count, validate", "assign": "split",
    "write": "write lines", "publish": "publish",
}  # fmt: skip


def command(folder: Path) -> list[str]:
    return [sys.executable, "-m", "prep", "run", str(folder / "pipeline.yaml"), "--memory", "700MiB", "--workers", "2"]


def finish(folder: Path) -> dict[str, Any]:
    """Run to the end; what `--json` prints."""
    done = subprocess.run([*command(folder), "--json"], check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout))


def kill(folder: Path, segment: str, after: float) -> str | None:
    """Start a run and end it by SIGKILL `after` seconds into a segment; where it died, None where it had ended."""
    process = subprocess.Popen(command(folder), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
    assert process.stderr is not None
    left = list(SEGMENTS)
    while left[0] != segment and (line := process.stderr.readline()):
        if line.strip().startswith(SEGMENTS[left[0]]):
            left.pop(0)
    time.sleep(after)
    process.kill()
    for line in process.communicate()[1].splitlines():
        if left and line.strip().startswith(SEGMENTS[left[0]]):
            left.pop(0)
    return left[0] if left and process.returncode != 0 else None


def differing(one: Path, other: Path) -> list[str]:
    """Files that are not the same in both folders; run.json holds times."""
    names = {path.relative_to(base).as_posix() for base in (one, other) for path in base.rglob("*") if path.is_file()}
    return [
        name for name in sorted(names - {"run.json"})
        if not (one / name).exists() or not (other / name).exists() or not filecmp.cmp(one / name, other / name, False)
    ]  # fmt: skip


def main() -> None:
    """Print how often a run was killed in each segment, how often work was reused, and what differed (nothing)."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--megabytes", type=float, default=100)
    parser.add_argument("--segments", nargs="+", default=["read", "transform", "publish"], choices=SEGMENTS)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, given.megabytes)
        shutil.copy(HERE / "pipeline.yaml", folder)
        whole = finish(folder)
        shutil.move(folder / "out", folder / "undisturbed")
        took = {entry["segment"]: entry["seconds"] for entry in whole["segments"]}
        took["publish"] = whole["seconds"] - sum(took.values())
        print(f"an undisturbed run: {whole['seconds']} s, {whole['ran_tasks']} tasks, {took}", flush=True)
        report(folder, given.segments, took, given.kills, random.Random(given.seed))


def report(folder: Path, segments: Sequence[str], took: dict[str, float], kills: int, moments: random.Random) -> None:
    """Kill a run again and again on its way, compare its end; a line a segment when each has had its share of kills."""
    tallies = {segment: {"killed": 0, "left work to reuse": 0, "seen half": 0} for segment in SEGMENTS}
    ended = differed = reused = 0
    while any(tallies[segment]["killed"] < kills / len(segments) for segment in segments):
        shutil.rmtree(folder / ".prep", ignore_errors=True)
        shutil.rmtree(folder / "out", ignore_errors=True)
        for segment in segments:
            for number in range(KILLS_A_SEGMENT):
                done = len(list((folder / ".prep" / "tasks").glob("*/done.json")))
                after = moments.uniform(0, took[segment] * (1 - number / KILLS_A_SEGMENT))
                died = kill(folder, segment, after)
                if died is None:
                    break
                tallies[died]["killed"] += 1
                left = len(list((folder / ".prep" / "tasks").glob("*/done.json")))
                tallies[died]["left work to reuse"] += left > 0
                assert left >= done, "a finished task was lost"
                tallies[died]["seen half"] += (folder / "out").exists() and bool(
                    differing(folder / "undisturbed", folder / "out")
                )
        reused += finish(folder)["reused_tasks"] > 0
        ended += 1
        differed += bool(differing(folder / "undisturbed", folder / "out"))
    for segment, tally in tallies.items():
        print(f"{segment:10} " + ", ".join(f"{what} {count}" for what, count in tally.items()))
    print(f"runs brought to their end: {ended}, with work reused {reused}, with other bytes {differed}")


if __name__ == "__main__":
    main()
