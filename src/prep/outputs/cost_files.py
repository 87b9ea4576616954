"""The cost of training files, made by anybody, or of a run's output folder: for `prep cost`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec

from prep.chat.files import UNREADABLE, open_chat, why_unreadable
from prep.errors import InputError
from prep.outputs.cost import Asked, cost_report
from prep.outputs.cost_measure import Measured, Measurer, is_example

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from prep.catalog import Prices

_BLOCK = 16 * 1024 * 1024
_LINE = msgspec.json.Decoder().decode
_HINT = "`prep cost` takes training files, such as build/NAME/finetune/azure/train.jsonl, or the folder build/NAME"


@dataclass(frozen=True)
class Files:
    """The training files that are meant, the validation files beside them, and the target of the run that made them."""

    train: list[Path]
    validation: list[Path]
    target: dict[str, Any]  # provider, model, method, tier, region; empty where no run says it


def find(data: Sequence[Path], validation: Sequence[Path] = (), provider: str | None = None) -> Files:
    """What `data` means: files, or folders with a run's outputs, of which the dialect of `provider` is taken.

    InputError where there is none, or a folder holds no training file.
    """
    train: list[Path] = []
    beside: list[Path] = []
    target: dict[str, Any] = {}
    for path in data:
        if not path.is_dir():
            train.append(path)
            continue
        told = _target(path)
        found = _folder(path, provider or told.get("provider"))
        train.append(found / "train.jsonl")
        target = target or told
        if (found / "validation.jsonl").is_file():
            beside.append(found / "validation.jsonl")
    for path in (*train, *validation):
        if not path.is_file():
            raise InputError("there is no such file", where=str(path), hint=_HINT)
    return Files(train, [*beside, *validation], target)


def _folder(path: Path, provider: str | None) -> Path:
    dialects = sorted(one.parent for one in path.glob("finetune/*/train.jsonl"))
    if (path / "train.jsonl").is_file():
        return path
    if not dialects:
        there = ", ".join(sorted(one.name for one in path.iterdir())[:8]) or "nothing"
        raise InputError(f"no training file lies in this folder, there is {there}", where=str(path), hint=_HINT)
    return next((one for one in dialects if one.name == provider), dialects[0])


def _target(path: Path) -> dict[str, Any]:
    """What the run that made the folder was for."""
    try:
        told = json.loads((path / "run.json").read_bytes())["target"]
    except (OSError, ValueError, KeyError, TypeError):
        return {}
    return told if isinstance(told, dict) else {}


def cost_files(files: Files, asked: Asked, prices: Prices, today: datetime.date) -> dict[str, Any]:
    """The report of `cost_report` for training files; a line that cannot be counted is named in `warnings`.

    InputError where a file cannot be read, no line of any is an example of the method, or a model is unknown.
    """
    unreadable: dict[str, list[str]] = {}
    pairs = asked.method == "dpo"

    def measured(paths: list[Path], encoding: str) -> Measured:
        measurer = Measurer(encoding, asked.short_system)
        other = False
        for path in paths:
            broken: list[str] = []
            for block in _blocks(path, broken):
                fitting = []
                for place, line in block:
                    if ("input" in line and "messages" not in line) is pairs:
                        fitting.append(line)
                    else:
                        other = True
                        broken.append(place)
                measurer.add(fitting)
            unreadable[str(path)] = broken
        found = measurer.done()
        if not found.examples:
            _refuse(paths, asked.method, other=other)
        return found

    @cache
    def train(encoding: str) -> Measured:
        return measured(files.train, encoding)

    @cache
    def validation(encoding: str) -> Measured | None:
        return measured(files.validation, encoding) if files.validation else None

    report = cost_report(asked, train, prices, today, validation)
    places = [place for broken in unreadable.values() for place in broken]
    if places:
        told = ", ".join(places[:5]) + (f" and {len(places) - 5:,} more" if len(places) > 5 else "")
        report["warnings"].append(f"lines that are no examples for {asked.method} are not in the sum: {told}")
    return {
        **report,
        "files": [str(path) for path in files.train],
        "validation_files": [str(path) for path in files.validation],
    }


def _refuse(paths: Sequence[Path], method: str, *, other: bool) -> None:
    names = ", ".join(path.name for path in paths)
    if other:
        what, way = ("chats", "sft") if method == "dpo" else ("preference pairs", "dpo")
        hint = f"`--method {way}` is for {what}"
        raise InputError(
            f"the lines of {names} are {what}, not what {method} trains on", where=str(paths[0]), hint=hint
        )
    raise InputError(f"no line of {names} is a chat example", where=str(paths[0]), hint=_HINT)


def _blocks(path: Path, broken: list[str]) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    """(place, example) of every line that is one, a block at a time; the places of the others go to `broken`."""
    number = 0
    try:
        with open_chat(path) as handle:
            while lines := handle.readlines(_BLOCK):
                block = []
                for line in lines:
                    number += 1
                    line = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
                    if not line.strip():
                        continue
                    example = _parsed(line)
                    if example is None:
                        broken.append(f"{path.name}:{number}")
                    else:
                        block.append((f"{path.name}:{number}", example))
                yield block
    except UNREADABLE as error:
        raise InputError(f"cannot read {path.name}: {why_unreadable(error)}", where=str(path)) from error


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        example = _LINE(line)
    except (ValueError, RecursionError):  # broken JSON, bytes that are not UTF-8, nested beyond measure
        return None
    return example if is_example(example) else None
