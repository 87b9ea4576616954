"""Counts a finished run anew from its raw inputs and its outputs, without a line of the program it checks."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

import polars as pl

ABSORBED = {"merged", "chunked", "not_selected"}


def recount(directory: Path, inputs: dict[str, int]) -> dict[str, int]:
    """Assert that the run in `directory` lost nothing; `inputs`: entries in each raw file, by the file's name."""
    ledger = pl.read_parquet(directory / "ledger.parquet")
    run = json.loads((directory / "run.json").read_text())
    counts = {
        name: ledger.filter(pl.col("event") == name).height
        for name in ("read", "created", "quarantined", "dropped", "written")
    }
    assert counts == run["records"]
    assert counts["read"] + counts["created"] == counts["dropped"] + counts["written"]
    ends = ledger.filter(pl.col("event").is_in(["dropped", "written"]))
    births = ledger.filter(pl.col("event").is_in(["read", "created"]))
    assert ends["record"].n_unique() == ends.height
    assert births["record"].n_unique() == births.height
    assert set(births["record"]) == set(ends["record"])
    assert ends.filter(pl.col("event") == "dropped")["reason"].null_count() == 0

    entries = ledger.filter(pl.col("event").is_in(["read", "quarantined"])).group_by("_file").len()
    assert dict(entries.iter_rows()) == {name: count for name, count in inputs.items() if count}
    _check_lines(directory, ledger)
    _check_rejects(directory, ledger)
    _check_hashes(directory)
    return counts


def _check_lines(directory: Path, ledger: pl.DataFrame) -> None:
    """Every line of every output belongs to exactly one event."""
    for (output,), events in ledger.filter(pl.col("output").is_not_null()).group_by("output"):
        path = directory / str(output)
        if path.suffix == ".jsonl":
            lines = path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines()
            assert sorted(events["line"]) == list(range(1, len(lines) + 1)), output
            for line in lines:
                json.loads(line)
        elif path.suffix == ".csv":
            with path.open(newline="") as handle:
                assert len(list(csv.reader(handle))) - 1 == events.height


def _check_rejects(directory: Path, ledger: pl.DataFrame) -> None:
    dropped = ledger.filter((pl.col("event") == "dropped") & ~pl.col("reason").is_in(ABSORBED))
    rejects = [json.loads(line) for line in (directory / "rejects.jsonl").read_text().splitlines()]
    assert sorted((line["id"], line["reason"]) for line in rejects) == sorted(
        dropped.select("record", "reason").iter_rows()
    )


def _check_hashes(directory: Path) -> None:
    manifest = json.loads((directory / "manifest.json").read_text())
    found = {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}
    assert found == {*manifest["outputs"], "manifest.json", "run.json"}
    for name, entry in manifest["outputs"].items():
        assert hashlib.sha256((directory / name).read_bytes()).hexdigest() == entry["sha256"], name


def entries(path: Path) -> int:
    """How many entries a raw file has: non-blank lines of JSONL, rows of CSV, one for a document or an empty file."""
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
        path = path.with_suffix("")
    if not data:
        return 1
    if path.suffix in (".jsonl", ".ndjson"):
        return sum(1 for line in data.split(b"\n") if line.strip())
    if path.suffix in (".csv", ".tsv"):
        text = _decoded(data)
        return (
            sum(
                1
                for row in csv.reader(text.splitlines(keepends=True), delimiter="\t" if path.suffix == ".tsv" else ",")
                if row
            )
            - 1
        )
    if path.suffix == ".parquet":
        return int(pl.scan_parquet(path).select(pl.len()).collect().item())
    return 1


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def same_bytes(one: Path, other: Path) -> list[str]:
    """The names of published files that differ between two output folders; `run.json` holds times and is left out."""

    def files(folder: Path) -> dict[str, Any]:
        paths = [path for path in folder.rglob("*") if path.is_file() and path.name != "run.json"]
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}

    left, right = files(one), files(other)
    return sorted(name for name in {*left, *right} if left.get(name) != right.get(name))
