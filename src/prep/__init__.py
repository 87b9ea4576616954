"""Turn raw domain data into fine-tune-ready chat JSONL and few-shot banks, with every line accounted for."""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # `typing` takes half as long to load as Python takes to start
if TYPE_CHECKING:
    from typing import Any

    from prep.api import advise, cost, count, plan, repair, run, status, validate
    from prep.errors import GateError, InputError, PipelineError, PrepError, UsageError
    from prep.personal.recognizers import recognizer
    from prep.stages.part import Part
    from prep.stages.registry import StepConfig, TextStepConfig, reader, step

# Names are looked up on first use, so that `import prep` and `prep --help` stay quick.
_HOMES = {
    "advise": "prep.api",
    "run": "prep.api",
    "plan": "prep.api",
    "status": "prep.api",
    "validate": "prep.api",
    "repair": "prep.api",
    "cost": "prep.api",
    "count": "prep.api",
    "step": "prep.stages.registry",
    "reader": "prep.stages.registry",
    "recognizer": "prep.personal.recognizers",
    "StepConfig": "prep.stages.registry",
    "TextStepConfig": "prep.stages.registry",
    "Part": "prep.stages.part",
    "PrepError": "prep.errors",
    "UsageError": "prep.errors",
    "InputError": "prep.errors",
    "GateError": "prep.errors",
    "PipelineError": "prep.errors",
}

__all__ = [
    "GateError",
    "InputError",
    "Part",
    "PipelineError",
    "PrepError",
    "StepConfig",
    "TextStepConfig",
    "UsageError",
    "advise",
    "cost",
    "count",
    "plan",
    "reader",
    "recognizer",
    "repair",
    "run",
    "status",
    "step",
    "validate",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'prep' has no attribute {name!r}")
