"""Every broken pipeline file in tests/errors gives exactly the text beside it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from prep.errors import PipelineError
from prep.pipeline.load import load
from prep.pipeline.render import render

FOLDER = Path(__file__).parents[1] / "errors"
CASES = sorted(path.stem for path in FOLDER.glob("*.yaml"))


def said(case: str) -> str:
    """All problems of a case; lines `#! --set KEY=VALUE` at its top are the command line."""
    lines = (FOLDER / f"{case}.yaml").read_bytes().decode("utf-8", "replace").splitlines()
    options = [line.removeprefix("#! --set ") for line in lines if line.startswith("#! --set ")]
    with pytest.raises(PipelineError) as caught:
        load(Path(f"{case}.yaml"), options)
    return "\n\n".join(render(problem) for problem in caught.value.problems) + "\n"


@pytest.mark.parametrize("case", CASES)
def test_the_text_of_every_error(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broken file is explained, all of its mistakes at once; `PREP_REGENERATE=1` writes the texts anew."""
    monkeypatch.chdir(FOLDER)
    text = said(case)
    expected = FOLDER / f"{case}.txt"
    if os.environ.get("PREP_REGENERATE"):
        expected.write_text(text, encoding="utf-8", newline="\n")
    assert text == expected.read_text(encoding="utf-8")


def test_no_text_without_its_case() -> None:
    """Every expected text belongs to a broken file."""
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_no_jargon_reaches_the_user(case: str) -> None:
    """No text speaks of pydantic, Python types or other people's pages."""
    text = (FOLDER / f"{case}.txt").read_text(encoding="utf-8").lower()
    for word in (
        "pydantic",
        "input should",
        "valid dictionary",
        "value error",
        "ruamel",
        "traceback",
        "nonetype",
        "<block",
    ):
        assert word not in text
