"""Sides by keyed hash: what belongs together stays together, and growing data moves nobody."""

from __future__ import annotations

import random
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from prep.errors import InputError
from prep.stages.split.certificate import certify, moves
from prep.stages.split.decide import decide
from prep.stages.split.frozen import load_frozen
from prep.stages.split.settings import Split
from prep.stages.split.shares import largest_remainder

INTO = {"train": 0.8, "validation": 0.1, "test": 0.1}
SCHEMA = {
    "ordinal": pl.UInt32, "id": pl.String, "key": pl.String, "group": pl.String, "component": pl.UInt32,
    "label": pl.String, "parent": pl.String, "newest": pl.String,
}  # fmt: skip


def table(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Records with what is not given: own id, own component, key by group or id."""
    filled = []
    for number, row in enumerate(rows):
        name = row.get("id", f"r{number}")
        filled.append(
            {"ordinal": number, "id": name, "key": row.get("group") or name, "component": row.get("component", number)}
            | {column: row.get(column) for column in ("group", "label", "parent", "newest")}
        )
    return pl.DataFrame(filled, schema=SCHEMA)


def sides(frame: pl.DataFrame, seed: int = 7, frozen: pl.DataFrame | None = None, **options: Any) -> dict[str, str]:
    """The side of every id."""
    found, _ = decide(frame, Split.model_validate({"into": INTO} | options), seed, frozen)
    return dict(frame.select("ordinal", "id").join(found, on="ordinal").select("id", "split").iter_rows())


def shares(found: dict[str, str]) -> dict[str, float]:
    return {name: sum(side == name for side in found.values()) / len(found) for name in INTO}


def test_shares_are_about_right() -> None:
    """5,000 records: within two points of what was asked."""
    for name, share in shares(sides(table([{} for _ in range(5000)]))).items():
        assert abs(share - INTO[name]) < 0.02


def test_large_units_go_to_every_side() -> None:
    """2,000 units of five similar records: the shares hold for records, and no side draws what belongs together."""
    rows = [{"id": f"r{number}", "component": number // 5} for number in range(10_000)]
    for name, share in shares(sides(table(rows))).items():
        assert abs(share - INTO[name]) < 0.03


def test_growing_data_moves_nobody() -> None:
    """New records before, between and after the old ones leave every old one where it was."""
    old = [{"id": f"old{number}"} for number in range(300)]
    new = [{"id": f"new{number}"} for number in range(300)]
    mixed = [*old, *new]
    random.Random(1).shuffle(mixed)
    before, after = sides(table(old)), sides(table(mixed))
    assert {name: after[name] for name in before} == before


def test_the_seed_decides() -> None:
    """Another seed is another split, the same seed the same."""
    frame = table([{} for _ in range(200)])
    assert sides(frame, seed=1) == sides(frame, seed=1) != sides(frame, seed=2)


records = st.lists(
    st.fixed_dictionaries({
        "group": st.sampled_from([None, "g1", "g2", "g3"]),
        "component": st.integers(0, 12),
        "parent": st.sampled_from([None, "d1", "d2"]),
        "label": st.sampled_from([None, "x", "y"]),
        "newest": st.sampled_from([None, "2024-01-01", "2025-01-01"]),
    }),
    min_size=1,
    max_size=25,
)  # fmt: skip


@settings(deadline=None)
@given(
    records,
    st.sampled_from([{}, {"stratify": True}, {"exact": True}, {"newest": "day"}, {"stratify": True, "exact": True}]),
)
def test_what_belongs_together_is_never_torn(rows: list[dict[str, Any]], options: dict[str, Any]) -> None:
    """Groups, documents and components stand on one side, however the split is made; every record has one."""
    frame = table(rows)
    found = sides(frame, **options)
    assert set(found) == set(frame["id"])
    for column in ("group", "component", "parent"):
        for value in frame[column].drop_nulls().unique():
            members = frame.filter(pl.col(column) == value)["id"].to_list()
            assert len({found[name] for name in members}) == 1


@settings(deadline=None)
@given(records, st.randoms(use_true_random=False))
def test_the_order_of_records_does_not_matter(rows: list[dict[str, Any]], rng: random.Random) -> None:
    """Shuffled rows get the same sides."""
    named = [row | {"id": f"n{number}"} for number, row in enumerate(rows)]
    shuffled = rng.sample(named, len(named))
    for options in ({}, {"stratify": True}, {"exact": True}):
        assert sides(table(named), **options) == sides(table(shuffled), **options)


def test_null_groups_tie_nothing() -> None:
    """A thousand records without a group spread over all sides."""
    assert set(sides(table([{"group": None} for _ in range(1000)])).values()) == set(INTO)


def test_every_label_has_its_shares_when_stratified() -> None:
    """Labels of 100 records have 80, 10 and 10, give or take one."""
    rows = [{"label": f"l{number % 5}"} for number in range(500)]
    frame = table(rows)
    found = sides(frame, stratify=True)
    for label in range(5):
        own = frame.filter(pl.col("label") == f"l{label}")["id"].to_list()
        for name, share in INTO.items():
            assert abs(sum(found[record] == name for record in own) - 100 * share) <= 1


def test_small_labels_reach_every_side() -> None:
    """150 labels of four records: no split is empty, and train has every label."""
    frame = table([{"label": f"l{number % 150}"} for number in range(600)])
    found = sides(frame, stratify=True)
    for name, share in shares(found).items():
        assert abs(share - INTO[name]) < 0.05
    assert (
        frame.filter(pl.col("id").is_in([one for one, side in found.items() if side == "train"]))["label"].n_unique()
        == 150
    )


def test_groups_of_many_labels_come_close_to_the_shares() -> None:
    """50 contracts with a clause of each of 12 types: whole contracts, shares within five points."""
    rows = [{"group": f"c{number}", "label": f"l{label}"} for number in range(50) for label in range(12)]
    for name, share in shares(sides(table(rows), stratify=True)).items():
        assert abs(share - INTO[name]) < 0.05


def test_exact_counts_are_exact() -> None:
    """Single records fill the counts to the last."""
    found = sides(table([{} for _ in range(997)]), exact=True)
    assert {name: sum(side == name for side in found.values()) for name in INTO} == dict(largest_remainder(997, INTO))
    assert sum(dict(largest_remainder(997, INTO)).values()) == 997


def test_the_newest_go_last() -> None:
    """By a column of time: train is older than validation, validation older than test; numbers as numbers."""
    frame = table([{"newest": str(number)} for number in range(2, 202)])
    found = sides(frame, newest="day")
    days = {
        name: [int(row["newest"]) for row in frame.iter_rows(named=True) if found[row["id"]] == name] for name in INTO
    }
    assert max(days["train"]) < min(days["validation"]) <= max(days["validation"]) < min(days["test"])


def test_frozen_records_keep_their_side_and_take_theirs_along() -> None:
    """A group follows its frozen member; two frozen on two sides are an error that names both."""
    frame = table([{"id": "a", "group": "g"}, {"id": "b", "group": "g"}, {"id": "c"}])
    frozen = pl.DataFrame({"id": ["a"], "split": ["test"]})
    found = sides(frame, frozen=frozen)
    assert (found["a"], found["b"]) == ("test", "test")
    torn = pl.DataFrame({"id": ["a", "b"], "split": ["test", "train"]})
    with pytest.raises(InputError, match="a is frozen in test and b in train, but they belong together"):
        sides(frame, frozen=torn)


def test_a_frozen_file_with_a_strange_split_is_refused(tmp_path: Any) -> None:
    """It names the split that is none."""
    (tmp_path / "f.csv").write_text("id,split\na,dev\n")
    with pytest.raises(InputError, match="dev is not a split"):
        load_frozen(tmp_path / "f.csv")


def test_warnings_name_large_components_empty_splits_and_labels_without_training() -> None:
    """What a user should know although the split was made."""
    rows = [{"component": 0, "label": "x"} for _ in range(50)] + [
        {"label": "y", "component": 60 + n} for n in range(50)
    ]
    _, told = decide(table(rows), Split.model_validate({"into": {"train": 1.0, "test": 0.0}}), 7)
    assert any("50 of 100 records belong together with r0" in line for line in told)
    _, told = decide(table([{"label": "x"}]), Split.model_validate({"into": INTO}), 7)
    assert sum("is empty" in line for line in told) == 2


def test_the_certificate_counts_what_crosses() -> None:
    """Zero for a sound split; a torn group and a torn pair are counted."""
    frame = table([{"group": "g"}, {"group": "g"}, {}, {}])
    pairs = pl.DataFrame(
        {"a": [2], "b": [3], "similarity": [0.75]}, schema={"a": pl.UInt32, "b": pl.UInt32, "similarity": pl.Float64}
    )

    def certificate(*split: str) -> dict[str, Any]:
        return certify(frame, frame.select("ordinal").with_columns(pl.Series("split", split)), pairs, 0.7)

    sound = certificate("train", "train", "test", "test")
    assert (sound["groups_across"], sound["pairs"], sound["pairs_across"]) == (0, 1, 0)
    torn = certificate("train", "test", "train", "test")
    assert (torn["groups_across"], torn["pairs_across"]) == (1, 1)


def test_moves_are_counted_by_direction() -> None:
    """Records of both runs that changed sides; new and lost ones do not count."""
    before = pl.DataFrame({"id": ["a", "b", "c"], "split": ["train", "train", "test"]})
    now = pl.DataFrame({"id": ["a", "b", "d"], "split": ["test", "train", "train"]})
    assert moves(before, now) == {"train to test": 1}


def test_no_records_are_no_error() -> None:
    """An empty table has an empty split."""
    assert decide(table([]), Split(), 7)[0].is_empty()
