"""The declaration of a pipeline: seven sections as frozen, typed data."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SerializeAsAny

from prep.advice.settings import Advise
from prep.outputs.settings import Output, Provider
from prep.stages.count.settings import Count
from prep.stages.dedupe.settings import Dedupe
from prep.stages.format.settings import Format
from prep.stages.ingest.settings import Source
from prep.stages.registry import Settings, StepConfig
from prep.stages.split.settings import Split
from prep.stages.validate.settings import Validate


class Target(Settings):
    """What the dataset is for: count, validate and cost read it."""

    provider: Provider = Field("azure", description="whose rules decide what belongs to the dataset")
    model: str = Field("gpt-4.1-mini", description="model to tune; `prep models` lists them")
    method: Literal["sft", "dpo", "rft"] = Field("sft", description="training method")
    tier: Literal["standard", "global", "developer"] = Field("standard", description="where training runs")
    region: str | None = Field(None, description="region, where its price differs from that of `standard`")


class CleanStep(Settings):
    """One entry of `clean`: a step's name and its settings."""

    name: str = Field(description="name of the step")
    config: SerializeAsAny[StepConfig] = Field(description="its settings")


class Pipeline(Settings):
    """A whole pipeline file. `name` and `output.directory` are filled in by the loader."""

    name: str = Field("", description="name of the pipeline; default: the file's stem")
    seed: int = Field(0, ge=0, lt=2**63, description="seed of the split and of the order of lines")
    label: str | None = Field(None, description="column with what is to be learnt")
    group: str | None = Field(None, description="column of records that belong together")
    plugins: list[str] = Field(default_factory=list, description="Python files with your own steps and readers")
    catalog: str | None = Field(None, description="file with your own prices and models, laid over the catalog's")
    target: Target = Field(default_factory=Target, description="what the dataset is for")
    ingest: list[Source] = Field(description="where the records come from", min_length=1)
    clean: list[CleanStep] = Field(default_factory=list, description="steps, in order")
    dedupe: Dedupe | None = Field(None, description="which records are the same")
    format: Format | None = Field(None, description="how a record becomes an example")
    count: Count = Field(default_factory=Count, description="tokens of each example")
    split: Split | None = Field(None, description="which examples train, validate, test")
    validate_: Validate = Field(default_factory=Validate, alias="validate", description="the provider's rules")
    output: Output = Field(default_factory=Output, description="what is written and where")
    advise: Advise | None = Field(None, description="what `prep advise` takes into account; a run does not read it")
    ids: Literal["readable", "opaque"] = Field(
        "readable", description="what records are called: by file and place, or by hashes where names are personal"
    )
    keep_quarantined: bool = Field(
        False, description="write the start of what could not be read into `quarantined.jsonl`; it is not redacted"
    )
    max_quarantined: float = Field(0.01, ge=0, le=1, description="share of unreadable input that fails the run")
