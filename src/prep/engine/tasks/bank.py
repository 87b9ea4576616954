"""Barrier 2, after the split: the few-shot bank, chosen from train."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from prep.engine.parts import load
from prep.engine.tasks.write import order
from prep.outputs.bank import messages_of, parts, prompt_of, rendered, text
from prep.outputs.fewshot import choose
from prep.similarity.lexical import cosines, vectors
from prep.stages.format.prune import system_of
from prep.stages.format.templates import Rendered
from prep.tokens.counter import counter
from prep.tokens.messages import count_examples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from prep.engine.context import Context
    from prep.engine.parts import PartFiles

# Of more examples those that come first in the keyed order are candidates: they are a random sample.
CANDIDATES_A_LABEL = 256
CANDIDATES_WITHOUT_LABEL = 1024
VALIDATION_SAMPLE = 512


def choose_bank(context: Context, assigned: Path, examples: list[PartFiles], folder: Path) -> dict[str, Any]:
    """Write `bank.parquet` (the chosen examples in order, with `_example`, `label`, `tokens`); returns its facts."""
    settings = context.pipeline.output.fewshot
    assert settings is not None
    table = _table(context, assigned, examples)
    label = "label" if context.pipeline.label is not None else None
    train = _candidates(table.filter(pl.col("split") == _train(context)), label)
    lines = _lines(examples, train)
    found = [parts(line) for line in lines]
    system = _common([one for one, _ in found])
    fitting = [at for at, (own, messages) in enumerate(found) if own == system and _is_usable(messages)]
    train, found = train[fitting], [found[at] for at in fitting]
    system = _whole(context, system)
    encoding = context.encoding
    costs, fixed = _costs(system, [messages for _, messages in found], encoding)
    asked = [" ".join(text(message) for message in messages[:-1]) for _, messages in found]
    seen = vectors([*asked, *_validation(table, examples)])
    budget = None if settings.max_tokens is None else settings.max_tokens - fixed
    without_label = settings.max_tokens is not None and label is None
    chosen = choose(
        train["label"].to_list() if label else [None] * train.height,
        costs,
        lambda own: cosines(seen[own], seen[own]),
        per_label=None if without_label else settings.per_label,
        budget=budget,
    )
    order_of = train["order"].to_list()
    chosen = sorted(chosen, key=lambda at: order_of[at])
    bank = train[chosen].with_columns(
        pl.Series("_example", [lines[fitting[at]] for at in chosen], dtype=pl.String),
        pl.Series("tokens", [int(costs[at]) for at in chosen], dtype=pl.UInt32),
    )
    bank.drop("row", "part", "order").write_parquet(folder / "bank.parquet")
    return _facts(context, bank, system, found, chosen, table, encoding, cosines(seen[chosen], seen[len(asked) :]))


def _facts(
    context: Context,
    bank: pl.DataFrame,
    system: str | None,
    found: Sequence[tuple[str | None, list[dict[str, Any]]]],
    chosen: Sequence[int],
    table: pl.DataFrame,
    encoding: str,
    near: np.ndarray[Any, Any],
) -> dict[str, Any]:
    examples = [found[at][1] for at in chosen]
    counted = int(count_examples([{"messages": messages_of(system, examples)}], encoding).tokens[0])
    written = int(counter(encoding).count([prompt_of(system, examples)])[0])
    labels = table.filter(pl.col("split") == _train(context))["label"].drop_nulls().unique().sort().to_list()
    held = dict(Counter(bank["label"].drop_nulls().to_list()))
    others = table.filter(pl.col("split") != _train(context))["_id"].implode()
    settings = context.pipeline.output.fewshot
    assert settings is not None
    return {
        "examples": bank.height,
        "tokens": max(counted, written) if bank.height else 0,  # the budget holds for either form
        "max_tokens": settings.max_tokens,
        "labels": {name: held.get(name, 0) for name in labels},
        "labels_without_example": [name for name in labels if name not in held],
        "in_other_splits": bank.filter(pl.col("_id").is_in(others)).height,
        "validation_similarity": round(float(near.max(axis=0).mean()), 4) if near.size else None,
        "system": system,
    }


def _train(context: Context) -> str:
    """The split that the bank is chosen from: `train`, else the first."""
    splits = list(context.pipeline.split.into) if context.pipeline.split else ["train"]
    return "train" if "train" in splits else splits[0]


def _table(context: Context, assigned: Path, examples: list[PartFiles]) -> pl.DataFrame:
    """One row an example, without its text: where it lies, its split, its label, its place in the keyed order."""
    label = context.pipeline.label
    frames = []
    for number, part in enumerate(examples):
        wanted = ["_id", "_source", "_file", "_row", "_child", *([label] if label in part.columns("examples") else [])]
        frame = part.read("examples", [name for name in wanted if name is not None])
        named = pl.col(label) if label in frame.columns else pl.lit(None, dtype=pl.String)
        frames.append(
            frame.select(
                *wanted[:5],
                named.str.strip_chars().alias("label"),
                pl.lit(number, dtype=pl.UInt32).alias("part"),
                pl.int_range(pl.len(), dtype=pl.UInt32).alias("row"),
                pl.Series("order", order(frame["_id"], context.pipeline.seed), dtype=pl.UInt64),
                load(assigned / f"{number:05d}.splits.parquet")["split"],
            )
        )
    return pl.concat(frames).sort("order", "_id")


def _candidates(train: pl.DataFrame, label: str | None) -> pl.DataFrame:
    if label is None:
        return train.head(CANDIDATES_WITHOUT_LABEL)
    named = train.filter(pl.col("label").fill_null("") != "")
    return named.filter(pl.int_range(pl.len()).over("label") < CANDIDATES_A_LABEL)


def _lines(examples: list[PartFiles], rows: pl.DataFrame) -> list[str]:
    """The examples of `rows`, in that order."""
    found: list[str] = [""] * rows.height
    at = rows.with_row_index("at")
    for (number,), own in at.group_by("part"):
        lines = examples[int(number)].read("examples", ["_example"])["_example"].gather(own["row"])
        for place, line in zip(own["at"].to_list(), lines.to_list(), strict=True):
            found[place] = line
    return found


def _common(systems: Sequence[str | None]) -> str | None:
    """The system prompt that most candidates have."""
    return Counter(systems).most_common(1)[0][0] if systems else None


def _whole(context: Context, system: str | None) -> str | None:
    """The system prompt of a model that is not tuned: in full, where training has its short form."""
    settings = context.pipeline.format
    if settings is None or settings.prune_prefix is False or system is None:
        return system
    return Rendered(system_of(settings) or "").text({})  # without columns, see the checks of a pipeline file


def _is_usable(messages: Sequence[dict[str, Any]]) -> bool:
    return len(messages) > 1 and messages[-1].get("role") == "assistant"


def _costs(
    system: str | None, examples: Sequence[list[dict[str, Any]]], encoding: str
) -> tuple[np.ndarray[Any, Any], int]:
    """Tokens of each candidate, and of the system prompt: as messages or as Markdown, whichever is more."""
    counted = count_examples([{"messages": messages} for messages in examples], encoding).tokens.astype(np.int64)
    written = counter(encoding).count([rendered(messages) for messages in examples]).astype(np.int64)
    fixed = int(count_examples([{"messages": messages_of(system, [])}], encoding).tokens[0]) if system else 0
    return np.maximum(counted, written), fixed


def _validation(table: pl.DataFrame, examples: list[PartFiles]) -> list[str]:
    """What a sample of the validation split asks."""
    rows = table.filter(pl.col("split") == "validation").head(VALIDATION_SAMPLE)
    found = [parts(line)[1] for line in _lines(examples, rows)]
    return [" ".join(text(message) for message in messages[:-1]) for messages in found]
