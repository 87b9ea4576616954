"""What templates use, need, and print."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.stages.format.syntax import pieces
from prep.stages.format.templates import Rendered, TemplateFailed, columns, compile_problems, environment, required


@pytest.mark.parametrize(
    ("template", "used", "needed"),
    [
        ("{{ a }} {{ b.c }}", {"a", "b"}, {"a", "b"}),
        ("{% if a %}{{ b }}{% else %}{{ c }}{% endif %}{{ d }}", {"a", "b", "c", "d"}, {"d"}),
        ("{% for x in a %}{% if x %}{{ x.y }}{{ b }}{% endif %}{% endfor %}", {"a", "b"}, set()),
        ("{{ a | default('x') }}{{ b|d }}{{ c if e }}{{ f or 'none' }}", {"a", "b", "c", "e", "f"}, set()),
        ("{{ a ~ ' if or | default ' ~ b }}", {"a", "b"}, {"a", "b"}),
        ("{% set x = a %}{{ x }}{{- b | upper -}}", {"a", "b"}, {"b"}),
        ("{# {{ a }} #}{% raw %}{{ b }}{% endraw %}{{ '}}' ~ c }}", {"c"}, {"c"}),
        ("{% for n in range(3) %}{{ loop.index }}{% endfor %}", set(), set()),
        ("no template", set(), set()),
        ("{{ broken", set(), set()),
    ],
)
def test_a_template_tells_its_columns(template: str, used: set[str], needed: set[str]) -> None:
    """Used are all columns; needed those printed outside blocks without a default, an inline `if` or an `or`."""
    assert (columns(template), required(template)) == (used, needed)


@pytest.mark.parametrize(
    ("template", "line", "words"),
    [
        ("a\n{{ b", 2, "unexpected end of input"),
        ("{% if a %}", 1, "unexpected end"),
        ("a\n\n{{ b | uper }}", 3, "no filter `uper`"),
        ("{% if a is blank %}{% endif %}", 1, "no test `blank`"),
        ("{% filter shout %}x{% endfilter %}", 1, "no filter `shout`"),
        ("{% include 'other' %}", 1, "`include` is not available"),
    ],
)
def test_a_wrong_template_is_found_before_the_run(template: str, line: int, words: str) -> None:
    """Syntax, unknown filters and tests, and other templates are problems with a line."""
    problem = compile_problems(template)
    assert problem is not None
    assert problem[0] == line
    assert words in problem[1]


@pytest.mark.parametrize(
    "template",
    [
        "{{ a | upper }}",
        "{% if a is not none and b is defined %}x{% endif %}",
        "{{ 'a | nope is odd' }}",
        "{{ a['b'] | d }}",
    ],
)
def test_a_right_template_has_no_problem(template: str) -> None:
    """Filters, tests and text that looks like them are no problems."""
    assert compile_problems(template) is None


@pytest.mark.parametrize(
    ("template", "values", "text"),
    [
        ("Hi {{ a }}.\n", {"a": "<b> & 'c'"}, "Hi <b> & 'c'."),
        ("{{ a }}\n\n", {"a": "x\n"}, "x\n\n"),
        ("{{ a | default('none') }}", {}, "none"),
        ("{% if a %}{{ a }}{% else %}-{% endif %}{{ a is none }}", {}, "-true"),
        ("{{ a or 'z' }}", {"a": ""}, "z"),
        (
            "{{ a.x }} {{ a.y }} {{ a.t }}",
            {"a": {"x": True, "y": [1, None], "t": {"k": "é"}}},
            'true [1,null] {"k":"é"}',
        ),
        ("{% for x in a %}{{ loop.index }}{{ x }}{% endfor %}", {"a": ["p", "q"]}, "1p2q"),
    ],
)
def test_rendering(template: str, values: dict[str, Any], text: str) -> None:
    """Nothing is escaped; a missing value takes its default; JSON prints as JSON; a block's last line end goes."""
    assert Rendered(template).text(values) == text


@pytest.mark.parametrize(
    ("template", "values", "words"),
    [
        ("{% if a %}{{ b }}{% endif %}", {"a": "x"}, "undefined"),
        ("{{ a.b }}", {"a": {"b": None}}, "null is printed"),
        ("x\n{{ a.b.c }}", {"a": {}}, "line 2"),
        ("{{ a | round }}", {"a": "text"}, "line 1"),
    ],
)
def test_a_value_that_is_not_there_is_never_printed(template: str, values: dict[str, Any], words: str) -> None:
    """A null or missing value makes the template fail instead of printing `None`."""
    with pytest.raises(TemplateFailed, match=words):
        Rendered(template).text(values)


TEXTS = st.text(alphabet="ab{}%# \n\"'é", max_size=12)


@settings(max_examples=300, deadline=None)
@given(st.lists(TEXTS, min_size=3, max_size=3), TEXTS)
def test_templates_that_only_print_columns_render_alike_without_the_engine(texts: list[str], value: str) -> None:
    """The short cut for plain templates gives what minijinja gives."""
    template = texts[0] + "{{ a }}" + texts[1] + "{{b}}" + texts[2]
    if compile_problems(template) is not None or pieces(template) is None:
        return
    made = Rendered(template)
    values = {"a": value, "b": "x"}
    expected = environment().render_str(template.removesuffix("\n"), **values)
    assert made.text(values) == expected
    assert pieces("{{- a }}") is pieces("{{ a.b }}") is pieces("{# c #}") is None
