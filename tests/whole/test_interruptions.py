"""A run that is killed, or out of space, leaves the last good outputs, and the next run ends in the same bytes."""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
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


def write_project(folder: Path, words: str, files: int = 6) -> Path:
    folder.mkdir()
    for file in range(files):
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
        if after != before:  # it came after the new outputs had taken their place: then they are whole
            seen = {file: data for file, data in after.items() if file.name != "run.json"}
            assert prep("run", path, "--quiet", "--force").returncode == 0
            assert seen == {file: file.read_bytes() for file in seen}


@pytest.mark.slow
def test_a_run_killed_at_any_rename_goes_on_and_ends_in_the_same_bytes(tmp_path: Path) -> None:
    """Just before the first rename, the second, ... until there are no more: nothing half is seen or left."""
    undisturbed = write_project(tmp_path / "whole", "w", files=2)
    assert prep("run", undisturbed, "--quiet").returncode == 0
    whole = tmp_path / "whole" / "build" / "p"
    for number in range(1, 100):
        killed = write_project(tmp_path / str(number), "w", files=2)
        out, counter = killed.parent / "build" / "p", tmp_path / f"{number}.renames"
        command = [
            sys.executable,
            str(Path(__file__).with_name("dying.py")),
            str(number),
            "run",
            str(killed),
            "--quiet",
        ]
        environment = os.environ | {"PREP_TEST_COUNTER": str(counter)}
        done = subprocess.run(command, check=False, capture_output=True, env=environment, timeout=60)
        assert not out.exists() or same_bytes(whole, out) == []
        if done.returncode != -signal.SIGKILL:
            break
        assert prep("run", killed, "--quiet").returncode == 0
        assert same_bytes(whole, out) == []
        assert [path.name for path in out.parent.iterdir()] == ["p"]
    assert done.returncode == 0, done.stderr
    assert number > 12


@pytest.mark.slow
def test_workers_killed_at_random_moments_leave_nothing_half(tmp_path: Path) -> None:
    """Two workers, many parts, kill -9 on all of them again and again: the end is what an undisturbed run makes."""
    undisturbed, killed = write_project(tmp_path / "a", "w"), write_project(tmp_path / "b", "w")
    assert prep("run", undisturbed, "--quiet").returncode == 0
    out, whole = tmp_path / "b" / "build" / "p", tmp_path / "a" / "build" / "p"
    moments = random.Random(7)
    for _ in range(8):
        command = [sys.executable, "-m", "prep", "run", str(killed), "--quiet", "--memory", "750MiB", "--workers", "2"]
        process = subprocess.Popen(command, start_new_session=True, stderr=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.2, 2.0))
        process.kill()
        process.wait()
        assert not out.exists() or same_bytes(whole, out) == []
    assert prep("run", killed, "--quiet").returncode == 0
    assert same_bytes(whole, out) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_file_system_is_told_and_with_room_the_run_goes_on(tmp_path: Path, small_disk: Path) -> None:
    """Outputs and cache on a disk that is too small: exit 2, no outputs; larger, it ends in the same bytes."""
    path = write_project(tmp_path / "a", "w")
    assert prep("run", path, "--quiet").returncode == 0
    arguments = ("--quiet", "--set", f"output.directory={small_disk}/p", "--cache", str(small_disk / "cache"))
    full = prep("run", path, *arguments)
    assert full.returncode == 2, full.stderr
    assert "No space left on device" in full.stderr
    assert "Traceback" not in full.stderr
    assert not (small_disk / "p").exists()
    subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
    assert prep("run", path, *arguments).returncode == 0
    assert same_bytes(tmp_path / "a" / "build" / "p", small_disk / "p") == []


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
