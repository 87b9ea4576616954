"""The list `clean`: each entry's step found by its name, its settings checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from prep.pipeline.explain import validate
from prep.pipeline.model import CleanStep
from prep.pipeline.positions import spoken
from prep.pipeline.words import found, meant

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prep.errors import Problem
    from prep.pipeline.positions import Positions, Where
    from prep.stages.registry import Step, StepConfig

_SHAPE = "a step is a name, `- normalize_text`, or a name with settings, `- drop_short: {min_words: 5}`"


def resolve(data: Any, known: Mapping[str, Step], positions: Positions, problems: list[Problem]) -> list[CleanStep]:
    """The steps of `clean`, those that are right; what is wrong is appended to `problems`."""
    if data is None and ("clean",) in positions.empty:
        return []
    if not isinstance(data, list):
        if not positions.reported(("clean",)):
            problems.append(positions.problem(("clean",), f"`clean` must be a list, found {found(data)}", _SHAPE))
        return []
    steps = [_entry(entry, ("clean", number), known, positions, problems) for number, entry in enumerate(data)]
    return [step for step in steps if step is not None]


def _entry(
    entry: Any, at: Where, known: Mapping[str, Step], positions: Positions, problems: list[Problem]
) -> CleanStep | None:
    if positions.reported(at) or at in positions.empty:
        return None
    settings: Any = None
    if isinstance(entry, dict) and len(entry) == 1:
        entry, settings = next(iter(entry.items()))
    if not isinstance(entry, str):
        problems.append(_wrong_shape(entry, at, known, positions))
        return None
    place = (*at, entry)
    if entry not in known:
        hint = meant(entry, list(known)) or "`prep steps` lists them; your own come by `plugins`"
        problems.append(positions.problem(place, f"unknown step `{entry}`", hint, key=True))
        return None
    if settings is None:
        settings = {}
    elif not isinstance(settings, dict):
        if not positions.reported(place):
            message = f"the settings of `{entry}` must be a mapping, found {found(settings)}"
            problems.append(positions.problem(place, message, f"`prep steps {entry}` shows them"))
        return None
    config = validate(known[entry].config, settings, place, positions, problems)
    return None if config is None else CleanStep(name=entry, config=cast("StepConfig", config))


def _wrong_shape(entry: Any, at: Where, known: Mapping[str, Step], positions: Positions) -> Problem:
    if isinstance(entry, dict) and entry:
        first = next(iter(entry))
        names = [name for name in entry if name in known]
        hint = _SHAPE
        if len(names) > 1:
            hint = "begin each step with its own `- `"
        elif entry[first] is None:
            hint = f"indent the settings further than `{first}:`"
        return positions.problem(at, f"{spoken(at)} has {len(entry)} keys, a step has one", hint)
    return positions.problem(at, f"{spoken(at)} is {found(entry)}, not a step", _SHAPE)
