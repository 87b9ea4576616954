"""The same cleaning and deduplication by data-juicer on two processes; no tokens, no chat format.

Prints JSON with `kept` in its last line. Needs `pip install py-data-juicer`.
"""

import json
import subprocess
import sys
from pathlib import Path

RECIPE = {
    "project_name": "peer",
    "np": 2,
    "text_keys": "text",
    "use_cache": False,
    "process": [
        {"whitespace_normalization_mapper": {}},
        {"words_num_filter": {"min_num": 5}},
        {
            "document_minhash_deduplicator": {
                "tokenization": "space", "window_size": 5, "num_permutations": 128, "jaccard_threshold": 0.8
            }
        },
    ],
}  # fmt: skip


def main(source: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    recipe, output = folder / "recipe.json", folder / "kept.jsonl"
    paths = {"dataset_path": str(source.resolve()), "export_path": str(output.resolve())}
    recipe.write_text(json.dumps(RECIPE | paths))
    command = [str(Path(sys.executable).with_name("dj-process")), "--config", str(recipe)]
    subprocess.run(command, check=True, stdout=sys.stderr)
    with output.open(encoding="utf-8") as handle:
        print(json.dumps({"kept": sum(1 for _ in handle)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
