"""Ctrl-C and SIGTERM end a command in order whenever they come: exit 130, one sentence, no traceback."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import Project, prep

PIPELINE = """
plugins: [late.py]
ingest: [{path: d.csv, text: a}]
clean: [normalize_text, shout]
format: {user: "{{ a }}", assistant: "{{ b }}"}
"""
STEP = """
import atexit, os, signal, time
import polars as pl
from prep import TextStepConfig, step

def ctrl_c():
    os.kill(os.getpid(), signal.SIGINT)

class Shout(TextStepConfig):
    '''In capitals.'''

@step
def shout(text: pl.Expr, config: Shout) -> pl.Expr:
    return text.str.to_uppercase()

class Callback:
    def __del__(self):
        ctrl_c()

"""
MOMENTS = {
    "inside exec, which Python remembers": "exec('ctrl_c()')",
    "inside a callback, which Python drops": "Callback()\ntime.sleep(10)",
    "twice, while the first is being obeyed": "try:\n    ctrl_c()\nfinally:\n    ctrl_c()",
    "made another error by a library": "try:\n    ctrl_c()\nexcept BaseException:\n    raise ValueError('odd')",
}


@pytest.mark.parametrize("moment", MOMENTS)
def test_an_interruption_ends_with_130(project: Project, moment: str) -> None:
    """Wherever Ctrl-C arrives: exit 130 and one sentence."""
    path = project(PIPELINE, d__csv="a,b\nsome words,b\n", late__py=STEP + MOMENTS[moment] + "\n")
    started = time.monotonic()
    done = prep("run", path, "--workers", "1")
    assert (done.returncode, done.stderr.strip()) == (
        130,
        "error: interrupted; finished work is kept, the outputs are the last ones that were finished",
    )
    assert time.monotonic() - started < 8


def test_an_interruption_after_the_end_changes_nothing(project: Project) -> None:
    """Ctrl-C while Python tidies up after a finished run: exit 0, and nothing is printed of it."""
    path = project(PIPELINE, d__csv="a,b\nsome words,b\n", late__py=STEP + "atexit.register(ctrl_c)\n")
    done = prep("run", path, "--workers", "1", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_while_libraries_load(project: Project, number: signal.Signals) -> None:
    """From the first import of ours on: exit 130 without a traceback."""
    path = project(PIPELINE, d__csv="a,b\nsome words,b\n", late__py=STEP)
    code = "import sys; from prep.cli import main, interruption; listen = interruption.listen\n"
    code += "import prep.cli; prep.cli.listen = lambda: (listen(), print('now', flush=True))\n"
    code += f"sys.argv = ['prep', 'run', {str(path)!r}]; main()"
    for wait in (0.0, 0.01, 0.02, 0.04, 0.08, 0.16):
        process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        process.send_signal(number)
        _, told = process.communicate(timeout=30)
        assert process.returncode == 130
        assert b"Traceback" not in told


@pytest.mark.parametrize("heard", [b"", b'{"path": "p.ya'])
def test_a_worker_whose_parent_is_gone_says_nothing(heard: bytes) -> None:
    """The parent may be interrupted before it has told its worker what to do."""
    command = [sys.executable, "-m", "prep.engine.executors.worker"]
    done = subprocess.run(command, input=heard, capture_output=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
