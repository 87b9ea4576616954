"""What one per cent more input costs, against the whole: `python -m benchmarks.growth`."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.corpus import documents
from benchmarks.measure import measure

HERE = Path(__file__).parent
FILES = 100


def main() -> None:
    """Print the time of a full run over 100 files, of a run after a 101st came, and of a run with nothing to do."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=1000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "in").mkdir()
        for number in range(FILES + 1):
            with (folder / f"{number:03}.jsonl").open("w", encoding="utf-8") as handle:
                for record, _ in documents(given.megabytes / FILES, number, 0.2):
                    handle.write(json.dumps(record) + "\n")
            if number < FILES:
                shutil.move(folder / f"{number:03}.jsonl", folder / "in")
        pipeline = (HERE / "pipeline.yaml").read_text().replace("corpus.jsonl", "in/*.jsonl")
        (folder / "pipeline.yaml").write_text(pipeline)
        run = [sys.executable, "-m", "prep", "run", "pipeline.yaml", "--json"]
        rows = [("the whole", measure(run, folder))]
        shutil.move(folder / f"{FILES:03}.jsonl", folder / "in")
        rows.append(("one file of 101 added", measure(run, folder)))
        rows.append(("nothing to do", measure(run, folder)))
        for what, found in rows:
            result = json.loads(found.output)
            segments = {entry["segment"]: (entry["run"], entry["seconds"]) for entry in result["segments"]}
            share = found.wall / rows[0][1].wall
            print(f"{what:24} {found.wall:7.1f} s  {share:6.1%}  {found.peak:6.0f} MB  (tasks run, s) {segments}")


if __name__ == "__main__":
    main()
