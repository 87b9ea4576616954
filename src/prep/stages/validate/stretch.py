"""One stretch of a file, checked block by block: memory does not grow with its length."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.catalog import encoding_of, images_of, max_training_tokens
from prep.chat.files import open_chat
from prep.stages.validate.example import Example
from prep.stages.validate.raw import RawLine, kind_of_line, parse, separator_in, strict
from prep.stages.validate.tally import Counting, Tally

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.validate.check import Checker

BLOCK = 4 * 1024 * 1024
MOST_LINE = 512 * 1024 * 1024
BOM = b"\xef\xbb\xbf"
UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Stretch:
    """The lines of a file that begin at `start` or later and before `end`; None: up to its end."""

    path: str
    start: int = 0
    end: int | None = None


def check_stretch(
    stretch: Stretch, checker: Checker, model: str | None = None, grader: list[list[str]] | None = None
) -> Tally:
    """Check the lines of a stretch; line numbers count from its own first line. Raises what opening and reading do."""
    counting = Counting(stretch.path, checker.providers, checker.method)
    tally = counting.tally
    asked = checker.of_level("grader") if grader is not None else []
    with open_chat(Path(stretch.path)) as handle:
        for block, last in _blocks(handle, stretch):
            if not tally.lines and not stretch.start:
                tally.utf16, tally.document, tally.bom = kinds_of_file(block)
                if tally.utf16 or tally.document:
                    tally.size = len(block)
                    return counting.finish()
            _check_block(block, last, counting, checker, (asked, grader), model)
    return counting.finish()


def kinds_of_file(block: bytes) -> tuple[bool, bool, bool]:
    """Whether a file that begins so is UTF-16, one JSON document instead of lines, or begins with a mark."""
    bom = block.startswith(BOM)
    first = block[len(BOM) * bom :].lstrip(b" \t\r\n")
    document = first.partition(b"\n")[0].strip() in (b"[", b"{") or first.startswith((b"[{", b"[ {"))
    return block.startswith(UTF16), document, bom


def _check_block(
    block: bytes, last: bool, counting: Counting, checker: Checker, asked: tuple[list[Any], Any], model: str | None
) -> None:
    tally = counting.tally
    tally.size += len(block)
    tally.crlf += block.count(b"\r\n") if b"\r" in block else 0
    lines = block.split(b"\n")
    cut = last and lines[-1] != b""
    if not lines[-1]:
        lines.pop()
    if not tally.lines and tally.bom:
        lines[0] = lines[0][len(BOM) :]
    separated = bool(separator_in(block))
    kinds = tally.kinds
    own = "preference" if checker.method == "dpo" else "chat"
    sound: list[tuple[int, dict[str, Any]]] = []
    for number, line in enumerate(lines, tally.lines + 1):
        try:
            data = strict(line) if len(line) <= MOST_LINE else None
        except ValueError:
            data = None
        if type(data) is not dict:
            tally.broken += 1
            counting.told(checker.broken(_explained(line, cut and number == tally.lines + len(lines))), number)
            continue
        hits, fit, plain = checker.judged(data)
        kinds.add(own if fit else kind_of_line(data))
        if separated and (name := separator_in(line)):
            hits = hits + checker.broken(RawLine(separator=name))
        if asked[0] and "messages" in data:
            hits = hits + [hit for rule in asked[0] for hit in rule.hits(Example(data, checker.method), asked[1])]
        if hits:
            counting.told(hits, number)
        tally.examples += 1
        if fit:
            counting.add(data, plain, number)
            if model is not None:
                sound.append((number, data))
    tally.lines += len(lines)
    if sound and model is not None:
        _check_lengths(sound, counting, checker, model)


def _explained(line: bytes, cut: bool) -> RawLine:
    if len(line) > MOST_LINE:
        return RawLine("too_long", f"more than {MOST_LINE:,} bytes without a line end")
    return parse(line, cut=cut)


def _blocks(handle: io.BufferedIOBase, stretch: Stretch) -> Iterator[tuple[bytes, bool]]:
    """Blocks of whole lines, and whether the file ends with this one."""
    at = stretch.start
    if at:
        # The line that reaches into this stretch belongs to the one before.
        handle.seek(at - 1)
        at += len(handle.readline()) - 1
    while stretch.end is None or at < stretch.end:
        block = handle.read(BLOCK if stretch.end is None else min(BLOCK, stretch.end - at))
        if not block:
            return
        last = False
        if not block.endswith(b"\n"):
            rest = handle.readline(MOST_LINE + 1)
            block += rest
            last = not rest.endswith(b"\n")
            if last and len(rest) > MOST_LINE:
                skipped = _skip_line(handle)
                at += skipped
                last = not skipped
        at += len(block)
        yield block, last


def _skip_line(handle: io.BufferedIOBase) -> int:
    """Read on to the end of the line without keeping it; returns how many bytes that were."""
    size = 0
    while piece := handle.readline(BLOCK):
        size += len(piece)
        if piece.endswith(b"\n"):
            break
    return size


def _check_lengths(sound: list[tuple[int, dict[str, Any]]], counting: Counting, checker: Checker, model: str) -> None:
    """How long the examples are for a model; a preference is as long as the longer of its talks."""
    from prep.tokens.messages import count_examples

    encoding = encoding_of(model).name
    talks = [_talks(data, checker.method) for _, data in sound]
    every = [talk for pair in talks for talk in pair]
    counted = iter(count_examples(every, encoding, images_of(model)).tokens.tolist())
    lengths = [[next(counted) for _ in pair] for pair in talks]
    counting.tally.tokens += sum(map(sum, lengths))
    rules = checker.of_level("tokens")
    for provider in checker.providers:
        limit = max_training_tokens(provider, model)
        for (number, data), own in zip(sound, lengths, strict=True):
            if limit is not None and max(own) > limit:
                told = Example(data, checker.method, max(own), limit)
                hits = [hit._replace(providers=(provider,)) for rule in rules for hit in rule.hits(told)]
                counting.told(hits, number)


def _talks(data: dict[str, Any], method: str) -> list[dict[str, Any]]:
    """What is counted: the line, or the input of a preference with each of its outputs."""
    if method != "dpo":
        return [data]
    asked = data["input"]
    return [
        asked | {"messages": asked["messages"] + data[name]} for name in ("preferred_output", "non_preferred_output")
    ]
