"""Mailboxes: a message is a record, with the columns of an e-mail."""

from __future__ import annotations

import re
from typing import IO, TYPE_CHECKING

import xxhash

from prep.stages.ingest.buffers import DamagedError
from prep.stages.ingest.mail import MailError, parse
from prep.stages.ingest.rows import Rows, json_names
from prep.stages.ingest.streams import open_stream
from prep.stages.registry import reader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prep.stages.ingest.slices import Slice
    from prep.stages.ingest.source_file import SourceFile

_DATED = re.compile(rb"From (?=.*\b\d?\d:\d\d\b)(?=.*\b\d{4}\b).*\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b")
_HEADER = re.compile(rb"[!-9;-~]+:(?:\s|$)")


# As what a message counts at least, in bytes: its parser takes its time, and each batch has a limit of its own.
_LEAST_MESSAGE = 1024


@reader(".mbox")
def read_mbox(file: SourceFile, piece: Slice, batch_bytes: int) -> Iterator[Rows]:  # noqa: ARG001
    """Read the messages of the file in batches of about `batch_bytes`; a row's number is the message's, from 1."""
    rows, found = Rows(file), list[dict[str, str | None]]()
    number = 0
    with open_stream(file) as stream:
        try:
            for data, size, digest in _messages(stream, file.options.longest):
                number += 1
                rows.size += max(size, _LEAST_MESSAGE)
                if digest is not None:
                    rows.quarantine(number, "document_too_long", data, digest)
                    continue
                try:
                    columns, names = parse(data, file.options)
                except MailError as error:
                    rows.quarantine(number, error.reason, data)
                    continue
                found.append(columns)
                rows.rows.append(number)
                rows.json.append(json_names(names))
                if rows.size >= batch_bytes:
                    rows.set_columns(found)
                    yield rows
                    rows, found = Rows(file), []
            if not number and not rows.broken:
                rows.quarantine_file("empty_file")
        except MailError as error:
            rows.quarantine_file(error.reason)
        except DamagedError as damage:
            rows.quarantine_file(damage.reason)
    rows.set_columns(found)
    yield rows


def _messages(stream: IO[bytes], longest: int) -> Iterator[tuple[bytes, int, str | None]]:
    """(bytes, size, hash) of each message; a hash only where the message is too long and `bytes` its start.

    A message begins behind a line `From ` at the start, or where `_begins` says so; `>From ` inside stands for `From `.
    """
    held: list[bytes] = []
    size, digest, blank, begun = 0, xxhash.xxh3_128(), True, False
    for line, following in _with_next(stream, longest):
        if line.startswith(b"From ") and (_begins(line, following, blank=blank) if begun else blank):
            if begun:
                yield _message(held, size, digest, longest)
            held, size, digest, blank, begun = [], 0, xxhash.xxh3_128(), False, True
            continue
        if not begun and line.strip():
            raise MailError("mislabelled_file")
        blank = not line.strip(b"\r\n")
        size += len(line)
        digest.update(line)
        if size <= longest:
            held.append(line[1:] if line.lstrip(b">").startswith(b"From ") and line[:1] == b">" else line)
    if begun:
        yield _message(held, size, digest, longest)


def _begins(line: bytes, following: bytes, *, blank: bool) -> bool:
    """Whether a message begins with `line`: two of a blank line before it, a date in it, a header after it."""
    return blank + bool(_DATED.match(line)) + bool(_HEADER.match(following)) >= 2


def _with_next(stream: IO[bytes], longest: int) -> Iterator[tuple[bytes, bytes]]:
    """The lines of the stream, each with the one after it; longer ones in pieces."""
    line = stream.readline(longest)
    while line:
        following = stream.readline(longest)
        yield line, following
        line = following


def _message(held: list[bytes], size: int, digest: xxhash.xxh3_128, longest: int) -> tuple[bytes, int, str | None]:
    return b"".join(held), size, digest.hexdigest() if size > longest else None
