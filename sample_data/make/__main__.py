"""`python -m sample_data.make --seed 7 --out sample_data`: write the samples."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from random import Random

from .legal import make_legal, write_legal
from .readme import update_readme
from .support import make_support, write_support


def main() -> None:
    """Write both samples, their planted.json, and the table in the README."""
    parser = argparse.ArgumentParser(prog="sample_data.make", description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path(__file__).parents[1])
    options = parser.parse_args()
    found = {
        "legal": write_legal(make_legal(Random(options.seed)), options.out / "legal"),
        "support": write_support(make_support(Random(options.seed)), options.out / "support"),
    }
    for name, planted in found.items():
        text = json.dumps({"seed": options.seed, **planted}, indent=1, ensure_ascii=False)
        (options.out / name / "planted.json").write_text(text + "\n")
    update_readme(options.out / "README.md", found)


if __name__ == "__main__":
    main()
