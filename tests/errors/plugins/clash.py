"""A plug-in whose step has the name of a built-in one."""

from prep import StepConfig, step


class Shorter(StepConfig):
    """Settings."""


@step
def drop_short(part, config: Shorter):  # noqa: ARG001
    """Drop nothing."""
    return part
