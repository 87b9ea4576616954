"""What is remembered of input files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from prep.engine import inputs as module
from prep.engine.inputs import Inputs
from prep.stages.ingest.discover import discover
from prep.stages.ingest.settings import Source

if TYPE_CHECKING:
    from pathlib import Path

    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile

LONG_AGO = 1_600_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three old files, one of them with a name that is no UTF-8 and one with letters that are not ASCII."""
    for name in (b"a.txt", b"b\xff.txt", "ü.txt".encode()):
        path = os.path.join(os.fsencode(tmp_path), name)  # noqa: PTH118
        with open(path, "wb") as handle:  # noqa: PTH123
            handle.write(b"text of " + name)
        os.utime(path, (LONG_AGO, LONG_AGO))
    return tmp_path


def look(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[list[Slice]], list[str]]:
    """The slices of all files, and which of them were scanned for it."""
    scanned: list[str] = []
    scan = module.scan

    def watched(file: SourceFile, size: int) -> list[Slice]:
        scanned.append(file.name)
        return scan(file, size)

    monkeypatch.setattr(module, "scan", watched)
    monkeypatch.setattr(module, "UNSETTLED_NS", 0)
    known = Inputs(folder / "inputs.json", 1000)
    found = [known.slices(file) for file in discover([Source(path="*.txt")], folder)]
    known.save()
    monkeypatch.undo()
    return found, scanned


def test_files_that_did_not_change_are_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second look scans nothing and knows the same slices, whatever bytes are in the names."""
    first, scanned = look(folder, monkeypatch)
    assert len(scanned) == 3
    assert look(folder, monkeypatch) == (first, [])


def test_a_changed_file_is_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the one that was written to is scanned."""
    look(folder, monkeypatch)
    (folder / "a.txt").write_text("text of b.txt")
    _, scanned = look(folder, monkeypatch)
    assert scanned == ["a.txt"]


def test_a_damaged_memory_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a file, or one of another version, is as good as nothing."""
    first, _ = look(folder, monkeypatch)
    for damaged in (b'{"/a": {"iden', b'{"/a": {"identity": [1, 2], "facts": {}}}', b"\xff"):
        (folder / "inputs.json").write_bytes(damaged)
        found, scanned = look(folder, monkeypatch)
        assert (found, len(scanned)) == (first, 3)
