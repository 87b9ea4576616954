"""A range of lines of one chat file, counted in bounded memory; and how files are cut into ranges."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from prep.chat.files import UNREADABLE, open_chat, why_unreadable
from prep.errors import InputError
from prep.stages.count.tally import Tally
from prep.tokens.lines import read_line
from prep.tokens.messages import count_examples

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from prep.catalog import Images
    from prep.tokens.lines import Line

# Lines are counted so many bytes at a time.
BLOCK = 4 * 1024 * 1024
RANGE = 32 * 1024 * 1024
# Lines that cannot be counted are listed up to this many of a file; the others are counted.
LISTED = 100
_PACKED = (".gz", ".zst")


class Range(NamedTuple):
    """The lines of a file that begin at byte `start` or later and before `end`."""

    path: str
    start: int = 0
    end: int | None = None  # None: the end of the file


@dataclass
class Counted:
    """What a range holds. Line numbers count from 1 within the range."""

    tally: Tally = field(default_factory=Tally)
    lines: int = 0
    uncounted: list[tuple[int, str]] = field(default_factory=list)
    uncounted_lines: int = 0

    def refuse(self, line: int, reason: str) -> None:
        """A line that cannot be counted, and why."""
        self.uncounted_lines += 1
        if len(self.uncounted) < LISTED:
            self.uncounted.append((line, reason))

    def follow(self, other: Counted) -> None:
        """Add the range that follows in the same file."""
        self.tally.merge(other.tally)
        room = LISTED - len(self.uncounted)
        self.uncounted += [(self.lines + line, reason) for line, reason in other.uncounted[:room]]
        self.lines += other.lines
        self.uncounted_lines += other.uncounted_lines

    def as_dict(self) -> dict[str, Any]:
        """Plain data, for the way from a worker to its parent."""
        return vars(self) | {"tally": self.tally.as_dict()}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Counted:
        """What `as_dict` described."""
        uncounted = [(line, reason) for line, reason in data["uncounted"]]
        return cls(Tally.from_dict(data["tally"]), data["lines"], uncounted, data["uncounted_lines"])


def cut(paths: Sequence[Path]) -> list[Range]:
    """The ranges of all files, in order. A packed file is one; InputError where a file cannot be looked at."""
    found = []
    for path in paths:
        try:
            size = path.stat().st_size
        except OSError as error:
            raise _unreadable(path, error) from error
        if path.suffix in _PACKED or size <= RANGE:
            found.append(Range(str(path)))
            continue
        starts = range(0, size, RANGE)
        found += [Range(str(path), start, start + RANGE if start + RANGE < size else None) for start in starts]
    return found


def count_range(wanted: Range, encoding: str, images: Images | None) -> Counted:
    """Count the lines of a range. Blank lines hold nothing; InputError where the file cannot be read."""
    found = Counted()
    for examples in read_range(wanted, found):
        found.tally.add(count_examples([example for _, example in examples], encoding, images))
    return found


def read_range(wanted: Range, found: Counted) -> Iterator[list[tuple[int, Line]]]:
    """The lines that can be counted, with their numbers, a block at a time; `found` gets the others, and how many."""
    path = Path(wanted.path)
    try:
        for lines in _blocks(wanted):
            if wanted.start == 0 and found.lines == 0:
                if lines[0].startswith((b"\xff\xfe", b"\xfe\xff")):
                    found.refuse(1, "the file is UTF-16, not UTF-8")
                    return
                lines[0] = lines[0].removeprefix(b"\xef\xbb\xbf")
            examples: list[tuple[int, Line]] = []
            for number, line in enumerate(lines, found.lines + 1):
                example = read_line(line) if line.strip() else None
                if isinstance(example, str):
                    found.refuse(number, example)
                elif example is not None:
                    examples.append((number, example))
            found.lines += len(lines)
            yield examples
    except UNREADABLE as error:
        raise _unreadable(path, error) from error


def _blocks(wanted: Range) -> Iterator[list[bytes]]:
    with open_chat(Path(wanted.path)) as handle:
        at = wanted.start
        if at:
            handle.seek(at - 1)
            at += len(handle.readline()) - 1
        while wanted.end is None or at < wanted.end:
            room = BLOCK if wanted.end is None else min(BLOCK, wanted.end - at)
            lines, size = [], 0
            for line in handle:
                lines.append(line)
                size += len(line)
                if size >= room:
                    break
            if not lines:
                return
            yield lines
            at += size


def _unreadable(path: Path, error: BaseException) -> InputError:
    return InputError(f"cannot read {path.name or path}: {why_unreadable(error)}", where=str(path))
