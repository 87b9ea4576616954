"""Settings of `split`: the shares, and what must not be torn apart."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from prep.stages.registry import Settings


class Split(Settings):
    """Which examples train, which validate, which test."""

    into: dict[str, float] = Field(
        default_factory=lambda: {"train": 0.9, "validation": 0.1}, description="share of each split; adds up to 1"
    )
    stratify: bool = Field(False, description="the same shares within every label")
    exact: bool = Field(False, description="exact shares, at the price that growing data moves records")
    keep_together: float = Field(0.7, gt=0, le=1, description="records at least this similar go to one side")
    newest: str | None = Field(None, description="column of time: the newest records go to the last split")
    frozen: str | None = Field(None, description="file with columns `id` and `split`: these records keep their side")

    @model_validator(mode="after")
    def _shares(self) -> Self:
        if not self.into:
            raise ValueError("`into` names no split")
        for name, share in self.into.items():
            if name not in ("train", "validation", "test"):
                raise ValueError(f"{name!r} is not a split: use train, validation, test")
            if not 0 <= share <= 1:
                raise ValueError(f"the share of {name} is {share}: it must lie between 0 and 1")
        if abs(sum(self.into.values()) - 1) > 1e-9:
            raise ValueError(f"the shares add up to {sum(self.into.values()):g}, not to 1")
        return self
