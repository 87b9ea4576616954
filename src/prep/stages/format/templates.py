"""Templates: compiled once, asked which columns they use, rendered with a record's values."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import minijinja

# {% if %} and {% for %} with everything in them, innermost first.
_BLOCK = re.compile(r"\{%-?\s*(if|for)\b(?:(?!\{%-?\s*(?:if|for)\b).)*?\{%-?\s*end\1\s*-?%\}", re.DOTALL)
# Printed values that say themselves what to do without one.
_HANDLED = re.compile(r"\{\{(?:(?!\}\}).)*?(?:\|\s*(?:default|d)\b|\bif\b|\bor\b)(?:(?!\}\}).)*?\}\}", re.DOTALL)
_RAW = re.compile(r"\{%-?\s*raw\s*-?%\}.*?\{%-?\s*endraw\s*-?%\}", re.DOTALL)


@cache
def environment() -> minijinja.Environment:
    """The one environment of all templates: nothing is escaped, an unknown column is an error."""
    return minijinja.Environment(
        undefined_behavior="strict", auto_escape_callback=lambda _: False, keep_trailing_newline=True
    )


def compile_problems(template: str) -> tuple[int, str] | None:
    """What is wrong with a template, as (line within it, message); None where nothing is."""
    try:
        minijinja.Environment(undefined_behavior="strict").add_template("template", template)
    except minijinja.TemplateError as error:
        return error.line or 1, error.detail or error.message
    return None


@cache
def columns(template: str) -> frozenset[str]:
    """The columns a template uses."""
    if compile_problems(template) is not None:
        return frozenset()
    return frozenset(environment().undeclared_variables_in_str(template))


@cache
def required(template: str) -> frozenset[str]:
    """The columns a template prints outside any `{% if %}` or `{% for %}`, without a default: these need a value."""
    bare = _RAW.sub("", template)
    while (shorter := _BLOCK.sub("", bare)) != bare:
        bare = shorter
    return columns(_HANDLED.sub("", bare)) & columns(template)


class Rendered:
    """A template ready to render: `text` for a record's values, the line end that ends a YAML block left out."""

    def __init__(self, template: str) -> None:
        self.columns = columns(template)
        self._source = template.removesuffix("\n")
        self._plain = "{{" not in template and "{%" not in template and "{#" not in template
        if not self._plain:
            environment().add_template(self._source, self._source)

    def text(self, values: dict[str, Any]) -> str:
        """The text; minijinja.TemplateError where it fails on these values."""
        if self._plain:
            return self._source
        return environment().render_template(self._source, **values)
