"""True similarities that are known from an earlier look at the same two texts, and those that are still to be found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from prep.similarity.jaccard import verify

if TYPE_CHECKING:
    from prep.similarity.jaccard import Pairs, Similarities, Texts

# A text is known by the hash of its words, which alone decide what it is similar to; the lower hash stands first.
PAIRS = {"a": pl.Binary, "b": pl.Binary, "similarity": pl.Float64}
_KEYS = ["a", "b"]


class Verified:
    """Answers for pairs of texts; `known` has the columns of `PAIRS`, `words` the hash of each text's words."""

    def __init__(self, texts: Texts, words: pl.Series, known: pl.DataFrame) -> None:
        self._texts = texts
        self._words = words
        self._known = known
        self._asked: list[pl.DataFrame] = []

    def __call__(self, pairs: Pairs) -> Similarities:
        """As `verify`, which is asked for the pairs that are not known."""
        keys = self._keys(pairs)
        found = keys.join(self._known, on=_KEYS, how="left", maintain_order="left")["similarity"]
        alike = found.fill_null(0.0).to_numpy().copy()
        new = found.is_null().to_numpy()
        alike[new] = verify(pairs[new], self._texts)
        self._asked.append(keys.with_columns(pl.Series("similarity", alike)))
        return alike

    def all(self) -> pl.DataFrame:
        """What was asked for, each pair once, to be known the next time."""
        return pl.concat(self._asked or [pl.DataFrame(schema=PAIRS)]).unique(_KEYS, maintain_order=True)

    def _keys(self, pairs: Pairs) -> pl.DataFrame:
        ends = pl.DataFrame({"one": self._words.gather(pairs[:, 0]), "other": self._words.gather(pairs[:, 1])})
        return ends.select(a=pl.min_horizontal("one", "other"), b=pl.max_horizontal("one", "other"))
