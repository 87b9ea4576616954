"""Rows that are messages become conversations."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from prep.stages.ingest.conversations import cut_conversations, index, read_conversations
from prep.stages.ingest.discover import discover
from prep.stages.ingest.settings import Source
from prep.stages.ingest.slices import scan
from prep.stages.part import RECORD, concat

CHAT = {"by": "t", "order": "n", "role": "who", "text": "say", "roles": {"agent": "assistant", "customer": "user"}}
Row = dict[str, object]


def assemble(
    base: Path, path: str = "m.*", batch_bytes: int = 1 << 24, slice_bytes: int = 1 << 24, **more: object
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """(records, quarantined, index) of the source."""
    source = Source.model_validate({"path": path, "conversation": CHAT, **more})
    pieces = [(file, piece) for file in discover([source], base) for piece in scan(file, slice_bytes)]
    rows, broken = index(source, pieces, batch_bytes=batch_bytes, base=base)
    batches = read_conversations(source, rows, pieces, batch_bytes=batch_bytes, base=base)
    return concat([batch.frame for batch in batches]), broken, rows


def lines(rows: list[Row]) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def turns(frame: pl.DataFrame) -> dict[str, list[list[str]]]:
    made = frame.filter(pl.col("_child") == 1).select("_key", "turns").rows()
    return {key: [[turn["role"], turn["content"]] for turn in json.loads(text)] for key, text in made}


ROWS: list[Row] = [
    {"t": "b", "n": 2, "who": "agent", "say": "hello", "topic": "", "extra": {"k": 1.0}},
    {"t": "a", "n": 10, "who": "customer", "say": "last", "topic": "x"},
    {"t": "b", "n": 1, "who": "customer", "say": "hi", "topic": "late", "extra": None},
    {"t": "a", "n": 9, "who": "system", "say": None},
]


def test_rows_far_apart_become_one_record(tmp_path: Path) -> None:
    """Conversations stand in the order of their first row, messages in theirs; other columns take the first value."""
    (tmp_path / "m.jsonl").write_bytes(lines(ROWS))
    frame, broken, _ = assemble(tmp_path)
    assert broken.is_empty()
    assert turns(frame) == {"b": [["user", "hi"], ["assistant", "hello"]], "a": [["system", ""], ["user", "last"]]}
    made = frame.filter(pl.col("_child") == 1)
    assert made.select("_id", "_row", "_key", "t", "topic", "extra", "_json", "_reason").rows() == [
        ("m.jsonl#b", 1, "b", "b", "late", '{"k": 1.0}', '["extra"]', None),
        ("m.jsonl#a", 2, "a", "a", "x", None, None, None),
    ]
    assert not {"n", "who", "say"} & set(frame.columns)
    merged = frame.filter(pl.col("_child") == 0).sort("_row")
    assert merged.select("_id", "_reason", "_stage", "_ref", "turns", "topic").rows() == [
        (f"m.jsonl:{row}", "merged", "ingest", f"m.jsonl#{key}", None, None)
        for row, key in ((1, "b"), (2, "a"), (3, "b"), (4, "a"))
    ]
    assert {name: frame.schema[name] for name in RECORD} == RECORD


def test_a_conversation_may_lie_in_several_files(tmp_path: Path) -> None:
    """It belongs to the file of its first row."""
    (tmp_path / "m.1.jsonl").write_bytes(lines(ROWS[:2]))
    (tmp_path / "m.2.csv").write_text("t,n,who,say\nb,1,customer,hi\na,9,user,yes\n")
    frame, _, _ = assemble(tmp_path)
    assert turns(frame) == {"b": [["user", "hi"], ["assistant", "hello"]], "a": [["user", "yes"], ["user", "last"]]}
    assert frame.filter(pl.col("_child") == 1)["_file"].to_list() == ["m.1.jsonl"] * 2


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["10", "9", "1e1"], ["9", "10", "1e1"]),
        (["10", "9", "x"], ["10", "9", "x"]),
        (["10", "9", "nan"], ["10", "9", "nan"]),
        (["12345678901234567891", "12345678901234567890", "1"], ["1", "12345678901234567890", "12345678901234567891"]),
        (["2", None, "1"], ["1", "2", None]),
        (["2", " ", "10"], ["2", "10", " "]),
        (["b", "a", "a"], ["a", "a", "b"]),
    ],
)
def test_order_is_numeric_only_where_every_value_is_a_number(
    tmp_path: Path, values: list[str | None], expected: list[str | None]
) -> None:
    """Whole numbers exactly; else as text; without a value last; ties by place."""
    rows: list[Row] = [{"t": "a", "n": value, "who": "user", "say": f"{value}"} for value in values]
    (tmp_path / "m.jsonl").write_bytes(lines(rows))
    frame, _, _ = assemble(tmp_path)
    assert [said for _, said in turns(frame)["a"]] == [f"{value}" for value in expected]


def test_a_role_that_is_not_mapped_drops_the_conversation(tmp_path: Path) -> None:
    """With the value as detail; it is carried all the same, and its rows are merged into it."""
    rows: list[Row] = [
        {"t": "a", "n": 1, "who": "bot", "say": "x"},
        {"t": "b", "n": 1, "who": None, "say": "y"},
        {"t": "c", "n": 1, "who": "user", "say": "z"},
    ]
    (tmp_path / "m.jsonl").write_bytes(lines(rows))
    made = assemble(tmp_path)[0].filter(pl.col("_child") == 1)
    assert made.select("_key", "_reason", "_stage", "_detail").rows() == [
        ("a", "role_unknown", "ingest", "bot"),
        ("b", "role_unknown", "ingest", ""),
        ("c", None, None, None),
    ]
    assert json.loads(made["turns"][0]) == [{"role": "bot", "content": "x"}]


def test_a_row_without_a_conversation_is_dropped_and_a_broken_one_told_once(tmp_path: Path) -> None:
    """`conversation_missing`, and `quarantined` from the index alone."""
    rows: list[Row] = [{"t": None, "say": "x"}, {"t": " ", "say": "y"}, {"say": "z"}]
    (tmp_path / "m.jsonl").write_bytes(lines(rows) + b"{broken\n" + lines(ROWS))
    frame, broken, _ = assemble(tmp_path)
    lost = frame.filter(pl.col("_reason") == "conversation_missing")
    assert lost.select("_id", "_stage").rows() == [(f"m.jsonl:{row}", "ingest") for row in (1, 2, 3)]
    assert broken.select("place", "reason").rows() == [("m.jsonl:4", "invalid_json")]
    assert len(turns(frame)) == 2


@pytest.mark.parametrize("data", [b"", b"{}\n", b"{broken\n", b'{"t":"a"}\n'])
def test_a_source_without_messages_or_their_columns_is_no_error(tmp_path: Path, data: bytes) -> None:
    """Columns that nothing has are nulls."""
    (tmp_path / "m.jsonl").write_bytes(data)
    frame, broken, _ = assemble(tmp_path)
    assert frame.height + broken.height >= 1


def test_the_index_holds_no_text(tmp_path: Path) -> None:
    """Keys, places and sizes, whatever the messages are."""
    (tmp_path / "m.jsonl").write_bytes(lines([row | {"say": "secret"} for row in ROWS]))
    assert "secret" not in str(assemble(tmp_path)[2].to_dicts())


VALUE = st.sampled_from(["a", "b", "c", "", "long name"])
TEXT = st.text(alphabet='ab,"\n\ré\u2028', max_size=8)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {"t": VALUE, "n": st.integers(0, 4), "who": st.sampled_from(["agent", "customer", "bot"]), "say": TEXT}
        ),
        min_size=1,
        max_size=15,
    ),
    batch_bytes=st.integers(1, 400),
    slice_bytes=st.integers(1, 400),
    kind=st.sampled_from(["jsonl", "csv", "parquet", "jsonl.gz", "jsonl.u16", "csv.gz"]),
)
def test_every_message_is_found_again_however_it_is_stored_and_cut(
    tmp_path_factory: pytest.TempPathFactory, rows: list[Row], batch_bytes: int, slice_bytes: int, kind: str
) -> None:
    """Each row ends in exactly one record, each conversation is made once, and sizes change nothing."""
    base = tmp_path_factory.mktemp("chat")
    frame = pl.DataFrame([{name: str(value) for name, value in row.items()} for row in rows])
    path = base / f"m.{kind}"
    match kind:
        case "parquet":
            frame.write_parquet(path, row_group_size=4)
        case "csv" | "csv.gz":
            data = frame.write_csv(quote_style="always").encode()
            path.write_bytes(gzip.compress(data) if kind == "csv.gz" else data)
        case "jsonl.u16":
            path = base / "m.jsonl"
            path.write_bytes(lines(rows).decode().encode("utf-16"))
        case _:
            path.write_bytes(gzip.compress(lines(rows)) if kind == "jsonl.gz" else lines(rows))
    whole, broken, rows_index = assemble(base)
    assert broken.is_empty()
    read = whole.filter(pl.col("_child") == 0)
    assert read.height == len(rows)
    assert read["_id"].n_unique() == len(rows)
    expected: dict[str, list[Row]] = {}
    for row in rows:
        if str(row["t"]).strip():
            expected.setdefault(str(row["t"]), []).append(row)
    roles = {"agent": "assistant", "customer": "user", "bot": "bot"}
    assert turns(whole) == {
        key: [[roles[str(row["who"])], row["say"]] for row in sorted(said, key=lambda row: int(str(row["n"])))]
        for key, said in expected.items()
    }
    assert list(turns(whole)) == list(expected)
    cut = assemble(base, batch_bytes=batch_bytes, slice_bytes=slice_bytes)[0]
    order = ["_source", "_file", "_row", "_child"]
    assert_frame_equal(cut.sort(order), whole.sort(order), check_column_order=False)
    pieces = cut_conversations(rows_index, batch_bytes)
    assert_frame_equal(pl.concat(pieces), rows_index)
