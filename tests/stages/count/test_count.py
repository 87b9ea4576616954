"""Tokens of examples and of files, and what happens to an example that is too long."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from pathlib import Path

import polars as pl
import pytest

from prep.errors import GateError, InputError
from prep.stages.count.apply import COLUMNS, apply
from prep.stages.count.files import count_files
from prep.stages.count.settings import Count
from prep.stages.count.summary import summarise
from prep.stages.part import Part, complete
from prep.tokens.encodings import encoding


def example(*texts: str) -> str:
    roles = ("user", "assistant")
    messages = [{"role": roles[number % 2], "content": text} for number, text in enumerate(texts)]
    return json.dumps({"messages": messages}, ensure_ascii=False)


def part_of(lines: list[str | None]) -> Part:
    frame = pl.DataFrame({"_example": lines}, schema={"_example": pl.String})
    ids = pl.Series("_id", [f"a:{number}" for number in range(len(lines))], dtype=pl.String)
    part = Part(frame=complete(frame.with_columns(ids)), stage="count")
    return part.drop(part.frame["_example"].is_null(), "too_short")


def counted(part: Part, limit: int | None = None, **settings: object) -> Part:
    return apply(part, Count.model_validate(settings), encoding="o200k_base", limit=limit)


def by_the_rule(line: str) -> int:
    """3 a message, and its role and content as tiktoken counts them."""
    encode = encoding("o200k_base").encode_ordinary
    messages = json.loads(line)["messages"]
    return sum(3 + len(encode(message["role"])) + len(encode(message["content"])) for message in messages)


LINES = [example("Größe?", "one two three"), None, example("a", "b"), example("<|endoftext|>", "x " * 200)]


def test_every_example_gets_its_tokens() -> None:
    """Tokens follow the published rule, the assistant's stand apart; a dropped record has none."""
    done = counted(part_of(LINES))
    assert done.frame["_tokens"].to_list() == [by_the_rule(line) if line else None for line in LINES]
    assert done.frame["_assistant_tokens"].to_list()[:3] == [3, None, 1]
    assert done.frame.schema["_tokens"] == done.frame.schema["_assistant_tokens"] == pl.UInt32
    assert counted(part_of([])).frame["_tokens"].to_list() == []


def test_too_long_and_too_short_examples_are_dropped_with_their_length() -> None:
    """Over the limit is `over_length`, under `min` is `under_length`; `max` comes before the model's limit."""
    done = counted(part_of(LINES), limit=100, min=12)
    tokens = done.frame["_tokens"].to_list()
    assert done.frame.select("_reason", "_detail").rows() == [
        (None, None),
        ("too_short", None),
        ("under_length", str(tokens[2])),
        ("over_length", str(tokens[3])),
    ]
    assert counted(part_of(LINES), limit=100, max=1000).frame["_reason"].to_list() == [None, "too_short", None, None]


def test_the_policy_may_fail_or_keep() -> None:
    """`fail` is a gate that names the records and their tokens; `keep` keeps them with a note."""
    with pytest.raises(GateError, match=r"1 example.* more than 100 tokens") as caught:
        counted(part_of(LINES), limit=100, over_length="fail")
    assert caught.value.where is not None
    assert caught.value.where.startswith("a:3 (")
    done = counted(part_of(LINES), limit=100, over_length="keep")
    assert done.frame["_reason"].to_list() == [None, "too_short", None, None]
    assert [note.rows() for note in done.changes] == [[("a:3", "count", None, "over_length")]]


@pytest.mark.parametrize("line", ["{}", '{"messages":5}', '{"messages":["a"]}', '{"messages":null}'])
def test_what_is_no_chat_has_no_tokens(line: str) -> None:
    """A line that the rules will refuse is counted as nothing rather than failing."""
    assert counted(part_of([line])).frame["_tokens"].to_list() == [0]


def test_counts_do_not_depend_on_the_part() -> None:
    """Each example counts the same alone."""
    whole = counted(part_of(LINES)).frame["_tokens"].to_list()
    assert [counted(part_of([line])).frame["_tokens"][0] for line in LINES] == whole


def of_lengths(lengths: Iterable[int]) -> pl.DataFrame:
    rows = [(length, 1, 0, True) for length in lengths]
    return pl.DataFrame(rows, schema=COLUMNS, orient="row")


def test_a_summary_has_totals_and_percentiles() -> None:
    """Percentiles are the nearest ranks; nothing counted has none."""
    found = summarise(of_lengths(range(1, 101)), 90)
    assert (found["tokens"], found["assistant_tokens"], found["over_length"]) == (5050, 100, 10)
    assert (found["trained_tokens"], found["estimated_examples"]) == (0, 100)
    shape = found["percentiles"]
    assert list(shape) == ["p5", "p25", "p50", "p75", "p95", "p99", "min", "max", "mean"]
    assert (shape["p5"], shape["p95"], shape["max"], shape["mean"]) == (6, 95, 100, 50.5)
    empty = summarise(of_lengths([]), None)
    assert (empty["tokens"], empty["percentiles"], empty["over_length"]) == (0, {}, 0)


def test_files_are_counted_plain_and_packed(tmp_path: Path) -> None:
    """A BOM, blank lines and .gz are read; lines that are no chat are listed with their places."""
    lines = [line for line in LINES if line]
    broken = [b"{not json", b"[1]", b'{"messages":[{"role":"\xff"}]}', b'{"messages":"a"}', b"[" * 100_000]
    plain = tmp_path / "a.jsonl"
    plain.write_bytes(b"\xef\xbb\xbf" + "\r\n\n".join(lines).encode() + b"\n" + b"\n".join(broken))
    packed = tmp_path / "b.jsonl.gz"
    packed.write_bytes(gzip.compress("\n".join(lines).encode()))
    found = count_files([plain, packed], model="gpt-4.1-mini", provider="azure")
    each = sum(map(by_the_rule, lines))
    assert [(entry["examples"], entry["tokens"]) for entry in found["files"]] == [(3, each), (3, each)]
    assert (found["examples"], found["tokens"], found["estimated"]) == (6, 2 * each, False)
    assert found["files"][0]["uncounted"] == [
        {"line": 6, "reason": "no JSON: object keys must be strings (byte 1)"},
        {"line": 7, "reason": "no JSON object"},
        {"line": 8, "reason": "not UTF-8: byte 23 of the line"},
        {"line": 9, "reason": "`messages` is no list"},
        {"line": 10, "reason": "no JSON object"},
    ]
    assert [entry["uncounted_lines"] for entry in found["files"]] == [5, 0]
    assert found["uncounted_lines"] == 5
    assert found["limit"] == 65536


def test_a_file_that_cannot_be_read_is_an_input_error(tmp_path: Path) -> None:
    """Missing files, folders and damaged archives are errors with the file's name."""
    damaged = tmp_path / "c.jsonl.gz"
    good = gzip.compress(b'{"messages":[]}\n' * 1000)
    damaged.write_bytes(good[:12] + b"\xff\xff" + good[14:])
    for path in (tmp_path / "none.jsonl", tmp_path, damaged):
        with pytest.raises(InputError, match="cannot read"):
            count_files([path], model="gpt-4.1-mini", provider="azure")
    with pytest.raises(InputError, match="not in the catalog"):
        count_files([damaged], model="no-such-model", provider="azure")
