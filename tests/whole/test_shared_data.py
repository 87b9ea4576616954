"""Runs on public data that nobody here wrote; skipped where the folder is absent."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import ROOT, SHARED_DATA
from recount import entries, recount

from prep import count, run, validate

pytestmark = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="the shared data is not there")


def inputs(*patterns: str, base: str) -> dict[str, int]:
    """Entries of each file, by its name below `base`."""
    root = SHARED_DATA / base
    return {path.relative_to(root).as_posix(): entries(path) for pattern in patterns for path in root.glob(pattern)}


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("banking77", {"base": "banking77/banking_data", "pattern": "train.csv"}),
        ("site_policy", {"base": "github_site_policy/Policies", "pattern": "**/*.md"}),
        ("de_courts", {"base": "de_courts", "pattern": "*documents.jsonl"}),
    ],
)
def test_real_data_runs_and_every_entry_is_accounted_for(name: str, files: dict[str, str], tmp_path: Path) -> None:
    """Classification from CSV, policies in Markdown, German decisions in JSONL: recounted from the raw files."""
    overrides = [f"output.directory={tmp_path / 'out'}"]
    result = run(ROOT / "tests" / "pipelines" / f"{name}.yaml", overrides, cache=tmp_path / "cache", workers=1)
    counts = recount(tmp_path / "out", inputs(files["pattern"], base=files["base"]))
    assert counts["quarantined"] == 0
    assert counts["written"] > 0.9 * counts["read"]
    written = sorted((tmp_path / "out" / "finetune" / "azure").glob("*.jsonl"))
    assert validate(written, provider=["azure", "openai"])["errors"] in (0, 2)  # a tiny validation file has too few
    told = sum(entry["tokens"] for entry in result["splits"].values())
    assert count(written)["tokens"] == told


def test_every_intent_of_banking77_is_in_every_split(tmp_path: Path) -> None:
    """Stratified: 77 labels in train, validation and test, in their shares."""
    overrides = [f"output.directory={tmp_path / 'out'}"]
    result = run(ROOT / "tests" / "pipelines" / "banking77.yaml", overrides, cache=tmp_path / "cache", workers=1)
    total = result["records"]["written"]
    for name, share in (("train", 0.8), ("validation", 0.1), ("test", 0.1)):
        path = tmp_path / "out" / "finetune" / "azure" / f"{name}.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert len({line["messages"][-1]["content"] for line in lines}) == 77
        assert abs(len(lines) / total - share) < 0.02
