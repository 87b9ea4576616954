"""`prune_prefix`: the system prompt in its short form in training, and the inference template that matches it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from prep.chat.prompt import FRONT, first_sentence
from prep.stages.format.syntax import spans

if TYPE_CHECKING:
    from prep.stages.format.settings import Format


def system_of(settings: Format) -> str | None:
    """The template of the system message that an example begins with, as the pipeline file has it."""
    if settings.turns and settings.turns[0].role in FRONT:
        return settings.turns[0].content
    return settings.system


def short_system(settings: Format) -> str | None:
    """The template that training sees in its place: the given text, or the first sentence; itself if nothing prunes."""
    whole = system_of(settings)
    if whole is None or settings.prune_prefix is False:
        return whole
    if isinstance(settings.prune_prefix, str):
        return settings.prune_prefix
    return first_sentence(whole, whole=spans(whole))


def trained(settings: Format) -> Format:
    """The settings with which examples are made: the system message in its short form."""
    short = short_system(settings)
    if short == system_of(settings):
        return settings
    if settings.turns and settings.turns[0].role in FRONT:
        first = settings.turns[0].model_copy(update={"content": short})
        return settings.model_copy(update={"turns": [first, *settings.turns[1:]]})
    return settings.model_copy(update={"system": short})


def inference_template(settings: Format) -> dict[str, Any]:
    """How the tuned model is to be asked, as it was trained; and the prompt in full, for a model that is not tuned.

    Contents are minijinja templates over the records' columns; the answer is what the model gives.
    """
    return {
        "schema_version": 1,
        "template": "minijinja",
        "tuned": _asked(trained(settings)),
        "untuned": _asked(settings),
    }


def _asked(settings: Format) -> dict[str, Any]:
    found = [{"role": "system", "content": settings.system}] if settings.system is not None else []
    if settings.conversation is not None:
        return {"messages": found, "then": f"the turns of the column {settings.conversation}, up to a question"}
    turns = [(turn.role, turn.content) for turn in settings.turns or []] or [("user", settings.user or "")]
    while turns and turns[-1][0] == "assistant":
        turns.pop()
    return {"messages": [*found, *({"role": role, "content": content} for role, content in turns)]}
