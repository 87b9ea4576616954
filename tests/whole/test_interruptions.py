"""A run that is killed, or out of space, leaves the last good outputs, and the next run ends in the same bytes."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import prep
from recount import same_bytes

PIPELINE = """
label: label
ingest: [{path: "*.jsonl", id: id, text: text}]
clean: [normalize_text]
dedupe: {near: {threshold: 0.8}}
format: {user: "{{ text }}", assistant: "{{ label }}"}
split: {into: {train: 0.8, validation: 0.2}}
"""


def write_project(folder: Path, words: str) -> Path:
    folder.mkdir()
    for file in range(6):
        rows = (
            {
                "id": f"{file}-{row}",
                "text": " ".join(f"{words}{file * 977 + row * 31 + at}" for at in range(60)),
                "label": "a",
            }
            for row in range(120)
        )
        (folder / f"f{file}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    (folder / "p.yaml").write_text(PIPELINE)
    return folder / "p.yaml"


def start(path: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "prep", "run", str(path), "--quiet", "--workers", "1"]
    return subprocess.Popen(command, stderr=subprocess.DEVNULL)


@pytest.mark.parametrize("seconds", [0.5, 0.9, 1.3])
def test_a_killed_run_ends_in_the_same_bytes(tmp_path: Path, seconds: float) -> None:
    """kill -9 somewhere in the middle: nothing half is seen, and the next run makes what an undisturbed one makes."""
    undisturbed, killed = write_project(tmp_path / "a", "w"), write_project(tmp_path / "b", "w")
    assert prep("run", undisturbed, "--quiet").returncode == 0
    process = start(killed)
    time.sleep(seconds)
    process.kill()
    process.wait()
    out = tmp_path / "b" / "build" / "p"
    assert not out.exists() or same_bytes(tmp_path / "a" / "build" / "p", out) == []
    assert prep("run", killed, "--quiet").returncode == 0
    assert same_bytes(tmp_path / "a" / "build" / "p", out) == []


def test_an_interrupted_run_leaves_the_last_good_outputs(tmp_path: Path) -> None:
    """Ctrl-C during a second run: exit 130, the first run's outputs stand as they were."""
    path = write_project(tmp_path / "a", "w")
    assert prep("run", path, "--quiet").returncode == 0
    before = {file: file.read_bytes() for file in (tmp_path / "a" / "build").rglob("*") if file.is_file()}
    (tmp_path / "a" / "f9.jsonl").write_text('{"id": "x", "text": "one two three", "label": "a"}\n')
    process = start(path)
    time.sleep(1.2)
    process.send_signal(signal.SIGINT)
    assert process.wait() in (130, 0)
    if process.returncode == 130:
        after = {file: file.read_bytes() for file in (tmp_path / "a" / "build").rglob("*") if file.is_file()}
        assert after == before


def test_a_full_disk_is_told_and_nothing_half_is_left(tmp_path: Path) -> None:
    """Files may not grow beyond a limit: exit 2 with the system's words, no outputs; with room the run succeeds."""
    path = write_project(tmp_path / "a", "w")

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))

    command = [sys.executable, "-m", "prep", "run", str(path), "--quiet", "--workers", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=limit)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    assert "too large" in done.stderr.lower()
    assert not (tmp_path / "a" / "build" / "p").exists()
    assert prep("run", path, "--quiet").returncode == 0


def test_two_runs_at_once_do_not_meet(tmp_path: Path) -> None:
    """The second says who has the output folder, and exits 2."""
    path = write_project(tmp_path / "a", "w")
    first = start(path)
    time.sleep(0.7)
    second = prep("run", path)
    assert first.wait() == 0
    assert second.returncode in (0, 2)
    if second.returncode == 2:
        assert f"another run (process {first.pid}, for " in second.stderr
