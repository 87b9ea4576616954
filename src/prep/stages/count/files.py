"""Tokens of chat JSONL files, made by anybody: for `prep count`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from prep.catalog import auto_epochs, encoding_of, images_of, max_training_tokens
from prep.stages.count.assumptions import assumptions
from prep.stages.count.ranges import Counted, cut
from prep.stages.count.summary import summarise_tally
from prep.stages.count.tally import Tally
from prep.stages.count.workers import count_ranges

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prep.catalog import Images


def count_files(
    paths: Sequence[Path],
    *,
    model: str,
    provider: str,
    tokenizer: Path | None = None,
    limits: Sequence[int] = (),
) -> dict[str, Any]:
    """What `prep count --json` prints: totals over all files and the same for each.

    `tokenizer`: a tokenizer.json that counts in place of the model's encoding. `limits`: more lengths to judge by,
    the first of them in place of the provider's. A line that cannot be counted stands under `uncounted` with its
    reason (the first 100 of each file). InputError where a file is missing or the model unknown.
    """
    encoding = encoding_of(model)
    name = str(tokenizer) if tokenizer is not None else encoding.name
    estimated = encoding.estimated and tokenizer is None
    limit = limits[0] if limits else max_training_tokens(provider, model)
    more = [*limits, *filter(None, [max_training_tokens(provider, model)])]
    whole = Tally()
    files = []
    for path, found in zip(paths, _each(paths, name, images_of(model)), strict=True):
        whole.merge(found.tally)
        summary = summarise_tally(found.tally, limit, more)
        files.append({"file": str(path), **summary, **_uncounted(found)})
    total = summarise_tally(whole, limit, more)
    if estimated and total["examples"]:
        why = f"the tokenizer of {model} is no encoding of tiktoken: counted with {name}; `--tokenizer` takes its own"
        for one in (total, *files):
            one["estimated_examples"] = one["examples"]
            one["estimates"].insert(0, {"what": "tokenizer", "examples": one["examples"], "why": why})
    for one in (total, *files):
        one["estimated"] = one["estimated_examples"] > 0
    return {
        "schema_version": 1,
        "model": model,
        "provider": provider,
        "encoding": None if tokenizer is not None else name,
        "tokenizer": str(tokenizer) if tokenizer is not None else None,
        "limit": limit,
        **total,
        "uncounted_lines": sum(one["uncounted_lines"] for one in files),
        "auto_epochs": auto_epochs(total["examples"]),
        "assumptions": assumptions(total, encoding.name, tokenizer),
        "files": files,
    }


def _each(paths: Sequence[Path], encoding: str, images: Images | None) -> list[Counted]:
    """What each file holds."""
    ranges = cut(paths)
    size = sum(path.stat().st_size for path in paths)
    found: list[Counted] = []
    for wanted, counted in zip(ranges, count_ranges(ranges, size, encoding, images), strict=True):
        if wanted.start == 0:
            found.append(counted)
        else:
            found[-1].follow(counted)
    return found


def _uncounted(found: Counted) -> dict[str, Any]:
    told = [{"line": line, "reason": reason} for line, reason in found.uncounted]
    return {"uncounted_lines": found.uncounted_lines, "uncounted": told}
