"""Repairs that change no meaning: a copy beside the file, every line that is sound byte for byte as it was."""

from __future__ import annotations

import io
import json
import os
import tempfile
from collections import Counter
from typing import TYPE_CHECKING, Any

from prep.chat.files import UNREADABLE, open_chat, why_unreadable
from prep.errors import InputError
from prep.stages.validate.mend import mend
from prep.stages.validate.raw import SEPARATORS, parse
from prep.stages.validate.stretch import BOM, kinds_of_file

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


def repair_file(path: Path, method: str, providers: Sequence[str]) -> dict[str, Any]:
    """Write `<stem>.fixed.jsonl` beside `path` where something can be repaired.

    Returns {file, copy, lines, changed, repairs}: `repairs` counts by rule, `copy` is None where nothing was to do. The
    copy appears whole or not at all. InputError where the file cannot be read.
    """
    if not path.is_file():
        why = "it is no file" if path.exists() else "no such file"
        raise InputError(f"cannot read {path.name or path}: {why}", where=str(path))
    done: Counter[str] = Counter()
    lines = changed = 0
    stem = path.name.removesuffix(".gz").removesuffix(".zst").removesuffix(".jsonl")
    target = path.with_name(f"{stem}.fixed.jsonl")
    handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            for line in _lines(path, done):
                mended, rules = _mended(line, method, providers)
                lines += 1
                changed += bool(rules)
                done.update(rules)
                out.write(mended)
            out.flush()
            os.fsync(out.fileno())
        if done:
            os.chmod(name, path.stat().st_mode & 0o777)  # noqa: PTH101  (the name is no path of the user's)
            os.replace(name, target)  # noqa: PTH105
    except UNREADABLE as error:
        raise InputError(f"cannot read {path.name}: {why_unreadable(error)}", where=str(path)) from error
    finally:
        if os.path.exists(name):  # noqa: PTH110
            os.unlink(name)  # noqa: PTH108
    return {
        "file": str(path),
        "copy": str(target) if done else None,
        "lines": lines,
        "changed": changed,
        "repairs": dict(sorted(done.items())),
    }


def _lines(path: Path, done: Counter[str]) -> Iterator[bytes]:
    """The file's lines in UTF-8, with their line ends."""
    with open_chat(path) as handle:
        first = handle.readline()
        utf16, document, _ = kinds_of_file(first)
        if utf16:
            text = (first + handle.read()).decode("utf-16", "replace")
            done["file.utf16"] += 1
            yield from text.encode("utf-8", "replace").splitlines(keepends=True)
            return
        if document:
            whole = first + handle.read()
            found = _objects(whole)
            if found is None:
                yield from io.BytesIO(whole)
                return
            done["file.one_document"] += 1
            yield from (_encoded(one) + b"\n" for one in found)
            return
        if first:
            yield first
        yield from handle


def _objects(whole: bytes) -> list[dict[str, Any]] | None:
    """The objects of a list, or of a file with one behind the other; None where it holds anything else."""
    try:
        text = whole.decode("utf-8-sig").strip()
        found: list[Any] = []
        while text:
            value, end = json.JSONDecoder().raw_decode(text)
            found += value if isinstance(value, list) else [value]
            text = text[end:].lstrip(" \t\r\n,")
    except (ValueError, RecursionError):
        return None
    return found if found and all(isinstance(one, dict) for one in found) else None


def _mended(line: bytes, method: str, providers: Sequence[str]) -> tuple[bytes, list[str]]:
    """The line as it is to be written, and the rules whose findings that mends."""
    rules = []
    while line.startswith(BOM):  # on a later line too: files put one behind the other
        line = line[len(BOM) :]
        rules.append("file.bom")
    body = line.rstrip(b"\r\n")
    if b"\r" in line[len(body) :]:  # also twice, or without LF at the end of the file
        line = body + b"\n" * line.endswith(b"\n")
        rules.append("file.crlf")
    if not line.strip():
        return b"", [*rules, "line.blank"]
    raw = parse(body)
    data = raw.data
    if raw.verdict == "duplicate_key":
        data = _without_equal_twins(body)
        if data is not None:
            rules.append("line.duplicate_key")
            body = _encoded(data)
    if data is not None:
        found = mend(data, method, providers)
        if found:
            rules += found
            body = _encoded(data)
        for mark, name in SEPARATORS.items():
            if mark in body:
                body = body.replace(mark, f"\\u{name[2:]}".encode())
                rules.append("line.separator")
    whole = data is not None or line.endswith(b"\n")  # what was cut off stays so
    return body + (b"\n" if whole else b""), rules


def _encoded(data: dict[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode()


def _without_equal_twins(line: bytes) -> dict[str, Any] | None:
    """The object of a line whose repeated keys have equal values; None where they differ or it is broken otherwise."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, value in pairs:
            if name in found and json.dumps(found[name]) != json.dumps(value):
                raise ValueError("two values")
            found[name] = value
        return found

    try:
        data = json.loads(line, object_pairs_hook=once)
        sound = parse(_encoded(data)).data
    except (ValueError, RecursionError):
        return None
    return sound if isinstance(data, dict) else None
