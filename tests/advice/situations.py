"""A dataset with given figures, so that a situation differs from another in one number alone."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import numpy as np

from prep.advice.dataset import Dataset, Facts, Tokens
from prep.advice.report import Weighed, weigh
from prep.advice.settings import Advise
from prep.catalog import load_prices
from prep.outputs.cost_measure import Measured

TODAY = datetime.date(2026, 11, 24)


class Given(Dataset):
    """The worked example: prefix of 3,000 with the bank and 200 without, 300 that vary, answers of 150, 1 M tokens."""

    def __init__(self, target: dict[str, Any] | None = None, **figures: Any) -> None:
        figures = {"system": 200, "variable": 300.0, "output": 150.0, "bank": 3000, "examples": 1000} | figures
        self.folder = Path("given")
        self.target = {"provider": "azure", "model": "gpt-4.1-mini", "tier": "global", "method": "sft"} | (target or {})
        self.train = Path("given/train.jsonl")
        self.bank = [{"messages": []}] * figures.get("banked", 20)
        count = figures["examples"]
        self.run = {"pipeline": "given", "target": self.target, "splits": {"train": {"examples": count}}}
        self.run["splits"] |= {"test": {"examples": 500}}
        each = 1_000_000 // count
        self._tokens = Tokens(
            figures["system"], figures["system"], figures["variable"], figures["output"], figures["bank"], 140.0,
            Measured.of_lengths(np.full(count, each, dtype=np.int64)),
        )  # fmt: skip
        self._facts = Facts(count, None, 1, 0, {}, 0, 0)

    def under(self, encoding: str) -> Tokens:
        """The given figures, whatever the encoding."""
        del encoding
        return self._tokens

    @property
    def facts(self) -> Facts:  # type: ignore[override]
        """The given facts."""
        return self._facts


def situation(data: Dataset | None = None, today: datetime.date = TODAY, **settings: Any) -> Weighed:
    """What is advised on Azure's global gpt-4.1-mini, nothing cached, three epochs, unless `settings` say otherwise."""
    settings = {"models": ["azure/gpt-4.1-mini@global"], "cache_hit": 0.0, "epochs": 3, "horizon": 30} | settings
    return weigh(data or Given(), Advise.model_validate(settings), load_prices(), today)
