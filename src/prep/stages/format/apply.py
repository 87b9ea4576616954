"""Records become examples: one JSON object each, from templates, a column of turns, or a line that is one already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.stages.format.chat import templated
from prep.stages.format.conversation import conversations
from prep.stages.format.passthrough import passed_through
from prep.stages.format.prune import trained
from prep.stages.format.templates import required

if TYPE_CHECKING:
    from prep.stages.format.settings import Format
    from prep.stages.part import Part


def missing(part: Part, settings: Format) -> Part:
    """Mark records that lack a value which a template prints outside any `{% if %}`."""
    settings = trained(settings)
    names = sorted(set().union(*(required(template) for template in templates(settings))))
    for name in names:
        blank = part.column(name).fill_null("").str.strip_chars() == ""
        reason = "label_missing" if name == part.label else "value_missing"
        part = part.drop(where=blank, reason=reason, detail=name)
    return part


def templates(settings: Format) -> list[str]:
    """Every template of the section, in the order of messages."""
    plain = [settings.system, settings.user, settings.assistant]
    return [text for text in plain if text is not None] + [turn.content for turn in settings.turns or []]


def apply(part: Part, settings: Format) -> Part:
    """The part with the column `_example`: JSON text for each record that is not dropped, null for the others.

    A record on which a template fails is dropped as `template_failed`, a conversation without an answer as
    `answer_missing`, a line that is no example as `example_missing`.
    """
    part = missing(part, settings)
    settings = trained(settings)
    if settings.conversation is not None:
        return conversations(part, settings)
    if settings.passthrough:
        return passed_through(part, settings)
    return templated(part, settings)
