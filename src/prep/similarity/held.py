"""Texts that memory holds, as verification asks for them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import polars as pl

    Numbers = np.ndarray[Any, np.dtype[np.int64]]


class HeldTexts:
    """The texts of a column by their row; handed out in `pieces`, each of which is made into sets at once."""

    def __init__(self, texts: pl.Series, pieces: int = 16) -> None:
        self.folder = Path(tempfile.gettempdir())
        self._texts = texts
        self._pieces = pieces

    def pieces(self, numbers: Numbers, /) -> list[Numbers]:
        """`numbers` in pieces of nearly the same length."""
        return np.array_split(numbers, min(self._pieces, len(numbers)))

    def __call__(self, numbers: Numbers, /) -> pl.Series:
        """The texts of `numbers`, in that order."""
        return self._texts.gather(numbers)
