"""Training files: the shards of all parts merged into one JSONL file a split, in the order of the keyed hash."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

BOM = b"\xef\xbb\xbf"
INFERENCE = "finetune/inference.json"  # how the tuned model is to be asked
# Lines are merged a range of the hash at a time, so that memory does not grow with the data; bytes as they are stored.
_BYTES_AT_ONCE = 64 * 1024 * 1024


def line_column(provider: str) -> str:
    """The column of a shard that holds the lines of one dialect; null where the dialect refuses the example."""
    return f"line_{provider}"


def write_splits(
    shards: Sequence[Path], provider: str, splits: Sequence[str], folder: Path, *, bom: bool = False
) -> pl.DataFrame:
    """Write `<folder>/<split>.jsonl` for each split; returns (_id, place, split, line) of every line written.

    Lines end with "\\n" and are UTF-8; `line` counts from 1.
    """
    folder.mkdir(parents=True)
    column = line_column(provider)
    lines = dict.fromkeys(splits, 0)
    written = []
    with ExitStack() as stack:
        files = {split: stack.enter_context((folder / f"{split}.jsonl").open("wb")) for split in splits}
        for handle in files.values():
            handle.write(BOM if bom else b"")
        for piece in _in_order(shards, column):
            for split in splits:
                frame = piece.filter(pl.col("split") == split)
                # A line holds no line end of its own, so that nothing is to be quoted.
                frame.select(column).write_csv(files[split], include_header=False, quote_style="never")
                first = lines[split] + 1
                places = frame.drop(column).with_columns(
                    pl.int_range(first, first + pl.len(), dtype=pl.UInt64).alias("line")
                )
                lines[split] += frame.height
                written.append(places)
    return pl.concat(written)


def _in_order(shards: Sequence[Path], column: str) -> Iterator[pl.DataFrame]:
    size = sum(path.stat().st_size for path in shards)
    pieces = max(1, -(-size // _BYTES_AT_ONCE))
    bounds = [number * 2**64 // pieces for number in range(1, pieces)]
    scan = pl.scan_parquet(list(shards), glob=False).filter(pl.col(column).is_not_null())
    wanted = ["_id", "_source", "_file", "_row", "_child", "split", "order", column]
    for low, high in zip([0, *bounds], [*bounds, None], strict=True):
        piece = scan.filter(pl.col("order") >= low) if low else scan
        piece = piece.filter(pl.col("order") < high) if high is not None else piece
        yield piece.select(wanted).collect().sort("order", "_id").drop("order")
