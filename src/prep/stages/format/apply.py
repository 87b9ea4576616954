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
    names = sorted(set().union(*(required(template) for _, template in trained(settings).templates())))
    for name in names:
        blank = part.column(name).fill_null("").str.strip_chars() == ""
        reason = "label_missing" if name == part.label else "value_missing"
        part = part.drop(where=blank, reason=reason, detail=name)
    return part


def apply(part: Part, settings: Format, method: str = "sft") -> Part:
    """The part with the column `_example`: JSON text for each record that is not dropped, null for the others.

    A record on which a template fails is dropped as `template_failed`, one whose column of tools or calls is no JSON
    list as `tools_invalid`, a conversation without an answer as `answer_missing`, a line that is no example as
    `example_missing`. `method`: of lines that pass through.
    """
    part = missing(part, settings)
    settings = trained(settings)
    if settings.passthrough:
        return passed_through(part, settings, method)
    if settings.conversation is not None:
        return conversations(part, settings)
    return templated(part, settings)
