"""Templates: compiled once, asked which columns they use, rendered with a record's values."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any

import minijinja
import msgspec

from prep.stages.format.syntax import bare_prints, bound_names, calls, pieces, printed_outside_blocks

_ENCODE = msgspec.json.Encoder().encode
# Names that a template has without a column: functions of minijinja.
_FUNCTIONS = frozenset({"cycler", "debug", "dict", "joiner", "namespace", "range"})
# Other templates: a pipeline file has none.
_ELSEWHERE = frozenset({"include", "extends", "import", "from"})
PRINTED = "_printed"


class Unprintable(Exception):  # noqa: N818
    """A null is printed."""


def _printable(value: Any) -> Any:
    """What a printed value becomes: JSON's spelling of booleans, lists and objects; a null is refused."""
    if value is None:
        raise Unprintable("a null is printed")
    if isinstance(value, (bool, dict, list)):
        return _ENCODE(value).decode()
    return value


def environment() -> minijinja.Environment:
    """A new environment: nothing is escaped, printing what is not there is an error, asking for it is not.

    One for each thread: it must not be shared, since rendering calls back into Python while it is locked.
    """
    made: minijinja.Environment = minijinja.Environment(  # type: ignore[call-overload]  # its stubs lack semi_strict
        undefined_behavior="semi_strict",
        auto_escape_callback=lambda _: False,
        keep_trailing_newline=True,
        finalizer=_printable,
    )
    made.add_test("none", lambda value: value is None)
    return made


@lru_cache(maxsize=1024)
def compile_problems(template: str) -> tuple[int, str] | None:
    """What is wrong with a template, as (line within it, message); None where nothing is."""
    made = environment()
    try:
        made.add_template("template", template)
    except minijinja.TemplateError as error:
        return error.line or 1, error.detail or error.message
    for line, kind, name in calls(template):
        if kind == "tag" and name in _ELSEWHERE:
            return line, f"`{name}` is not available: a pipeline file has no other templates"
        if kind in ("filter", "test") and not made.eval_expr(f"'{name}' is {kind}"):
            return line, f"there is no {kind} `{name}`"
    return None


@cache
def columns(template: str) -> frozenset[str]:
    """The columns a template uses."""
    if compile_problems(template) is not None:
        return frozenset()
    return frozenset(environment().undeclared_variables_in_str(template)) - _FUNCTIONS


@cache
def required(template: str) -> frozenset[str]:
    """The columns that need a value: printed outside `{% if %}` and `{% for %}`, and without a way to do without.

    A way to do without is the filter `default` or `d`, an inline `if`, or an `or`.
    """
    found: set[str] = set()
    for expression in printed_outside_blocks(template):
        found |= columns("{{" + expression + "}}")
    return columns(template) & found


class Rendered:
    """A template ready to render: `text` for a record's values, the line end that ends a YAML block (`|`) left out.

    `paths`: the columns and dotted paths it prints as they are, `meta.price` for example. Where a record holds JSON,
    these print its source text, so that 1.10 stays 1.10.
    """

    def __init__(self, template: str) -> None:
        self.columns = columns(template)
        source = template.removesuffix("\n")
        prints = [(span, path) for span, path in bare_prints(source) if path.partition(".")[0] in self.columns]
        bound = bound_names(source)
        prints = [(span, path) for span, path in prints if path.partition(".")[0] not in bound]
        self.paths = tuple(dict.fromkeys(path for _, path in prints))
        found = pieces(source) if compile_problems(template) is None else None
        self._pieces = found if found is not None and set(found[1::2]) <= self.columns else None
        self._environment = environment()
        self._environment.add_template("plain", source)
        for (start, end), path in reversed(prints):
            source = f'{source[:start]}{PRINTED}["{path}"]{source[end:]}'
        self._environment.add_template("json", source)

    def text(self, values: dict[str, Any]) -> str:
        """The text; TemplateFailed with a short reason where it cannot be made of these values."""
        if self._pieces is not None:
            return self._joined(values.get(PRINTED, values))
        try:
            return self._environment.render_template("json" if PRINTED in values else "plain", **values)
        except minijinja.TemplateError as error:
            reason = re.sub(rf"{PRINTED}\[['\"](.*?)['\"]\]", r"\1", error.detail or error.message)
            raise TemplateFailed(f"line {error.line}: {reason}"[:200]) from error
        except Unprintable as error:
            raise TemplateFailed(str(error)) from error

    def _joined(self, printed: dict[str, str]) -> str:
        """What minijinja would render, four times as fast: most templates only print columns."""
        assert self._pieces is not None
        try:
            return "".join(printed[piece] if place % 2 else piece for place, piece in enumerate(self._pieces))
        except KeyError as error:
            raise TemplateFailed(f"`{error.args[0]}` is undefined") from error


class TemplateFailed(Exception):  # noqa: N818
    """A template could not be rendered with one record's values."""
