"""Tokens of chat JSONL files, made by anybody: for `prep count`."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Any

import polars as pl

from prep.catalog import auto_epochs, encoding_of, max_training_tokens
from prep.chat.files import UNREADABLE, open_chat, why_unreadable
from prep.errors import InputError
from prep.stages.count.lines import parsed
from prep.stages.count.summary import summarise
from prep.tokens.messages import count_examples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_BLOCK = 16 * 1024 * 1024
_PLACES = 100


def count_files(paths: Sequence[Path], *, model: str, provider: str) -> dict[str, Any]:
    """What `prep count --json` prints: totals over all files and the same for each.

    A line that is no JSON object or has no list of messages is listed under `unreadable_lines` (the first 100).
    InputError where a file is missing or the model unknown.
    """
    encoding = encoding_of(model)
    limit = max_training_tokens(provider, model)
    frames, files = [], []
    for path in paths:
        frame, unreadable = _count(path, encoding.name)
        frames.append(frame)
        files.append({"file": str(path), **_summary(frame, limit), "unreadable_lines": unreadable})
    whole = pl.concat(frames)
    return {
        "schema_version": 1,
        "model": model,
        "encoding": encoding.name,
        "limit": limit,
        **_summary(whole, limit),
        "estimated": encoding.estimated or bool(whole["estimated"].any()),
        "auto_epochs": auto_epochs(whole.height),
        "files": files,
    }


def _summary(frame: pl.DataFrame, limit: int | None) -> dict[str, Any]:
    return {"examples": frame.height, **summarise(frame["tokens"], frame["assistant_tokens"], limit)}


def _count(path: Path, encoding: str) -> tuple[pl.DataFrame, list[str]]:
    found = [pl.DataFrame(schema={"tokens": pl.UInt32, "assistant_tokens": pl.UInt32, "estimated": pl.Boolean})]
    unreadable: list[str] = []
    number = 0
    try:
        with open_chat(path) as handle:
            while lines := handle.readlines(_BLOCK):
                examples = []
                for line in lines:
                    number += 1
                    line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                    if not line.strip():
                        continue
                    example = parsed(line)
                    if example is None:
                        unreadable.append(f"{path.name}:{number}")
                    else:
                        examples.append(example)
                counts = count_examples(examples, encoding)
                columns = {"tokens": counts.tokens, "assistant_tokens": counts.assistant, "estimated": counts.estimated}
                found.append(pl.DataFrame(columns))
    except (*UNREADABLE, zlib.error) as error:
        raise InputError(f"cannot read {path.name}: {why_unreadable(error)}", where=str(path)) from error
    return pl.concat(found), unreadable[:_PLACES]
