"""A random sample of a source's records, drawn in one cheap pass: lines by their bytes, documents by their files."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from prep.engine.tasks.read import batches
from prep.outputs.cost_sample import Urn
from prep.stages.ingest.conversations import index, read_conversations
from prep.stages.ingest.discover import DOCUMENTS
from prep.stages.ingest.read import read
from prep.stages.ingest.slices import CUT_BY_LINE, Slice
from prep.stages.ingest.streams import is_plain
from prep.stages.part import concat, data_columns

if TYPE_CHECKING:
    from prep.engine.context import Context
    from prep.engine.plan import Plan
    from prep.stages.ingest.source_file import SourceFile

_SHORTEST = 3  # bytes of a line with something on it: `{}` and its end
_A_DOCUMENT = 4  # reading a document takes longer than reading a line: a fourth of the units are drawn
Pieces = list[tuple["SourceFile", Slice]]


@dataclass(frozen=True)
class Drawn:
    """What was drawn of one source: the records, and the unit that each was read of."""

    source: int
    frame: pl.DataFrame  # records, before any step
    units: pl.DataFrame  # `_file`, `_row` (but of documents) and `_stratum`: one row a unit, in the order of its number
    sizes: list[int]  # units of each stratum, drawn or not


def draw(plan: Plan, source: int, most: int, seed: int) -> Drawn:
    """About `most` units of a source: lines, rows, conversations or documents; all where there are no more."""
    context = plan.context
    pieces = [piece for task in plan.tasks if task.source == source for piece in task.pieces]
    entry = context.local.ingest[source]
    if entry.conversation is not None:
        return _conversations(context, source, pieces, Urn(seed, most))
    if pieces and all(file.format in DOCUMENTS for file, _ in pieces):
        return _documents(context, source, pieces, Urn(seed, max(1, most // _A_DOCUMENT)))
    if pieces and all(file.format in CUT_BY_LINE and is_plain(file) for file, _ in pieces):
        return _lines(context, source, pieces, Urn(seed, most))
    return _rows(plan, source, Urn(seed, most))


def _chosen(urn: Urn, units: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """The units (`_draw` and what places them) that are drawn, with their `_stratum`; and the sizes of all strata."""
    drawn = urn.drawn()
    taken = [
        pl.DataFrame({"_draw": draws, "_stratum": [number] * len(draws)}, schema=_DRAWN)
        for number, draws in enumerate(drawn.values())
    ]
    table = pl.concat(taken) if taken else pl.DataFrame(schema=_DRAWN)
    found = units.join(table, on="_draw", how="inner", maintain_order="left")
    return found.drop("_draw"), [urn.units[name] for name in drawn]


_DRAWN = {"_draw": pl.UInt64, "_stratum": pl.Int64}


def _lines(context: Context, source: int, pieces: Pieces, urn: Urn) -> Drawn:
    """Line ends are looked for in the bytes; only the lines that are drawn are parsed."""
    found = []
    for number, (file, piece) in enumerate(pieces):
        try:
            data = np.fromfile(file.path, dtype=np.uint8, count=piece.length, offset=piece.offset)
        except OSError:
            continue  # reading it, in a run, says so and counts it as quarantined
        ends = np.flatnonzero(data == ord("\n")) + 1
        if len(data) and (not len(ends) or ends[-1] != len(data)):
            ends = np.append(ends, len(data))
        starts = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1]]) if len(ends) else ends
        sizes = ends - starts
        full = np.flatnonzero(sizes >= _SHORTEST)
        draws, possible = urn.add(source, sizes[full])
        own = full[possible]
        found.append(
            pl.DataFrame(
                {
                    "_draw": draws[possible],
                    "_piece": np.full(len(own), number),
                    "_offset": starts[own] + piece.offset,
                    "_size": sizes[own],
                    "_row": (own + piece.first_row).astype(np.uint64),
                }
            )
        )
    table = pl.concat(found) if found else pl.DataFrame(schema={"_draw": pl.UInt64})
    units, strata = _chosen(urn, table)
    units = units.with_columns(pl.Series("_file", [pieces[at][0].name for at in units["_piece"]], dtype=pl.String))
    wanted = [
        (pieces[at][0], Slice(offset, size, row, ""))
        for at, offset, size, row in units.select("_piece", "_offset", "_size", "_row").iter_rows()
    ]
    return Drawn(source, _read(context, source, wanted), units.select("_file", "_row", "_stratum"), strata)


def _documents(context: Context, source: int, pieces: Pieces, urn: Urn) -> Drawn:
    """Only the files that are drawn are opened."""
    draws, _ = urn.add(source, np.array([piece.length for _, piece in pieces], dtype=np.int64))
    table = pl.DataFrame({"_draw": draws, "_piece": range(len(pieces)), "_file": [file.name for file, _ in pieces]})
    units, strata = _chosen(urn, table)
    wanted = [pieces[at] for at in units["_piece"]]
    return Drawn(source, _read(context, source, wanted), units.select("_file", "_stratum"), strata)


def _rows(plan: Plan, source: int, urn: Urn) -> Drawn:
    """Formats that are read as a stream: every row is read, and those are kept that may be drawn."""
    kept = []
    for task in plan.tasks:
        for batch in batches(plan.context, task) if task.source == source else ():
            frame = batch.frame
            bytes_ = [pl.col(name).str.len_bytes().fill_null(0) for name in data_columns(frame.columns)]
            sizes = frame.select(pl.sum_horizontal(bytes_) if bytes_ else pl.lit(1)).to_series()
            draws, possible = urn.add(source, sizes.to_numpy().astype(np.int64))
            kept.append(frame.with_columns(pl.Series("_draw", draws)).filter(pl.Series(possible)))
    whole = concat(kept) if kept else pl.DataFrame(schema={"_draw": pl.UInt64, "_file": pl.String, "_row": pl.UInt64})
    units, strata = _chosen(urn, whole.select("_draw", "_file", "_row"))
    frame = whole.join(units, on=["_file", "_row"], how="semi", maintain_order="left").drop("_draw")
    return Drawn(source, frame, units.select("_file", "_row", "_stratum"), strata)


def _conversations(context: Context, source: int, pieces: Pieces, urn: Urn) -> Drawn:
    """All keys are read, and the messages of the conversations that are drawn."""
    entry, size = context.local.ingest[source], context.part_bytes
    rows, _ = index(entry, pieces, batch_bytes=size, base=context.base)
    rows = rows.filter(pl.col("_number").is_not_null())
    chats = rows.sort("_at").group_by("_number", maintain_order=True)
    table = chats.agg(pl.col("_size").sum(), pl.col("_file").first(), pl.col("_row").first())
    draws, _ = urn.add(source, table["_size"].to_numpy().astype(np.int64))
    units, strata = _chosen(urn, table.with_columns(pl.Series("_draw", draws)))
    wanted = rows.filter(pl.col("_number").is_in(units["_number"].implode()))
    made = read_conversations(entry, wanted, pieces, batch_bytes=size, base=context.base)
    frame = concat([batch.frame for batch in made])
    return Drawn(source, frame, units.select("_file", "_row", "_stratum"), strata)


def _read(context: Context, source: int, pieces: Pieces) -> pl.DataFrame:
    entry: Any = context.local.ingest[source]
    return concat([batch.frame for batch in read(entry, pieces, batch_bytes=context.part_bytes, base=context.base)])
