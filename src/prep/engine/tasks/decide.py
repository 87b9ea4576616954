"""Barrier 1, over small tables: which records are the same, which of them stays, and what belongs together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from prep.engine import ledger
from prep.engine.keys import file_hash, key, software
from prep.engine.parts import by_part, load
from prep.errors import InputError
from prep.similarity.verified import PAIRS, Verified
from prep.stages.dedupe.decide import decide
from prep.stages.dedupe.settings import Near
from prep.stages.dedupe.sign import matrix
from prep.stages.part import Part

if TYPE_CHECKING:
    from pathlib import Path

    from prep.engine.context import Context
    from prep.engine.parts import PartFiles
    from prep.similarity.minhash import Signatures

Ordinals = np.ndarray[Any, np.dtype[np.int64]]
_PAIRS = "pairs.parquet"
PLACE_ORDER = ["_source", "_file", "_row", "_child", "_id"]
DECISIONS = {"at": pl.UInt32, "reason": pl.String, "ref": pl.String, "via": pl.String, "similarity": pl.Float64}


def decide_duplicates(context: Context, parts: list[PartFiles], folder: Path) -> dict[str, Any]:
    """Write each part's decisions, the table of what belongs together, and the verified pairs into `folder`."""
    signs = pl.concat([_signs(part, number) for number, part in enumerate(parts)], how="diagonal_relaxed")
    signs = signs.sort(PLACE_ORDER)
    check_ids(signs)
    signs = signs.filter(pl.col("at").is_not_null()).with_row_index("ordinal")
    dedupe, split = context.pipeline.dedupe, context.pipeline.split
    near = dedupe.near if dedupe and dedupe.near else Near()
    signatures = _signatures(parts, signs, near.permutations)
    signs = signs.drop("row_of_part")
    texts = Texts(context, parts, signs, folder)
    kept = key(task="verified", directory=str(context.directory), software=software())
    verified = Verified(texts, signs["exact"], _verified(context, kept))
    found = decide(signs, signatures, verified, dedupe, split.keep_together if split else None)
    del signatures
    context.cache.make(kept, lambda folder: _keep(verified, folder))

    names = signs["_id"]
    dropped = found.dropped.select(
        "ordinal",
        "reason",
        ref=names.gather(found.dropped["ref"]),
        via=names.gather(found.dropped["via"]),
        similarity="similarity",
    )
    dropped = dropped.join(signs.select("ordinal", "part", "at"), on="ordinal", how="left")
    dropped = dropped.sort("part", "at")
    shaped = dropped.select(pl.col(name).cast(kind) for name, kind in DECISIONS.items())
    hashes = []
    for number, own in enumerate(by_part(shaped, dropped["part"], len(parts))):
        path = folder / f"{number:05d}.decisions.parquet"
        own.write_parquet(path, compression="uncompressed")
        hashes.append(file_hash(path))
    together = signs.select("ordinal", "_id", "part", "at", "key", "group", "label", "parent", "newest").with_columns(
        pl.Series("component", found.components, dtype=pl.UInt32)
    )
    together.write_parquet(folder / "together.parquet", compression="uncompressed")
    found.pairs.write_parquet(folder / "pairs.parquet", compression="uncompressed")
    reports = _reports(signs, found.conflicts if context.reports_conflicts else found.conflicts.clear())
    reports.write_parquet(folder / "events.parquet")
    return {"decisions": hashes, "dropped": dropped.height, "conflicts": found.conflicts.height}


def _verified(context: Context, kept: str) -> pl.DataFrame:
    """The pairs whose similarity the run before this one has found; none where there was none."""
    if context.force or context.cache.use(kept) is None:
        return pl.DataFrame(schema=PAIRS)
    return load(context.cache.folder(kept) / _PAIRS)


def _keep(verified: Verified, folder: Path) -> dict[str, Any]:
    found = verified.all()
    found.write_parquet(folder / _PAIRS, compression="uncompressed")
    return {"pairs": found.height}


def _signs(part: PartFiles, number: int) -> pl.DataFrame:
    """What a part says of its records but their signatures, which are larger than all else together."""
    names = [name for name in part.columns("signs") if name != "signature"]
    place = {"part": pl.lit(number, dtype=pl.UInt32), "row_of_part": pl.int_range(pl.len(), dtype=pl.UInt32)}
    return part.read("signs", names).with_columns(**place)


def _signatures(parts: list[PartFiles], signs: pl.DataFrame, permutations: int) -> Signatures:
    """The signatures of all records by ordinal, loaded a part at a time."""
    found = np.full((signs.height, permutations), np.iinfo(np.uint32).max, dtype=np.uint32)
    order = signs.select("part", "ordinal", "row_of_part").sort("part", "row_of_part")
    for files, own in zip(parts, by_part(order, order["part"], len(parts)), strict=True):
        column = files.read("signs", ["signature"])["signature"].gather(own["row_of_part"])
        found[own["ordinal"].to_numpy()] = matrix(column, permutations)
    return found


def _reports(signs: pl.DataFrame, conflicts: pl.DataFrame) -> pl.DataFrame:
    """Events of what is reported and not dropped: both sides of a label conflict, overlap with evaluation items."""
    both = pl.concat([conflicts, conflicts.select(a="b", b="a", similarity="similarity")])
    rows = signs[both["a"]].with_columns(ref=signs["_id"].gather(both["b"]), similarity=both["similarity"])
    found = [_reported(rows, "conflicting_label", "ref", "similarity")]
    if "_leak_ref" in signs.columns:
        leaks = signs.filter(pl.col("_leak_ref").is_not_null())
        found.append(_reported(leaks, "contaminated", "_leak_ref", "_leak_overlap"))
    return pl.concat(found)


def _reported(rows: pl.DataFrame, reason: str, ref: str, similarity: str) -> pl.DataFrame:
    return ledger.events(
        rows, "reported", stage="dedupe", reason=reason, ref=pl.col(ref), similarity=pl.col(similarity)
    )


def check_ids(signs: pl.DataFrame) -> None:
    """Raise InputError where two records of a file have the same id. `signs` is in the records' order."""
    twice = signs.filter(pl.col("_id").is_duplicated())
    if twice.is_empty():
        return
    name = twice["_id"][0]
    places = twice.filter(pl.col("_id") == name).select(pl.format("{}:{}", "_file", "_row")).to_series().to_list()
    others = twice["_id"].n_unique() - 1
    raise InputError(
        f"the id {name} stands {len(places)} times" + (f"; so do {others} others" if others else ""),
        where=" and ".join(places[:2]),
        hint="name a column that is unique in `id`, or leave `id` out to use the place in the file",
    )


class Texts:
    """The cleaned text of any records, loaded from their parts when it is asked for."""

    def __init__(self, context: Context, parts: list[PartFiles], signs: pl.DataFrame, folder: Path) -> None:
        self.folder = folder
        self._context = context
        self._parts = parts
        self._part = signs["part"].to_numpy()
        self._at = signs["at"].to_numpy()
        self._source = signs["_source"].to_numpy()

    def pieces(self, ordinals: Ordinals) -> list[Ordinals]:
        """`ordinals` by the part that holds their text."""
        order = np.argsort(self._part[ordinals], kind="stable")
        ordered = ordinals[order]
        return np.split(ordered, np.flatnonzero(np.diff(self._part[ordered])) + 1)

    def __call__(self, ordinals: Ordinals) -> pl.Series:
        """The texts of `ordinals`, all of one part, in that order."""
        files = self._parts[self._part[ordinals[0]]]
        source = int(self._source[ordinals[0]])
        text, turns = self._context.text_columns(source), self._context.turn_columns(source)
        stored = files.columns("records")
        frame = files.read("records", [name for name in (*text, *turns) if name in stored])
        return Part(frame=frame[self._at[ordinals]], text=text, turns=turns).whole_text
