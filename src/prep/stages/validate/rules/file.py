"""Rules about a whole file: its size, its encoding, how many examples it holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prep.stages.validate.register import PROVIDERS, Spot, rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.facts import FileFacts

MEGABYTE = 1024 * 1024
MOST_BYTES = {"azure": 512 * MEGABYTE, "openai": 512 * MEGABYTE, "together": 50 * 1024 * MEGABYTE}
LEAST_EXAMPLES = {"azure": 10, "openai": 10, "fireworks": 3}
MOST_EXAMPLES = 50_000


@rule(
    "file.empty", "error", level="file", bad="(a file without a line)", good="(a file of 10 examples)",
    explanation="The file holds no example.", fix="write the examples into it",
)  # fmt: skip
def empty(file: FileFacts) -> Iterator[Spot]:
    """Nothing in it."""
    if file.examples == 0 and file.broken == 0 and not (file.utf16 or file.document):
        yield "", "the file holds no example"


@rule(
    "file.min_examples", "error", level="file", bad="(a file of 9 examples)", good="(a file of 10 examples)", providers=list(LEAST_EXAMPLES),
    explanation="A training file needs 10 examples at least, 3 at Fireworks.", fix="add examples; 50 to 100 good ones show a first effect",
)  # fmt: skip
def min_examples(file: FileFacts) -> Iterator[Spot]:
    """Too few to train."""
    for provider, least in LEAST_EXAMPLES.items():
        if 0 < file.examples < least:
            yield "", f"{file.examples} examples, {least} are the least", [provider]


@rule(
    "file.max_examples", "error", level="file", bad="(a file of 50,001 reinforcement examples)", good="(a file of 50,000)", providers=["azure", "openai"],
    explanation="A file may have 50,000 reinforcement examples, or 50,000 examples with images.", fix="take a sample, or split the job",
)  # fmt: skip
def max_examples(file: FileFacts) -> Iterator[Spot]:
    """Too many."""
    if file.method == "rft" and file.examples > MOST_EXAMPLES:
        yield "", f"{file.examples:,} reinforcement examples, {MOST_EXAMPLES:,} are the most", ["openai"]
    if file.pictured > MOST_EXAMPLES:
        yield "", f"{file.pictured:,} examples with images, {MOST_EXAMPLES:,} are the most"


@rule(
    "file.mixed_formats", "error", level="file", bad="(a file with chat lines and prompt/completion lines)", good="(a file of chat lines)",
    explanation="All lines of a file have one format.", fix="write each format into a file of its own",
)  # fmt: skip
def mixed_formats(file: FileFacts) -> Iterator[Spot]:
    """Lines of several kinds."""
    kinds = file.kinds - {"other"}
    if len(kinds) > 1:
        yield "", f"the lines are of {len(kinds)} formats: {', '.join(sorted(kinds))}"


@rule(
    "file.too_large", "error", level="file", bad="(a file of 513 MB)", good="(a file of 511 MB)", providers=list(MOST_BYTES),
    explanation="A file may have 512 MB, at Together 50 GB.", fix="split the data, or upload it in parts through the provider's uploads API",
)  # fmt: skip
def too_large(file: FileFacts) -> Iterator[Spot]:
    """Over the upload's limit."""
    for provider, most in MOST_BYTES.items():
        if file.bytes > most:
            yield "", f"{file.bytes:,} bytes, {most:,} are the most", [provider]


@rule(
    "file.bom", {"together": "error", "else": "warning"}, level="file", bad="(a file that begins with EF BB BF)", good="(the same without)",
    explanation="The file begins with a byte-order mark; Azure has asked for one in the past, OpenAI does not mention it, others fail on it.",
    fix="save as UTF-8 without BOM (`--fix` does)", providers=[name for name in PROVIDERS if name != "azure"],
)  # fmt: skip
def bom(file: FileFacts) -> Iterator[Spot]:
    """A mark that says UTF-8."""
    if file.bom:
        yield "", "the file begins with a byte-order mark"


@rule(
    "file.utf16", "error", level="file", bad="(a file in UTF-16)", good="(the same in UTF-8)",
    explanation="The file is UTF-16, as some editors and spreadsheets save; it must be UTF-8.", fix="save as UTF-8 (`--fix` does)",
)  # fmt: skip
def utf16(file: FileFacts) -> Iterator[Spot]:
    """Two bytes a character."""
    if file.utf16:
        yield "", "the file is UTF-16"


@rule(
    "file.one_document", "error", level="file", bad="(a file that is a list of objects, or objects over several lines)", good="(the same, one object a line)",
    explanation="The file is one JSON document; training files have one object a line.", fix="write each example on a line of its own (`--fix` does)",
)  # fmt: skip
def one_document(file: FileFacts) -> Iterator[Spot]:
    """JSON, but not lines of it."""
    if file.document:
        yield "", "the file is a JSON document over several lines, or a list"


@rule(
    "file.crlf", "warning", level="file", bad="(a file with CR LF at the ends of its lines)", good="(the same with LF)",
    explanation="Lines end with CR LF, as Windows writes them; most readers take that, byte limits and hashes differ.",
    fix="save with LF (`--fix` does)",
)  # fmt: skip
def crlf(file: FileFacts) -> Iterator[Spot]:
    """Line ends of Windows."""
    if file.crlf:
        yield "", f"{file.crlf:,} lines end with CR LF"
