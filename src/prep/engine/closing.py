"""The ledger of a run as one file: put together, checked and summed a range of places at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl
from polars.io.plugins import register_io_source

from prep.engine import ledger
from prep.engine.places import by_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

ROWS_AT_ONCE = 128 * 1024
# Fixed, so that the file's bytes depend on the events alone.
_ROWS_OF_A_GROUP = 128 * 1024
_KINDS = ["event", "reason", "split", "output"]


@dataclass
class Account:
    """What is summed of the events while they pass: (event, reason, split, output, len), (step, len), (detail, len)."""

    kinds: list[pl.DataFrame] = field(default_factory=list)
    changed: list[pl.DataFrame] = field(default_factory=list)  # records by the step that changed them
    failed: list[pl.DataFrame] = field(default_factory=list)  # records by what a template's engine said
    lost: list[pl.DataFrame] = field(default_factory=list)
    born: list[pl.Series] = field(default_factory=list)  # hashes of the names of all records

    def add(self, events: pl.DataFrame) -> None:
        """All events of some records."""
        self.kinds.append(events.group_by(_KINDS).len())
        changed = events.lazy().filter(pl.col("event") == "changed")
        steps = changed.select(pl.coalesce("step", "stage").alias("step"), "record").unique()
        self.changed.append(steps.group_by("step").len().collect())
        failed = events.lazy().filter(pl.col("reason") == "template_failed").drop_nulls("detail")
        self.failed.append(failed.group_by("detail").len().collect())
        self.lost.append(ledger.unbalanced(events))
        births = events.lazy().filter(pl.col("event").is_in(["read", "created"]))
        self.born.append(births.select(pl.col("record").hash()).collect().to_series())

    def sums(self, event: str, column: str) -> dict[str, int]:
        """How many events of a kind there are by a column, the most first."""
        found = self._kinds().filter(pl.col("event") == event).group_by(column).agg(pl.col("len").sum())
        return _dict(found.sort("len", column, descending=[True, False]))

    def files(self, split: str) -> list[str]:
        """The output files that have lines of a split."""
        found = self._kinds().filter(pl.col("event").is_in(["written", "exported"]), pl.col("split") == split)
        return found["output"].unique().sort().to_list()

    def written(self, split: str) -> int:
        """How many records of a split were written."""
        found = self._kinds().filter(pl.col("event") == "written", pl.col("split") == split)
        return int(found["len"].sum())

    def changed_by_step(self) -> dict[str, int]:
        """How many records each step changed."""
        return _dict(pl.concat(self.changed).group_by("step").agg(pl.col("len").sum()).sort("step"))

    def template_failures(self) -> list[str]:
        """What the template's engine said, the most frequent first."""
        found = pl.concat(self.failed).group_by("detail").agg(pl.col("len").sum())
        return found.sort("len", "detail", descending=[True, False])["detail"].to_list()

    def records(self) -> dict[str, int]:
        """How many records were read, created, quarantined, dropped and written."""
        found = _dict(self._kinds().group_by("event").agg(pl.col("len").sum()))
        return {name: found.get(name, 0) for name in ("read", "created", "quarantined", "dropped", "written")}

    def _kinds(self) -> pl.DataFrame:
        return pl.concat(self.kinds)


def close_ledger(
    paths: Sequence[Path], ends: Sequence[pl.LazyFrame], target: Path, *, rows: int = ROWS_AT_ONCE
) -> Account:
    """Write the events in `paths` and `ends` to `target`, in the order of the records' places and lives.

    PrepError where a record does not begin once and end once. Memory holds about `rows` events of `paths` at a time.
    """
    account = Account()

    def passing(*_: object) -> Iterator[pl.DataFrame]:
        count = pl.scan_parquet(list(paths), glob=False).select(pl.len()).collect().item()
        for span, frames in by_place(paths, -(-count // rows)):
            late = [frame.filter(span.holds()).collect() for frame in ends]
            found = pl.concat([pl.DataFrame(schema=ledger.EVENTS), *frames, *late])
            events = found.sort(ledger.ORDER, nulls_last=False, maintain_order=True)
            account.add(events)
            yield events

    book = register_io_source(passing, schema=ledger.EVENTS)
    book.sink_parquet(target, statistics=False, row_group_size=_ROWS_OF_A_GROUP)
    ledger.check_balance(pl.concat([*account.lost, *_twice(account, target)]))
    return account


def _twice(account: Account, book: Path) -> list[pl.DataFrame]:
    """Records of the same name at two places, which no range alone can see."""
    born = pl.concat(account.born)
    account.born.clear()
    suspects = born.filter(born.is_duplicated())
    if suspects.is_empty():
        return []
    again = pl.scan_parquet(book, glob=False).filter(pl.col("record").hash().is_in(suspects.implode()))
    return [ledger.unbalanced(again.collect())]


def _dict(frame: pl.DataFrame) -> dict[str, int]:
    return {str(name): int(number) for name, number in frame.iter_rows()}
