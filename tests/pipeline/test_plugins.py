"""Users' own steps: found by path, loaded afresh when they change, known to the cache with what they import."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from prep.errors import PipelineError
from prep.pipeline.load import Loaded, load
from prep.pipeline.plugins import plugin_files
from prep.stages.registry import STEPS

STEP = '''
from prep import StepConfig, step
{imports}

class Mine(StepConfig):
    """My step."""

    strength: int = {default}

@step
def {name}(text, config: Mine):
    return text
'''
PIPELINE = "plugins: [{files}]\ningest: [{{path: a.csv}}]\nformat: {{user: a, assistant: b}}\nclean: [{steps}]\n"


def write(folder: Path, name: str = "mine", imports: str = "", default: str = "1", file: str = "steps.py") -> None:
    folder.mkdir(exist_ok=True)
    (folder / file).write_text(STEP.format(name=name, imports=imports, default=default))


def loaded(folder: Path, files: str = "steps.py", steps: str = "mine") -> Loaded:
    (folder / "p.yaml").write_text(PIPELINE.format(files=files, steps=steps))
    return load(folder / "p.yaml")


@pytest.fixture(autouse=True)
def _forget() -> None:
    STEPS.pop("mine", None)


def test_a_step_of_ones_own(tmp_path: Path) -> None:
    """A plug-in's step stands in `clean` like any other, its settings checked."""
    write(tmp_path)
    assert loaded(tmp_path, steps="mine: {strength: 3}").pipeline.clean[0].config.model_dump() == {"strength": 3}
    assert "mine" in STEPS


def test_a_changed_plugin_is_loaded_again(tmp_path: Path) -> None:
    """In one process, a plug-in or a module it imports is not remembered beyond a change."""
    write(tmp_path, imports="from strengths import DEFAULT", default="DEFAULT")
    for value in (5, 6):
        (tmp_path / "strengths.py").write_text(f"DEFAULT = {value}\n")
        assert loaded(tmp_path).pipeline.clean[0].config.model_dump() == {"strength": value}


def test_two_folders_with_modules_of_one_name(tmp_path: Path) -> None:
    """Each plug-in imports from its own folder."""
    for value, name in enumerate(("one", "two")):
        write(tmp_path / name, imports="from strengths import DEFAULT", default="DEFAULT")
        (tmp_path / name / "strengths.py").write_text(f"DEFAULT = {value}\n")
        assert loaded(tmp_path / name).pipeline.clean[0].config.model_dump() == {"strength": value}
    assert str(tmp_path / "two") not in sys.path


def test_the_files_behind_a_plugin(tmp_path: Path) -> None:
    """The plug-in, what it imports, and what that imports, also inside functions; nothing else of the folder."""
    write(tmp_path, imports="import a\nfrom pack import inner\n")
    (tmp_path / "a.py").write_text("def later():\n    import b\n    import json\n")
    (tmp_path / "b.py").write_text("import a\n")
    (tmp_path / "unused.py").write_text("")
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "__init__.py").write_text("")
    (tmp_path / "pack" / "inner.py").write_text("from . import other\n")
    (tmp_path / "pack" / "other.py").write_text("")
    names = [path.relative_to(tmp_path).as_posix() for path in plugin_files(loaded(tmp_path))]
    assert names == ["a.py", "b.py", "pack/__init__.py", "pack/inner.py", "pack/other.py", "steps.py"]
    assert not list(tmp_path.rglob("__pycache__"))


def test_steps_of_other_pipelines_are_unknown(tmp_path: Path) -> None:
    """A step that another pipeline's plug-in brought does not exist here."""
    write(tmp_path)
    loaded(tmp_path)
    with pytest.raises(PipelineError) as caught:
        loaded(tmp_path, files="")
    assert caught.value.problems[0].message == "unknown step `mine`"


def test_two_plugins_with_one_step(tmp_path: Path) -> None:
    """A step that two plug-ins define is a mistake in the second."""
    write(tmp_path)
    write(tmp_path, file="more.py")
    with pytest.raises(PipelineError) as caught:
        loaded(tmp_path, files="steps.py, more.py")
    problem = caught.value.problems[0]
    assert problem.message == "the step `mine` is in steps.py, too"
    assert Path(problem.file).name == "more.py"


@pytest.mark.parametrize("line", ["raise SystemExit(3)", "1/0", "import no_such_module", "\0", "from broken import x"])
def test_a_failing_plugin_changes_nothing(tmp_path: Path, line: str) -> None:
    """A plug-in that cannot be loaded is a problem with its place, and leaves the register as it was."""
    before = dict(STEPS)
    write(tmp_path, imports=line)
    (tmp_path / "broken.py").write_text("def (:\n")
    with pytest.raises(PipelineError) as caught:
        loaded(tmp_path)
    assert len(caught.value.problems) == 1
    assert Path(caught.value.problems[0].file).parent == tmp_path
    assert before == STEPS


def test_a_validator_of_a_plugin_that_fails(tmp_path: Path) -> None:
    """An exception in a plug-in's own settings is a problem, not a crash."""
    validator = (
        "from pydantic import AfterValidator\nfrom typing import Annotated\ndef check(value): raise KeyError(value)\n"
    )
    text = STEP.format(name="mine", imports=validator, default="1").replace(
        "strength: int", "strength: Annotated[int, AfterValidator(check)]"
    )
    (tmp_path / "steps.py").write_text(text)
    with pytest.raises(PipelineError) as caught:
        loaded(tmp_path, steps="mine: {strength: 3}")
    assert "KeyError" in caught.value.problems[0].message


def test_readers_of_ones_own(tmp_path: Path) -> None:
    """A plug-in may bring a reader; one of prep's own cannot be replaced."""
    from prep.stages.registry import READERS

    text = "from prep import reader\n@reader('.{name}')\ndef read_{name}(source):\n    yield from ()\n"
    (tmp_path / "steps.py").write_text(text.format(name="sgml"))
    loaded(tmp_path, steps="")
    assert READERS.pop("sgml").endings == (".sgml",)
    (tmp_path / "steps.py").write_text(text.format(name="csv"))
    with pytest.raises(PipelineError) as caught:
        loaded(tmp_path, steps="")
    assert caught.value.problems[0].message == "the reader `csv` is one of prep's own"
