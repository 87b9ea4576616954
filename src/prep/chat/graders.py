"""Graders of reinforcement: which fields of a line, and of the model's answer, their templates ask for."""

from __future__ import annotations

import re

_TEMPLATE = re.compile(r"\{\{\s*(?P<space>item|sample)\s*\.\s*(?P<path>[^{}|]*?)\s*\}\}")
# The fields of `sample`; of a reinforcement line only `item` is in the data.
SAMPLE_FIELDS = ("output_text", "output_json", "output_tools", "choices")


def item_paths(grader: str) -> list[list[str]]:
    """The paths below `item` that a grader's text asks for, each once: {{item.answer.value}} is [answer, value]."""
    found = [match["path"] for match in _TEMPLATE.finditer(grader) if match["space"] == "item"]
    return [re.findall(r"[^.\[\]'\"\s]+", path) for path in dict.fromkeys(found)]
