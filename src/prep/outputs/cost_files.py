"""The cost of training files, made by anybody, or of a run's output folder: for `prep cost`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.catalog import images_of, target_offer
from prep.catalog.offers import TIERS
from prep.catalog.prices import unknown
from prep.errors import InputError
from prep.outputs.cost import Asked, cost_report
from prep.outputs.cost_measure import Measured, Measurer
from prep.stages.count.ranges import Counted, Range, read_range
from prep.tokens.lines import is_pair

if TYPE_CHECKING:
    import datetime
    from collections.abc import Sequence

    from prep.catalog import Prices

_KINDS = ("chats", "preference pairs")
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
    if not any(prices.find(provider, asked.model) for provider in prices.providers):
        raise unknown("model", asked.model, prices.names())
    if asked.provider not in prices.providers:
        raise unknown("provider", asked.provider, list(prices.providers))
    own = target_offer(prices, asked.provider, asked.model, asked.tier, asked.region)
    if own is not None and own.tier not in (*TIERS, *own.provider_entry.tiers, *own.entry.training):
        raise unknown("tier", asked.tier, list(dict.fromkeys([*TIERS, *own.provider_entry.tiers])))
    unreadable: dict[str, Counted] = {}
    pairs = asked.method == "dpo"

    def measured(paths: list[Path], encoding: str) -> Measured:
        measurer = Measurer(encoding, asked.short_system, images_of(asked.model))
        other = False
        for path in paths:
            read = Counted()
            for block in read_range(Range(str(path)), read):
                fitting = []
                for number, line in block:
                    if (isinstance(line, dict) and is_pair(line)) is pairs:
                        fitting.append(line)
                    else:
                        other = True
                        read.refuse(number, _KINDS[not pairs])
                measurer.add(fitting)
            unreadable[str(path)] = read
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
    places = [f"{Path(name).name}:{line}" for name, read in unreadable.items() for line, _ in sorted(read.uncounted)]
    if places:
        more = sum(read.uncounted_lines for read in unreadable.values()) - len(places[:5])
        told = ", ".join(places[:5]) + (f" and {more:,} more" if more else "")
        report["warnings"].append(f"lines that are no examples for {asked.method} are not in the sum: {told}")
    return {
        **report,
        "files": [str(path) for path in files.train],
        "validation_files": [str(path) for path in files.validation],
    }


def _refuse(paths: Sequence[Path], method: str, *, other: bool) -> None:
    names = ", ".join(path.name for path in paths)
    if other:
        what, way = (_KINDS[0], "sft") if method == "dpo" else (_KINDS[1], "dpo")
        hint = f"`--method {way}` is for {what}"
        raise InputError(
            f"the lines of {names} are {what}, not what {method} trains on", where=str(paths[0]), hint=hint
        )
    if not any(path.stat().st_size for path in paths):
        raise InputError(f"{names} is empty: there is nothing to train on", where=str(paths[0]), hint=_HINT)
    raise InputError(f"no line of {names} is a chat example", where=str(paths[0]), hint=_HINT)
