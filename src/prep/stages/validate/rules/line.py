"""Rules about the bytes of a line: what parsers hide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.stages.validate.register import Spot, rule
from prep.stages.validate.samples import GOOD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.raw import RawLine


def _verdict(line: RawLine, reason: str) -> Iterator[Spot]:
    if line.verdict == reason:
        yield "", line.told


@rule(
    "line.blank", {"together": "warning", "else": "error"}, level="line", bad="", good=GOOD,
    explanation="A blank line is not an example.", fix="remove the line",
)  # fmt: skip
def blank(line: RawLine) -> Iterator[Spot]:
    """The line has nothing on it."""
    return _verdict(line, "blank")


@rule(
    "line.utf8", "error", level="line", bad=GOOD.replace('"q"', '"\\udcff"'), good=GOOD,
    explanation="The file must be UTF-8.", fix="save the file as UTF-8",
)  # fmt: skip
def utf8(line: RawLine) -> Iterator[Spot]:
    """Bytes that are no UTF-8; in `bad` they stand as surrogate escapes."""
    return _verdict(line, "utf8")


@rule(
    "line.json", "error", level="line", bad=GOOD[:-2], good=GOOD,
    explanation="Every line is one JSON object.", fix="write one object a line, without line breaks inside",
)  # fmt: skip
def json(line: RawLine) -> Iterator[Spot]:
    """The line is no JSON."""
    return _verdict(line, "json")


@rule(
    "line.not_object", "error", level="line", bad='["messages"]', good=GOOD,
    explanation="Every line is a JSON object, not another value.", fix="put the messages into an object: {\"messages\": [...]}",
)  # fmt: skip
def not_object(line: RawLine) -> Iterator[Spot]:
    """The line is JSON, but no object."""
    return _verdict(line, "not_object")


@rule(
    "line.duplicate_key", "error", level="line", bad=GOOD.replace('"role": "user"', '"role": "user", "role": "user"'), good=GOOD,
    explanation="A key may stand once in an object; which of two is used differs between parsers.", fix="keep one of them",
)  # fmt: skip
def duplicate_key(line: RawLine) -> Iterator[Spot]:
    """An object has a key twice."""
    return _verdict(line, "duplicate_key")


@rule(
    "line.nan", "error", level="line", good=GOOD,
    bad='{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "weight": NaN}]}',
    explanation="NaN and Infinity are not JSON.", fix="write a number or null",
)  # fmt: skip
def nan(line: RawLine) -> Iterator[Spot]:
    """A number that JSON does not have."""
    return _verdict(line, "nan")


@rule(
    "line.surrogate", "error", level="line", bad=GOOD.replace('"q"', '"\\ud83d"'), good=GOOD.replace('"q"', '"\\ud83d\\ude00"'),
    explanation="A \\uD800-\\uDFFF escape must come in a pair; alone it is no character.", fix="write the character itself",
)  # fmt: skip
def surrogate(line: RawLine) -> Iterator[Spot]:
    """Half a character."""
    return _verdict(line, "surrogate")


@rule(
    "line.too_deep", "error", level="line", bad=GOOD[:-1] + ', "tools": ' + "[" * 300 + "]" * 300 + "}", good=GOOD,
    explanation="Nesting beyond 200 levels is refused by parsers.", fix="flatten the value",
)  # fmt: skip
def too_deep(line: RawLine) -> Iterator[Spot]:
    """Brackets within brackets within brackets."""
    return _verdict(line, "too_deep")


@rule(
    "line.truncated", "error", level="line", bad=GOOD[:-2], good=GOOD,
    explanation="The file ends in the middle of a line: it was cut while it was written or copied.", fix="write or fetch the file again",
)  # fmt: skip
def truncated(line: RawLine) -> Iterator[Spot]:
    """The last line has no end."""
    return _verdict(line, "truncated")


@rule(
    "line.separator", "warning", level="line", bad=GOOD.replace('"q"', '"q\u2028"'), good=GOOD.replace('"q"', '"q\\u2028"'),
    explanation="U+2028, U+2029 or U+0085 stands bare in the line: programs that split text by Unicode's rules end the line there.",
    fix="write it as \\u2028, \\u2029 or \\u0085 (`--fix` does)",
)  # fmt: skip
def separator(line: RawLine) -> Iterator[Spot]:
    """A line end that is none."""
    if line.separator:
        yield "", f"the line holds a bare {line.separator}"


@rule(
    "line.too_long", "error", level="line", bad="(a line of 513 MB)", good=GOOD,
    explanation="The line alone is longer than a file may be; it is not read.", fix="look for a missing line end, or split the example",
)  # fmt: skip
def too_long(line: RawLine) -> Iterator[Spot]:
    """A line beyond all limits."""
    return _verdict(line, "too_long")
