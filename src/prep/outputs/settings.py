"""Settings of `output`: what is written and where."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, PositiveInt, model_validator

from prep.stages.registry import Settings

Provider = Literal["azure", "openai"]


# What a run writes under names of its own.
OURS = (
    "ledger.parquet",
    "rejects.jsonl",
    "metrics.json",
    "manifest.json",
    "run.json",
    "cost.json",
    "finetune",
    "fewshot",
    "subsets",
    "subsets.json",
    "advice.md",
    "advice.json",
    "advice.svg",
)


def _section(value: object) -> object:
    return {} if value is True else None if value is False else value


class Finetune(Settings):
    """Training files in the target's dialect, and in further ones."""

    also: list[Provider] = Field(default_factory=list, description="further dialects beside the target's")
    bom: bool = Field(False, description="begin Azure files with a byte-order mark")


class Fewshot(Settings):
    """A bank of few-shot examples, chosen from train."""

    per_label: PositiveInt = Field(3, description="examples of each label")
    max_tokens: PositiveInt | None = Field(None, description="most tokens the bank may have")


class Cost(Settings):
    """What training would cost, and a limit on it."""

    compare: list[str] = Field(default_factory=list, description="further candidates, `provider/model@tier` or a model")
    max_usd: float | None = Field(None, gt=0, description="fail when the high estimate of the target is above")
    epochs: PositiveInt | None = Field(None, description="epochs; default: the provider's own choice")


class Subsets(Settings):
    """Nested parts of the train split, each the beginning of the next, to see how much data is enough."""

    percent: list[Annotated[int, Field(ge=1, le=100)]] = Field(
        default_factory=lambda: [25, 50, 75, 100],
        min_length=1,
        description="how much of train each one is; 100 is the training file itself",
    )


class Output(Settings):
    """What is written and where."""

    directory: str | None = Field(None, description="folder of the results; default: `build/<name>`")
    records: str | None = Field(None, description="file for the cleaned records: .csv, .jsonl or .parquet")
    finetune: Annotated[Finetune | None, BeforeValidator(_section)] = Field(None, description="training files")
    fewshot: Annotated[Fewshot | None, BeforeValidator(_section)] = Field(None, description="few-shot bank")
    cost: Annotated[Cost | None, BeforeValidator(_section)] = Field(None, description="cost estimate")
    subsets: Annotated[Subsets | None, BeforeValidator(_section)] = Field(
        None, description="nested subsets of train, and what each adds"
    )

    @model_validator(mode="after")
    def _records_ending(self) -> Self:
        if self.records is not None:
            name = PurePosixPath(self.records)
            if name.suffix not in (".csv", ".jsonl", ".parquet"):
                raise ValueError("`records` must end in .csv, .jsonl or .parquet")
            if name.parts[0] in OURS or str(name) in OURS:
                raise ValueError(f"`{self.records}` is a name of prep's own outputs: choose another")
            if name.is_absolute() or ".." in name.parts:
                raise ValueError("`records` is a name inside the output directory")
        return self
