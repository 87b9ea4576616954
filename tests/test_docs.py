"""Docs cannot lie: generated pages are fresh, what the README and the docs show works."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from typing import TYPE_CHECKING

from conftest import prep

from prep.cli.app import COMMANDS

if TYPE_CHECKING:
    import pytest

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.DOTALL)


def test_the_generated_pages_are_fresh() -> None:
    """`make docs` would change nothing."""
    sys.path.insert(0, str(ROOT / "docs"))
    from generate import PAGES

    for name, page in PAGES.items():
        assert (ROOT / "docs" / name).read_text() == page(), f"{name} is stale: make docs"


def test_the_readme_names_every_command() -> None:
    """A command that is not in the table is not found."""
    for name in COMMANDS:
        assert f"`prep {name}" in README


def test_the_readmes_first_pipeline_runs_as_written(tmp_path: Path) -> None:
    """On the sample's table of questions and answers."""
    shutil.copy(ROOT / "sample_data" / "support" / "qa.csv", tmp_path)
    (tmp_path / "qa.yaml").write_text(blocks(README, "yaml")[0])
    done = prep("run", "qa.yaml", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["splits"]["train"]["examples"] == 156


def test_the_readmes_commands_work_and_print_what_is_shown(tmp_path: Path) -> None:
    """Every `$ prep` line, in order, on a copy of the samples; output shown is output printed."""
    for name in ("pipelines", "sample_data/legal"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns(".prep", "make"))
    shutil.copy(ROOT / "sample_data" / "support" / "qa.csv", tmp_path)
    (tmp_path / "qa.yaml").write_text(blocks(README, "yaml")[0])
    assert prep("run", "pipelines/legal.yaml", cwd=tmp_path).returncode == 0
    tried = 0
    for block in blocks(README, "console"):
        for told in block.removeprefix("$ ").split("\n$ "):
            command, *shown = told.splitlines()
            if command.startswith("prep "):
                done = prep(*shlex.split(command)[1:], cwd=tmp_path)
                assert done.returncode == 0, (command, done.stderr)
                printed = [line.rstrip() for line in done.stdout.splitlines()]
                assert printed[: len(shown)] == shown or not shown
                tried += 1
    assert tried == 4


def test_the_readmes_error_is_the_error(tmp_path: Path) -> None:
    """The message shown is the message printed."""
    (tmp_path / "qa.yaml").write_text(
        "ingest: [{path: qa.csv}]\nclean: [normalize_text]\ndedupe: {near: {treshold: 0.9}}\n"
        'format: {user: "{{ question }}", assistant: "{{ answer }}"}\n'
    )
    done = prep("lint", "qa.yaml", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stderr.strip() in README


def test_the_readmes_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From Python, as written, on a copy of the sample."""
    for name in ("pipelines", "sample_data/legal"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns(".prep", "make"))
    monkeypatch.chdir(tmp_path)
    exec(blocks(README, "python")[0], {})


def test_the_plugin_page_shows_a_plugin_that_runs(tmp_path: Path) -> None:
    """Both kinds of step, as written."""
    page = (ROOT / "docs" / "plugins.md").read_text()
    (tmp_path / "my_steps.py").write_text(blocks(page, "python")[0])
    shutil.copy(ROOT / "sample_data" / "legal" / "clauses_bom.csv", tmp_path)
    pipeline = "ingest: [{path: clauses_bom.csv, id: clause_id, text: clause}]\noutput: {records: out.csv}\n"
    (tmp_path / "p.yaml").write_text(pipeline + blocks(page, "yaml")[0])
    done = prep("run", "p.yaml", "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)["dropped_by_reason"]) <= {"party_excluded"}


def test_every_target_of_make_has_a_sentence() -> None:
    """`make help` lists them all."""
    text = (ROOT / "Makefile").read_text()
    targets = set(re.search(r"^\.PHONY: (.*)$", text, flags=re.MULTILINE)[1].split())  # type: ignore[index]
    assert targets == set(re.findall(r"^([a-z-]+):.*## ", text, flags=re.MULTILINE))
