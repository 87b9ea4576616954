"""Training files: the shards of all parts merged into one JSONL file a split, in the order of the keyed hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BOM = b"\xef\xbb\xbf"
# Rows are merged a range of the hash at a time, so that memory does not grow with the data.
_ROWS_AT_ONCE = 100_000


def line_column(provider: str) -> str:
    """The column of a shard that holds the lines of one dialect; null where the dialect refuses the example."""
    return f"line_{provider}"


def write_splits(
    shards: Sequence[Path], provider: str, splits: Sequence[str], folder: Path, *, rows: int, bom: bool = False
) -> pl.DataFrame:
    """Write `<folder>/<split>.jsonl` for each split; returns (_id, place, split, line) of every line written.

    `rows` is the number of examples in all shards. Lines end with "\\n" and are UTF-8; `line` counts from 1.
    """
    folder.mkdir(parents=True)
    column = line_column(provider)
    written = []
    for split in splits:
        line = 0
        with (folder / f"{split}.jsonl").open("wb") as handle:
            if bom:
                handle.write(BOM)
            for frame in _in_order(shards, split, column, rows):
                text = "\n".join(frame[column].to_list())
                if text:
                    handle.write(text.encode("utf-8") + b"\n")
                places = frame.drop(column).with_columns(
                    pl.int_range(line + 1, line + 1 + pl.len(), dtype=pl.UInt64).alias("line")
                )
                line += frame.height
                written.append(places)
    return pl.concat(written)


def _in_order(shards: Sequence[Path], split: str, column: str, rows: int) -> Iterator[pl.DataFrame]:
    pieces = max(1, -(-rows // _ROWS_AT_ONCE))
    bounds = [number * 2**64 // pieces for number in range(1, pieces)]
    scan = pl.scan_parquet(list(shards), glob=False).filter(pl.col("split") == split, pl.col(column).is_not_null())
    wanted = ["_id", "_source", "_file", "_row", "_child", "split", "order", column]
    for low, high in zip([0, *bounds], [*bounds, None], strict=True):
        piece = scan.filter(pl.col("order") >= low) if low else scan
        piece = piece.filter(pl.col("order") < high) if high is not None else piece
        yield piece.select(wanted).collect().sort("order", "_id").drop("order")
