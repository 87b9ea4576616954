"""What a YAML syntax error means to the one who wrote the file: message, place and a way out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prep.errors import Problem
    from prep.pipeline.positions import Place, Positions

QUOTE_TEMPLATE = 'put the template in quotes: "{{ column }}"'

# What the parser says (a piece of it), the message, the hint, and whether the place is where the construct began.
_MEANINGS = (
    ("found character '\\t'", "a tab cannot indent YAML", "use spaces", False),
    ("found character", "a value cannot begin with this character", "put the value in quotes", False),
    (
        "mapping values are not allowed",
        "`: ` cannot stand here",
        "put a value that holds `: ` in quotes; or mend the indentation",
        False,
    ),
    (
        "sequence entries are not allowed",
        "a list cannot begin here",
        "put `- ` on its own line, or write [a, b]",
        False,
    ),
    ("could not find expected ':'", "a `:` is missing after this key", "`key: value`; or indent the text above", True),
    (
        "expected <block end>",
        "this does not belong here",
        "the indentation is off, or text follows a closing quote or bracket",
        False,
    ),
    ("or ']'", "this list is never closed", "a `]` or a `,` is missing", True),
    ("or '}'", "this mapping is never closed", "a `}` or a `,` is missing", True),
    ("unexpected end of stream", "this quote is never closed", "end it with the same quote", True),
    (
        "unknown escape character",
        "an unknown escape in double quotes",
        "use single quotes: they keep backslashes as they are",
        False,
    ),
    (
        "expected escape sequence",
        "an unfinished escape in double quotes",
        "use single quotes: they keep backslashes as they are",
        False,
    ),
    (
        "expected a comment or a line break",
        "a text block begins on the next line",
        "nothing but a comment may follow `|` or `>`",
        False,
    ),
    (
        "chomping or indentation",
        "an unknown mark after `|` or `>`",
        "`|`, `|-` or `>` alone, then the text on the next lines",
        False,
    ),
    ("expected alphabetic", "a name must follow `*` or `&`", "put the value in quotes: '*.csv'", False),
    ("expected '<document start>'", "this does not belong here", "a bracket too many, or text after the end", False),
)


def explain_syntax(error: Exception, positions: Positions) -> Problem:
    """The problem behind an exception of the YAML parser."""
    said = getattr(error, "problem", None) or str(error).partition("\n")[0]
    mark = getattr(error, "problem_mark", None)
    begun = getattr(error, "context_mark", None)
    place = positions.place(mark.index if mark is not None else 0)
    line = positions.lines[place.line - 1]
    template = _template_without_quotes(line)
    if template:
        return positions.at(place._replace(column=template), "`{{` is not in quotes", QUOTE_TEMPLATE)
    for piece, message, hint, at_start in _MEANINGS:
        if piece in said:
            start = positions.place(begun.index) if at_start and begun is not None else place
            return positions.at(start, message, _hint(hint, line, start))
    return positions.at(place, f"this is not YAML: {said}", "see https://yaml.org/spec/1.2.2")


def _template_without_quotes(line: str) -> int:
    """The column of a `{{` right behind a key; 0 where there is none."""
    _, colon, value = line.partition(":")
    value = value.lstrip()
    return len(line) - len(value) + 1 if colon and value.startswith("{{") else 0


def _hint(hint: str, line: str, place: Place) -> str:
    value = line.partition(":")[2].strip()
    if value.startswith("{") and "}" in value and not value.endswith("}") and " " not in value:
        return f"put a path with braces in quotes: '{value}'"
    if value.startswith("'") and (line.count("'") % 2 or line[place.column - 2 : place.column - 1] == "'"):
        return "inside single quotes an apostrophe is written twice: 'it''s'"
    return hint
