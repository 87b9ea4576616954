"""The same deduplication by datatrove on two workers: read, MinHash (16 buckets of 8), filter, write; no chat format.

Prints JSON with `kept` in its last line. Needs `pip install "datatrove[io,processing]"`.
"""

import json
import sys
from itertools import cycle
from pathlib import Path

from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.pipeline.filters import LambdaFilter
from datatrove.pipeline.readers import JsonlReader
from datatrove.pipeline.writers import JsonlWriter
from datatrove.utils.hashing import HashConfig

WORKERS = 2
CONFIG = MinhashConfig(hash_config=HashConfig(precision=64), num_buckets=16, hashes_per_bucket=8, n_grams=5)


def main(source: Path, folder: Path) -> None:
    pieces = folder / "input"
    pieces.mkdir(parents=True)
    files = [(pieces / f"{number}.jsonl").open("w", encoding="utf-8") for number in range(WORKERS)]
    with source.open(encoding="utf-8") as handle:
        for line, file in zip(handle, cycle(files)):
            file.write(line)
    for file in files:
        file.close()

    def reader() -> JsonlReader:
        return JsonlReader(str(pieces), text_key="text", id_key="id")

    def run(steps: list, tasks: int) -> None:
        LocalPipelineExecutor(steps, tasks=tasks, workers=min(tasks, WORKERS)).run()

    signatures, buckets, removed = (str(folder / name) for name in ("signatures", "buckets", "removed"))
    few = LambdaFilter(lambda document: len(document.text.split()) >= 5)
    run([reader(), few, MinhashDedupSignature(signatures, config=CONFIG)], WORKERS)
    run([MinhashDedupBuckets(signatures, buckets, config=CONFIG)], CONFIG.num_buckets)
    run([MinhashDedupCluster(buckets, removed, config=CONFIG)], 1)
    output = folder / "kept"
    run([reader(), few, MinhashDedupFilter(removed), JsonlWriter(str(output), compression=None)], WORKERS)
    kept = sum(len(path.read_text(encoding="utf-8").splitlines()) for path in output.glob("*.jsonl"))
    print(json.dumps({"kept": kept}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
