"""A plug-in that is right."""

from loud import LOUDEST
from pydantic import Field

from prep import StepConfig, step


class Shout(StepConfig):
    """Write in capital letters."""

    loudness: int = Field(1, le=LOUDEST, description="how loud")


@step
def shout(text, config: Shout):  # noqa: ARG001
    """Capital letters."""
    return text.str.to_uppercase()
