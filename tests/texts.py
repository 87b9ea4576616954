"""Texts by number, all of them in memory: what verification reads."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import polars as pl


class InMemory:
    """The texts of a column, handed out in so many pieces."""

    folder = Path(tempfile.gettempdir())

    def __init__(self, texts: pl.Series, pieces: int = 1) -> None:
        self._texts = texts
        self._pieces = pieces

    def pieces(self, numbers: np.ndarray[Any, Any]) -> list[np.ndarray[Any, Any]]:
        return np.array_split(numbers, min(self._pieces, len(numbers)))

    def __call__(self, numbers: np.ndarray[Any, Any]) -> pl.Series:
        return self._texts.gather(numbers)
