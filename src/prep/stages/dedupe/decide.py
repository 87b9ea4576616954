"""The global decision: which records are the same, which of them stays, and what hangs together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from prep.similarity.bands import candidates
from prep.similarity.components import components
from prep.stages.dedupe.cluster import chain, star
from prep.stages.dedupe.conflicts import CONFLICTS, find_conflicts, resolve
from prep.stages.dedupe.keep import newest, ranks

if TYPE_CHECKING:
    from collections.abc import Callable

    from prep.similarity.jaccard import Pairs, Similarities
    from prep.similarity.minhash import Signatures
    from prep.stages.dedupe.settings import Dedupe

DROPPED = {
    "ordinal": pl.UInt32,
    "reason": pl.String,
    "ref": pl.UInt32,
    "via": pl.UInt32,
    "similarity": pl.Float64,
}
PAIRS = {"a": pl.UInt32, "b": pl.UInt32, "similarity": pl.Float64}
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Decisions:
    """What was decided about records, by ordinal (their row in the table).

    `dropped`: ordinal, reason (`exact_duplicate`, `near_duplicate`, `conflicting_label`), ref (the record kept, or that
    of another label), via (the neighbour that ties it to the cluster where it is not similar enough to `ref` itself),
    similarity (true Jaccard with `ref`).
    `components`: for each record the lowest ordinal it hangs together with. `pairs`: verified pairs (a < b).
    `conflicts`: pairs with different labels, where the settings ask for them.
    """

    dropped: pl.DataFrame
    components: Array
    pairs: pl.DataFrame
    conflicts: pl.DataFrame


def decide(
    signs: pl.DataFrame,
    signatures: Signatures,
    similarity: Callable[[Pairs], Similarities],
    settings: Dedupe | None,
    together: float | None,
) -> Decisions:
    """Decide over all records. `signs`: one row a record in record order, with the columns of `sign` and `keep_value`;
    `signatures`: theirs, as `matrix` makes them.

    `similarity`: the true one of pairs of records, by ordinal. `together`: the one from which records hang together,
    for the split.
    """
    count = signs.height
    near = settings.near if settings is not None else None
    exact = settings is not None and settings.exact
    rank = ranks(signs, near)
    equal = _equal(signs["exact"])
    first = components(count, equal)
    signed = (signatures != np.iinfo(np.uint32).max).any(axis=1)
    representatives = np.flatnonzero((first == np.arange(count)) & signed)
    wanted = [limit for limit in (near.threshold if near else None, together) if limit is not None]
    pairs, alike = np.empty((0, 2), dtype=np.int64), np.empty(0)
    if wanted and representatives.size:
        own = signatures if len(representatives) == count else signatures[representatives]
        found = representatives[candidates(own, min(wanted))]
        alike = similarity(found)
        close = alike >= min(wanted)
        pairs, alike = found[close], alike[close]

    dropped = _Dropped(count)
    conflicts = pl.DataFrame(schema=CONFLICTS)
    if settings is not None and settings.conflicts is not None:
        strong = alike >= (near.threshold if near is not None else 2.0)
        conflicts = find_conflicts(signs["label"], first, pairs[strong], alike[strong])
        if settings.conflicts != "report" and conflicts.height:
            lost = resolve(conflicts, settings.conflicts, signs["label"], first, newest(signs))
            dropped.conflicting(lost)
            alive = np.ones(count, dtype=np.bool_)
            alive[lost["ordinal"].to_numpy()] = False
            first, equal, pairs, alike = _among(alive, first, pairs, alike)
            representatives = np.unique(first[representatives])
    if exact:
        dropped.equal(first, rank)
    if near is not None:
        survivors = dropped.survivor[first]  # who stands for each record among its equals
        # Without `exact`, equal texts are near-duplicates, too; but not what is shorter than a shingle.
        same = equal[:0] if exact else equal[np.isin(equal[:, 0], representatives)]
        edges = np.concatenate([pairs, same])
        strength = np.concatenate([alike, np.ones(len(same))])
        edges = survivors[edges] if exact else edges
        strong = strength >= near.threshold
        cluster = chain if near.cluster == "chain" else star
        dropped.near(cluster(edges[strong], strength[strong], rank), similarity, near.threshold)

    every = np.concatenate([pairs, equal])
    strength = np.concatenate([alike, np.ones(len(equal))])
    tied = strength >= (together if together is not None else 2.0)
    listed = {"a": every[tied].min(axis=1), "b": every[tied].max(axis=1), "similarity": strength[tied]}
    table = pl.DataFrame(listed, schema=PAIRS).sort("a", "b")
    return Decisions(dropped.frame(), components(count, every[tied]), table, conflicts)


def _among(alive: Array, first: Array, pairs: Array, alike: Array) -> tuple[Array, Array, Array, Array]:
    """`first`, its pairs of equals, `pairs` and `alike` as they are without the records that are not alive."""
    records = np.arange(len(first))
    head = np.full(len(first), -1)
    for record in records[alive][::-1]:
        head[first[record]] = record
    moved = np.where(alive, head[first], records)
    left = head[first[pairs]] if len(pairs) else pairs
    standing = (left >= 0).all(axis=1)
    equal = np.stack([moved, records], axis=1)[alive & (moved != records)]
    return moved, equal.astype(np.int64).reshape(-1, 2), left[standing], alike[standing]


def _equal(exact: pl.Series) -> Array:
    """Pairs of the first record with some words and each later one with the same."""
    table = pl.DataFrame({"exact": exact}).with_row_index("row").with_columns(first=pl.col("row").min().over("exact"))
    later = table.filter(pl.col("row") != pl.col("first"))
    return later.select("first", "row").to_numpy().astype(np.int64).reshape(-1, 2)


class _Dropped:
    """The records dropped so far: exact duplicates first, then near-duplicates among those that are left."""

    def __init__(self, count: int) -> None:
        self.survivor = np.arange(count)
        self._rows: dict[int, dict[str, Any]] = {}

    def conflicting(self, lost: pl.DataFrame) -> None:
        """`lost`: ordinal, ref (the record of another label), similarity."""
        for record, ref, similarity in lost.iter_rows():
            row = {"reason": "conflicting_label", "ref": ref, "via": None, "similarity": similarity}
            self._rows[record] = {"ordinal": record, **row}

    def equal(self, first: Array, rank: Array) -> None:
        """Of the records that share `first`, the one of lowest rank stays."""
        order = np.argsort(rank)
        best = np.full(len(first), -1)
        for group, record in zip(first[order][::-1], order[::-1], strict=True):
            best[group] = record
        self.survivor = np.where(best >= 0, best, self.survivor)
        kept = self.survivor[first]
        for record in np.flatnonzero(kept != np.arange(len(first))).tolist():
            row = {"reason": "exact_duplicate", "ref": int(kept[record]), "via": None, "similarity": 1.0}
            self._rows[record] = {"ordinal": record, **row}

    def near(
        self,
        found: list[tuple[int, int, int, float]],
        similarity: Callable[[Pairs], Similarities],
        least: float,
    ) -> None:
        """`found`: (record, kept, neighbour, similarity with the neighbour); exact duplicates follow their survivor."""
        chained = [row for row, (_, kept, neighbour, _) in enumerate(found) if kept != neighbour]
        pairs = np.array([[found[row][0], found[row][1]] for row in chained], dtype=np.int64).reshape(-1, 2)
        true = dict(zip(chained, similarity(pairs).tolist(), strict=True))
        moved: dict[int, tuple[int, float]] = {}
        for row, (record, kept, neighbour, alike) in enumerate(found):
            close = true.get(row, alike)
            via = neighbour if close < least else None
            self._rows[record] = {
                "ordinal": record, "reason": "near_duplicate", "ref": kept, "via": via, "similarity": close
            }  # fmt: skip
            moved[record] = (kept, close)
        for twin in self._rows.values():
            if twin["reason"] == "exact_duplicate" and twin["ref"] in moved:
                survivor = twin["ref"]
                twin["ref"], twin["similarity"] = moved[survivor]
                twin["via"] = survivor if twin["similarity"] < least else None

    def frame(self) -> pl.DataFrame:
        """The dropped records in their order."""
        return pl.DataFrame([self._rows[record] for record in sorted(self._rows)], schema=DROPPED)
