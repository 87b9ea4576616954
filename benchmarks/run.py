"""Pair `prep run` with its peers on one corpus, in turn, and write RESULTS.md."""

from __future__ import annotations

import argparse
import datetime
import hashlib
import importlib.metadata
import json
import os
import platform
import shutil
import statistics
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.corpus import write
from benchmarks.measure import Measured, measure
from benchmarks.stages import stage_figures

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent
RANKS = "https://openaipublic.blob.core.windows.net/encodings/{name}.tiktoken"
PACKAGES = ("polars", "tiktoken", "gigatoken", "datasketch", "rensa", "numpy", "datatrove", "py-data-juicer")


def tiktoken_cache(folder: Path) -> dict[str, str]:
    """An environment in which tiktoken finds its rank files offline, under the names that it gives them."""
    folder.mkdir(exist_ok=True)
    for path in (HERE.parent / "src" / "prep" / "resources").rglob("*.tiktoken"):
        shutil.copy(path, folder / hashlib.sha1(RANKS.format(name=path.stem).encode()).hexdigest())
    return {"TIKTOKEN_CACHE_DIR": str(folder)}


def prep_once(folder: Path, memory: bool) -> Measured:
    """A whole run, nothing kept from before."""
    shutil.rmtree(folder / ".prep", ignore_errors=True)
    shutil.rmtree(folder / "out", ignore_errors=True)
    shutil.copy(HERE / "pipeline.yaml", folder / "pipeline.yaml")
    done = measure([sys.executable, "-m", "prep", "run", "pipeline.yaml", "--json"], folder, memory=memory)
    kept = json.loads(done.output)["records"]["written"]
    return Measured(done.wall, done.cpu, done.peak, str(kept))


# Peers may live in environments of their own: the Python of each, by `--python`.
PYTHONS: dict[str, str] = {}


def peer(module: str) -> Callable[[Path, bool], Measured]:
    """A program beside this file that takes the corpus and a folder, and prints JSON with `kept` in its last line."""

    def once(folder: Path, memory: bool) -> Measured:
        shutil.rmtree(folder / module, ignore_errors=True)
        command = [PYTHONS.get(module, sys.executable), str(HERE / f"{module}.py"), "corpus.jsonl", module]
        done = measure(command, folder, tiktoken_cache(folder / "ranks"), memory=memory)
        kept = json.loads(done.output.splitlines()[-1])["kept"]
        return Measured(done.wall, done.cpu, done.peak, str(kept))

    return once


PROGRAMS: dict[str, Callable[[Path, bool], Measured]] = {
    "prep": prep_once,
    "script": peer("peer_script"),
    "datatrove": peer("peer_datatrove"),
    "data-juicer": peer("peer_data_juicer"),
}


def pair(folder: Path, names: list[str], rounds: int) -> dict[str, list[Measured]]:
    """Every program once a round, in turn, so that a noisy minute hits all of them.

    Looking at memory slows what is looked at: of several rounds the first does that alone, and its times do not count.
    """
    found: dict[str, list[Measured]] = {name: [] for name in names}
    peaks: dict[str, float] = {}
    for number in range(rounds + 1 if rounds > 1 else 1):
        for name in names:
            one = PROGRAMS[name](folder, number == 0)
            peaks.setdefault(name, one.peak)
            print(f"round {number} {name:12} {one.wall:7.1f} s  {peaks[name]:7.0f} MB  kept {one.output}", flush=True)
            if number or rounds == 1:
                found[name].append(replace(one, peak=peaks[name]))
    return found


def table(found: dict[str, list[Measured]], truth: dict[str, Any]) -> list[str]:
    """Medians, and the ratio of each round's wall time to prep's in the same round with its spread."""
    rows = [
        "| program | wall s | CPU s | peak MB | MB/s | kept (truth {keep:,}) | slower than prep |".format(**truth),
        "|---|---|---|---|---|---|---|",
    ]
    for name, runs in found.items():
        ratios = [one.wall / own.wall for one, own in zip(runs, found["prep"], strict=True)]
        wall = statistics.median(one.wall for one in runs)
        told = "" if name == "prep" else f"{statistics.median(ratios):.1f} x ({min(ratios):.1f} to {max(ratios):.1f})"
        rows.append(
            f"| {name} | {wall:.1f} | {statistics.median(one.cpu for one in runs):.1f} "
            f"| {max(one.peak for one in runs):.0f} | {truth['megabytes'] / wall:.1f} | {runs[0].output} | {told} |"
        )
    return rows


def machine() -> list[str]:
    """The date, the machine and the versions a figure depends on."""
    versions = []
    for name in PACKAGES:
        try:
            versions.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    system = f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return [f"{datetime.date.today()}, {system}, {', '.join(versions)}."]


def main() -> None:
    """Run what is asked for; print it, and write it where `--out` says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, nargs="+", default=[20, 100])
    parser.add_argument("--programs", nargs="+", default=["prep", "script"], choices=PROGRAMS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path, help="where to work; default: a temporary folder")
    parser.add_argument("--out", type=Path, help="file to write the results into")
    parser.add_argument("--no-stages", action="store_true", help="leave out the figures of single stages")
    parser.add_argument("--python", nargs="+", default=[], metavar="MODULE=PATH", help="the Python of a peer's module")
    given = parser.parse_args()
    PYTHONS.update(entry.split("=", 1) for entry in given.python)
    lines = ["# Results", "", "Generated by `make bench`.", "", *machine()]
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = Path(name)
        for size in given.megabytes:
            truth = write(folder, size, given.seed)
            found = pair(folder, given.programs, given.rounds)
            lines += ["", f"## {size:g} MB, {truth['documents']:,} documents", "", *table(found, truth)]
        if not given.no_stages:
            lines += ["", "## Single stages", "", *stage_figures(folder / "corpus.jsonl")]
    text = "\n".join(lines) + "\n"
    print(text)
    if given.out:
        given.out.write_text(text)


if __name__ == "__main__":
    main()
