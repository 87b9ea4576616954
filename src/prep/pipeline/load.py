"""From a pipeline file to its declaration: everything that is wrong with it is found and said at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.errors import PipelineError, Problem
from prep.outputs.settings import Finetune
from prep.pipeline.checks import check
from prep.pipeline.coming import coming
from prep.pipeline.explain import validate
from prep.pipeline.model import CleanStep, Pipeline
from prep.pipeline.overrides import apply
from prep.pipeline.plugins import load_plugins
from prep.pipeline.positions import Place, Positions, Where, spoken
from prep.pipeline.steps import resolve
from prep.pipeline.words import found
from prep.pipeline.yaml import compose, decode

if TYPE_CHECKING:
    from collections.abc import Sequence

# A pipeline file is written by hand. What is larger is data that was given by mistake.
_MOST_BYTES = 1 << 20


@dataclass(frozen=True)
class Loaded:
    """A pipeline file that is right: the declaration, and where each part of it stands."""

    pipeline: Pipeline
    path: Path  # as given
    base: Path  # the file's folder, absolute: every path in the file is relative to it
    text: str
    positions: Positions
    overrides: tuple[str, ...] = ()

    def problem_at(self, path: Where, message: str, hint: str | None = None) -> Problem:
        """A problem with the setting at `path`, found later: at its place in the file, or at its `--set`."""
        return self.positions.problem(path, message, hint)


def load(path: Path, overrides: Sequence[str] = (), *, text: str | None = None) -> Loaded:
    """The pipeline file `path` with `overrides` ("dedupe.near.threshold=0.9") put in; plug-ins are loaded.

    `text` is taken in place of the file's. PipelineError with all problems, in the order of their places.
    """
    path = Path(path)
    positions = Positions(str(path), _read(path) if text is None else text)
    data, problems = compose(positions)
    if not isinstance(data, dict):
        message = f"a pipeline file is a mapping of sections, found {found(data)}"
        hint = "`ingest:`, `clean:`, `format:` and so on, each at the start of a line"
        raise PipelineError([*problems, positions.at(Place(1, 1), message, hint)])
    problems += apply(data, overrides, positions)
    problems += _empty(positions)
    base = path.absolute().parent
    plugin_problems: list[Problem] = []
    known = load_plugins(data.get("plugins"), base, positions, plugin_problems)
    problems += coming(data, positions)
    sections = {key: value for key, value in data.items() if key != "clean"}
    pipeline = validate(Pipeline, sections, (), positions, problems)
    steps = resolve(data["clean"], known, positions, problems) if "clean" in data else []
    problems += check(data, positions)
    if plugin_problems and any(problem.message.startswith("unknown step") for problem in problems):
        # The step is most likely in the plug-in that could not be loaded.
        problems = [problem for problem in problems if not problem.message.startswith("unknown step")]
    problems += plugin_problems
    if problems or pipeline is None:
        raise PipelineError(_once(problems))
    assert isinstance(pipeline, Pipeline)
    return Loaded(_complete(pipeline, steps, path), path, base, positions.text, positions, tuple(overrides))


def _read(path: Path) -> str:
    file = str(path)
    try:
        with path.open("rb") as handle:
            data = handle.read(_MOST_BYTES + 1)
    except FileNotFoundError:
        raise PipelineError([Problem("there is no such pipeline file", file, hint="`prep init` writes one")]) from None
    except (OSError, ValueError) as error:
        message = f"the pipeline file cannot be read: {getattr(error, 'strerror', None) or error}"
        raise PipelineError([Problem(message, file)]) from None
    if len(data) > _MOST_BYTES:
        hint = "data files are named in `ingest`"
        raise PipelineError([Problem("this is larger than 1 MiB and no pipeline file", file, hint=hint)])
    return decode(data, file)


def _empty(positions: Positions) -> list[Problem]:
    """Keys without a value: most likely all that stood below them is commented out."""
    problems = []
    for path in sorted(positions.empty, key=lambda path: tuple(map(str, path))):
        is_step = path[:1] == ("clean",) and len(path) == 3  # a step without settings has its defaults
        if not is_step and not positions.reported(path):
            hint = "write a value, or `null` if that is meant, or remove it"
            problems.append(positions.problem(path, f"{spoken(path)} is empty", hint, key=True))
    positions.broken |= {path for path in positions.empty if len(path) != 3 or path[0] != "clean"}
    return problems


def _complete(pipeline: Pipeline, steps: list[CleanStep], path: Path) -> Pipeline:
    """The declaration with the defaults that depend on the file's name and on other sections."""
    name = pipeline.name or path.stem
    output = pipeline.output
    updates: dict[str, Any] = {"directory": output.directory or f"build/{name}"}
    if pipeline.format is not None and "finetune" not in output.model_fields_set:
        updates["finetune"] = Finetune()
    output = output.model_copy(update=updates)
    return pipeline.model_copy(update={"name": name, "clean": steps, "output": output})


def _once(problems: list[Problem]) -> list[Problem]:
    """Problems without repetitions: a mistake that two checks meet is said once."""
    return list({replace(problem, path="", hint=None): problem for problem in reversed(problems)}.values())[::-1]
