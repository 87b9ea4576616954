"""Rules about the bytes of a line, and of a file: what parsers hide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.stages.validate.register import Spot, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.raw import FileFacts, RawLine

GOOD = '{"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}'


def _verdict(line: RawLine, reason: str) -> Iterator[Spot]:
    if line.verdict == reason:
        yield "", line.told


@rule(
    "line.blank", "error", level="line", bad="", good=GOOD,
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
    "file.empty", "error", level="file", bad="(a file without a line)", good=GOOD,
    explanation="The file holds no example.", fix="write the examples into it",
)  # fmt: skip
def empty(file: FileFacts) -> Iterator[Spot]:
    """Nothing in it."""
    if file.examples == 0 and file.broken == 0:
        yield "", "the file holds no example"


@rule(
    "file.min_examples", "error", level="file", bad="(a file of 9 examples)", good="(a file of 10 examples)",
    explanation="A training file needs 10 examples at least.", fix="add examples; 50 to 100 good ones show a first effect",
)  # fmt: skip
def min_examples(file: FileFacts) -> Iterator[Spot]:
    """Too few to train."""
    if 0 < file.examples < file.least_examples:
        yield "", f"{file.examples} examples, {file.least_examples} are the least"


@rule(
    "file.mixed_formats",
    "error",
    level="file",
    bad="(a file with chat lines and prompt/completion lines)",
    good="(a file of chat lines)",
    explanation="All lines of a file have one format.",
    fix="write each format into a file of its own",
)
def mixed_formats(file: FileFacts) -> Iterator[Spot]:
    """Lines of several kinds."""
    if len(file.kinds - {"other"}) > 1:
        yield "", f"the lines are of {len(file.kinds - {'other'})} formats: {', '.join(sorted(file.kinds - {'other'}))}"


@rule(
    "file.too_large", "error", level="file", bad="(a file of 513 MB)", good="(a file of 511 MB)",
    explanation="A file may have 512 MB.", fix="split the data, or upload it in parts through the provider's uploads API",
)  # fmt: skip
def too_large(file: FileFacts) -> Iterator[Spot]:
    """Over the upload's limit."""
    if file.bytes > file.most_bytes:
        yield "", f"{file.bytes:,} bytes, {file.most_bytes:,} are the most"


@rule(
    "file.bom", "warning", level="file", bad="(a file that begins with EF BB BF)", good="(the same without)",
    explanation="The file begins with a byte-order mark; Azure has asked for one in the past, OpenAI does not mention it.",
    fix="save as UTF-8 without BOM", providers=["openai"],
)  # fmt: skip
def bom(file: FileFacts) -> Iterator[Spot]:
    """A mark that says UTF-8."""
    if file.bom:
        yield "", "the file begins with a byte-order mark"
