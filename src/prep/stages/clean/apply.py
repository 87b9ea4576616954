"""Run the clean steps over a part, note what each changed, and refuse a step that loses records."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from prep.errors import InputError, PrepError, UsageError
from prep.stages.clean.checks import check_kept, text_columns, with_marks
from prep.stages.registry import TextStepConfig, loaded_from

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from prep.stages.part import Part
    from prep.stages.registry import Step, StepConfig


@dataclass(frozen=True)
class StepTally:
    """What one step did to one part: records it changed, records it dropped. `index` is its place in `clean`."""

    step: str
    index: int
    touched: int
    dropped: int


def apply(
    part: Part, steps: Sequence[tuple[str, StepConfig]], registry: Mapping[str, Step], *, finish: bool = True
) -> tuple[Part, list[StepTally]]:
    """`part` after `steps` in their order, with a note for every record a step changed, and a tally a step.

    `finish`: whether these are all steps, so that what is left until all have run is done.
    Text steps act on the text columns and on the contents of turns, marked records included, but not on cells that
    hold JSON. InputError names the step that failed, returned something else, lost, repeated or reordered records.
    """
    tallies = []
    for index, (name, config) in enumerate(steps):
        if name not in registry:
            raise UsageError(f"there is no step {name}", hint="`prep steps` lists them")
        before = replace(part, stage="clean", step=name)
        after = _run(before, registry[name], config)
        changed = _changed(before, after)
        if len(after.changes) == len(before.changes):
            after = after.note(changed)
        dropped = _lost(after) - _lost(before)
        divided = after.frame.height - before.frame.height  # into chunks
        tallies.append(StepTally(name, index, int(changed.sum()) + divided, dropped))
        part = after
    if finish:
        part = _finish(part, steps, registry, tallies)
    return replace(part, stage="clean", step=None), tallies


def _finish(
    part: Part, steps: Sequence[tuple[str, StepConfig]], registry: Mapping[str, Step], tallies: list[StepTally]
) -> Part:
    """What text steps leave until all have run; what it touches counts in their `tallies`."""
    for index, (name, config) in enumerate(steps):
        if isinstance(config, TextStepConfig) and config.at_end(_column()) is not None:
            before = replace(part, stage="clean", step=name)
            last = replace(registry[name], function=lambda text, settings: settings.at_end(text))
            after = _run(before, last, config)
            changed = _changed(before, after)
            tallies[index] = replace(tallies[index], touched=max(tallies[index].touched, int(changed.sum())))
            part = after.note(changed)
    return part


def _lost(part: Part) -> int:
    """How many records are dropped and do not live on in others."""
    from prep.stages.part import ABSORBED

    reasons = part.frame["_reason"].drop_nulls()
    return len(reasons) - int(reasons.is_in(ABSORBED).sum())


def _column() -> pl.Expr:
    import polars as pl

    return pl.col("text")


def _run(part: Part, step: Step, config: StepConfig) -> Part:
    import polars as pl

    work = _text if step.kind == "text" else _record
    try:
        return work(part, step, config)
    except PrepError:
        raise
    except pl.exceptions.PolarsError as error:
        raise InputError(f"the step {step.name} failed: {_reason(error)}", where=_place(error, step)) from error
    except Exception as error:
        if step.is_built_in:
            raise
        message = f"the step {step.name} failed: {type(error).__name__}: {_reason(error)}"
        raise InputError(message, where=_place(error, step), hint="mend the plug-in") from error


def _reason(error: Exception) -> str:
    """The error's message without the expression that polars appends."""
    return str(error).partition("\n\nThis error occurred")[0]


def _place(error: Exception, step: Step) -> str | None:
    """The line of a plug-in's file where it failed; nothing for a step of our own."""
    file = loaded_from(step.function)
    if file is None or step.is_built_in:
        return None
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == file]
    return f"{file}:{lines[-1]}" if lines else file


def _text(part: Part, step: Step, config: StepConfig) -> Part:
    from prep.stages.turns import map_contents

    only = config.on if isinstance(config, TextStepConfig) else None
    columns, turns = text_columns(part, only)

    def change(values: pl.Series) -> pl.Series:
        return _evaluate(values, step, config)

    for name in columns:
        part = part.with_columns(_but_json(part, name, change(part.frame[name])))
    for name in turns:
        part = part.with_columns(map_contents(part.frame[name], change).alias(name))
    return part


def _evaluate(values: pl.Series, step: Step, config: StepConfig) -> pl.Series:
    import polars as pl

    expression: Any = step.function(pl.col(values.name), config)
    if not isinstance(expression, pl.Expr):
        raise _wrong_result(step, "an expression", expression)
    result = values.to_frame().select(expression.alias(values.name)).to_series()
    if result.dtype != pl.String:
        raise InputError(f"the step {step.name} returned {result.dtype} instead of text", hint="cast it to pl.String")
    if len(result) != len(values):
        raise InputError(f"the step {step.name} returned {len(result)} texts for {len(values)}")
    return result


def _but_json(part: Part, name: str, changed: pl.Series) -> pl.Series:
    """`changed`, except the cells that hold JSON: their bytes stay."""
    import msgspec
    import polars as pl

    listed = part.column("_json")
    if listed.null_count() == len(listed):
        return changed
    is_json = listed.str.contains(msgspec.json.encode(name).decode(), literal=True).fill_null(False)
    return pl.select(pl.when(~is_json).then(changed).otherwise(part.frame[name]).alias(name)).to_series()


def _record(part: Part, step: Step, config: StepConfig) -> Part:
    from prep.stages.part import Part

    after: Any = step.function(part, config)
    if not isinstance(after, Part):
        raise _wrong_result(step, "the part", after)
    check_kept(part, after, step.name)
    return with_marks(part, after)


def _wrong_result(step: Step, wanted: str, got: object) -> InputError:
    return InputError(
        f"the step {step.name} returned {type(got).__name__} instead of {wanted}",
        where=loaded_from(step.function),
        hint="a text step returns an expression, a record step the part",
    )


def _changed(before: Part, after: Part) -> pl.Series:
    """Boolean, a value for each record in `after`: a cell of the user's differs from what it was."""
    import polars as pl

    from prep.stages.part import data_columns

    old, new = before.frame, after.frame
    names = list(dict.fromkeys([*data_columns(old.columns), *data_columns(new.columns)]))
    count = old.height  # what a step creates stands behind what was there
    changed = pl.repeat(False, new.height, eager=True)
    for name in names:
        differs = before.column(name).ne_missing(after.column(name).head(count))
        changed |= pl.concat([differs, pl.repeat(False, new.height - count, eager=True)])
    return changed.alias("changed")
