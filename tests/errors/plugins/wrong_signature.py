"""A plug-in whose step takes something else."""

from prep import StepConfig, step


class Nothing(StepConfig):
    """Settings."""


@step
def odd(frame, config: Nothing):  # noqa: ARG001
    """Do nothing."""
    return frame
