"""No record is lost without a reason."""

from __future__ import annotations

import polars as pl
import pytest

from prep.engine import ledger
from prep.engine.closing import Account
from prep.errors import PrepError
from prep.stages.part import Part, complete


def frame(*ids: str) -> pl.DataFrame:
    rows = [{"_id": name, "_source": 0, "_file": "a", "_row": number} for number, name in enumerate(ids, 1)]
    return complete(pl.DataFrame(rows))


def test_a_record_with_one_birth_and_one_end_is_accounted_for() -> None:
    """Read and dropped, or read and written: the check says nothing."""
    part = Part(frame("a", "b"), stage="clean", step="drop_short")
    part = part.drop(pl.col("_id") == "a", "too_short")
    ends = ledger.events(part.frame.filter(part.alive), "written", output="train.jsonl", line=pl.lit(1))
    book = pl.concat([ledger.births(part.frame), ledger.drops(part.frame), ends])
    ledger.check_balance(ledger.unbalanced(book))
    account = Account()
    account.add(book)
    assert account.records() == {"read": 2, "created": 0, "quarantined": 0, "dropped": 1, "written": 1}


@pytest.mark.parametrize("ends", [0, 2])
def test_a_lost_or_doubled_record_is_named(ends: int) -> None:
    """A record that ends never, or twice, stops the run and is named."""
    book = pl.concat([ledger.births(frame("a")), *[ledger.events(frame("a"), "written")] * ends])
    with pytest.raises(PrepError, match=rf"the first is a \(begun 1 times, ended {ends} times\)"):
        ledger.check_balance(ledger.unbalanced(book))


def test_a_drop_without_a_reason_is_an_error() -> None:
    """Dropped needs a reason."""
    book = pl.concat([ledger.births(frame("a")), ledger.events(frame("a"), "dropped")])
    with pytest.raises(PrepError, match="does not add up"):
        ledger.check_balance(ledger.unbalanced(book))


def test_children_are_created_and_name_their_parent() -> None:
    """A record that becomes two is dropped as `chunked`, and both children name it."""
    part = Part(frame("a").with_columns(text=pl.lit("one two")), stage="clean", step="chunk_text")
    children = pl.DataFrame({"_parent": ["a", "a"], "_child": [1, 2], "text": ["one", "two"]}).cast(
        {"_child": pl.UInt32}
    )
    split = part.with_children(children)
    assert split.frame.select("_id", "_reason", "text").rows() == [
        ("a", "chunked", "one two"),
        ("a/1", None, "one"),
        ("a/2", None, "two"),
    ]
    births = ledger.births(split.frame)
    assert births.select("record", "event", "ref").rows() == [
        ("a", "read", None),
        ("a/1", "created", "a"),
        ("a/2", "created", "a"),
    ]
