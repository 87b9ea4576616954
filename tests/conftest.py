"""What the tests of whole runs share: small projects in a temporary folder, and the command line as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from prep import run

# A busy machine is no failure: how long an example takes says nothing about what it shows. `CI=1` draws the same
# examples each time, so that what was green stays green; elsewhere every run looks at new ones.
settings.register_profile("prep", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("prep")

ROOT = Path(__file__).parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"

Project = Callable[..., Path]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Write a pipeline file and its data into the temporary folder; returns the pipeline file."""

    def write(pipeline: str, **files: str | bytes) -> Path:
        for name, content in files.items():
            path = tmp_path / name.replace("__", ".")
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        (tmp_path / "p.yaml").write_text(pipeline)
        return tmp_path / "p.yaml"

    return write


@pytest.fixture
def carry_out() -> Callable[..., tuple[dict[str, Any], Path]]:
    """Run a pipeline in this process; returns its result and its output folder."""

    def call(path: Path, *overrides: str, **options: Any) -> tuple[dict[str, Any], Path]:
        result = run(path, overrides, workers=1, **options)
        return result, Path(result["directory"])

    return call


def prep(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line as a user calls it."""
    return subprocess.run(
        [sys.executable, "-m", "prep", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=os.environ | environment,
    )


# Why a test may be skipped; any other reason fails the session.
SKIPS = ("the shared data is not there", "azurite is not installed", "no file system can be mounted here")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where a test was skipped for a reason that is not on the list."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter is not None else []
    odd = [report.nodeid for report in skipped if not any(reason in str(report.longrepr) for reason in SKIPS)]
    if odd:
        reporter.write_line(f"skipped for a reason that is not on the list: {', '.join(odd)}")
        session.exitstatus = 1
