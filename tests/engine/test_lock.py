"""One run at a time on an output folder."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from prep.engine.lock import lock_file, locked
from prep.errors import UsageError

HOLD = """
import pathlib, sys, time
from prep.engine.lock import locked

with locked(pathlib.Path(sys.argv[1])):
    print(flush=True)
    time.sleep(60)
"""


def test_the_second_is_told_who_has_the_folder_and_since_when(tmp_path: Path) -> None:
    """Process and seconds, and a way out."""
    directory = tmp_path / "out"
    with locked(directory), pytest.raises(UsageError) as told, locked(directory):
        raise AssertionError("both have it")
    assert re.fullmatch(
        rf"another run \(process {os.getpid()}, for \d+ s\) is writing to this output folder", told.value.message
    )
    assert told.value.hint == "wait for it, or give this run another `output.directory`"


def test_a_dead_owners_lock_is_taken_over(tmp_path: Path) -> None:
    """kill -9 on the owner: its file is left, and the next one has the lock at once."""
    directory = tmp_path / "out"
    owner = subprocess.Popen([sys.executable, "-c", HOLD, str(directory)], stdout=subprocess.PIPE)
    assert owner.stdout is not None
    owner.stdout.readline()
    with pytest.raises(UsageError), locked(directory):
        raise AssertionError("the owner lives")
    owner.send_signal(signal.SIGKILL)
    owner.communicate()
    assert lock_file(directory).exists()
    with locked(directory):
        assert json.loads(lock_file(directory).read_text())["process"] == os.getpid()
    assert not lock_file(directory).exists()


def test_folders_made_for_a_lock_alone_do_not_stay(tmp_path: Path) -> None:
    """A run that publishes nothing leaves no empty `build/`; one that does leaves what it made."""
    with locked(tmp_path / "build" / "deep" / "out"):
        assert (tmp_path / "build" / "deep").is_dir()
    assert not (tmp_path / "build").exists()
    with locked(tmp_path / "build" / "out"):
        (tmp_path / "build" / "out").mkdir()
    assert (tmp_path / "build" / "out").is_dir()


def test_an_unreadable_owner_is_said_to_be_unknown(tmp_path: Path) -> None:
    """A lock file whose text is no JSON."""
    directory = tmp_path / "out"
    with locked(directory):
        lock_file(directory).write_text("?")
        with pytest.raises(UsageError, match=r"another run \(process unknown\)"), locked(directory):
            time.sleep(0)
