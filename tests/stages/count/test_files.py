"""Files of any size and origin: streamed in pieces, by several processes where that pays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.stages.count.test_tally import LINES

from prep.errors import InputError, PrepError
from prep.stages.count import ranges, workers
from prep.stages.count.files import count_files
from prep.stages.count.ranges import Counted, Range, count_range, cut


def lines_of(count: int) -> list[str]:
    """Good lines of several kinds, with blank and broken ones between them."""
    found = []
    for number in range(count):
        if number % 7 == 3:
            found.append("" if number % 2 else "{broken")
        else:
            found.append(json.dumps(LINES[number % len(LINES)] | ({"x": "é" * number} if number % 5 == 3 else {})))
    return found


def told(path: Path) -> dict[str, Any]:
    return count_files([path], model="gpt-4.1", provider="openai")


@pytest.mark.parametrize("end", ["", "\n"])
def test_pieces_of_a_file_give_what_the_whole_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    """Wherever the cuts fall: in a line, at its end, in the middle of a character."""
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines_of(60)) + end, encoding="utf-8")
    whole = told(path)
    assert whole["uncounted_lines"] == len(whole["files"][0]["uncounted"]) > 3
    assert whole["files"][0]["uncounted"][0]["reason"].startswith("no JSON: ")
    for size, block in ((1, 1), (37, 5), (100, 1000), (997, 64), (4096, 10)):
        monkeypatch.setattr(ranges, "RANGE", size)
        monkeypatch.setattr(ranges, "BLOCK", block)
        assert told(path) == whole


def test_several_processes_give_what_one_gives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two files cut into ranges and shared out; the order of files and lines stays."""
    paths = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for path, count in zip(paths, (50, 31), strict=True):
        path.write_text("\n".join(lines_of(count)), encoding="utf-8")
    whole = count_files(paths, model="gpt-4.1", provider="openai")
    monkeypatch.setattr(ranges, "RANGE", 2000)
    monkeypatch.setattr(workers, "PAYS_FROM", 4)
    started = []
    popen = workers.subprocess.Popen
    monkeypatch.setattr(workers.subprocess, "Popen", lambda *args, **more: started.append(1) or popen(*args, **more))
    monkeypatch.setattr(workers.os, "cpu_count", lambda: 2)
    assert count_files(paths, model="gpt-4.1", provider="openai") == whole
    assert len(started) == 2


def test_an_error_in_a_process_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one of them cannot read is told as if there were one; one that dies is told, too."""
    monkeypatch.setattr(workers.os, "cpu_count", lambda: 2)
    gone = [Range(str(tmp_path / "none.jsonl")), Range(str(tmp_path / "none.jsonl"), 5, 9)]
    with pytest.raises(InputError, match=r"cannot read none\.jsonl"):
        list(workers.count_ranges(gone, workers.PAYS_FROM, "o200k_base", None))
    with pytest.raises(InputError, match="cannot read the tokenizer: No such file"):
        list(workers.count_ranges(gone, workers.PAYS_FROM, "none.json", None))
    monkeypatch.setattr(workers.sys, "executable", "false")
    with pytest.raises(PrepError, match="a counting process ended"):
        list(workers.count_ranges(gone, workers.PAYS_FROM, "o200k_base", None))


def test_a_packed_file_is_one_range(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain file is cut, the last range without an end; a packed one cannot be."""
    monkeypatch.setattr(ranges, "RANGE", 10)
    for name in ("a.jsonl", "b.jsonl.gz"):
        (tmp_path / name).write_bytes(b"x" * 25)
    plain, packed = tmp_path / "a.jsonl", tmp_path / "b.jsonl.gz"
    assert cut([plain, packed]) == [
        Range(str(plain), 0, 10), Range(str(plain), 10, 20), Range(str(plain), 20, None), Range(str(packed)),
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"cannot read none\.jsonl"):
        cut([tmp_path / "none.jsonl"])


def test_lines_that_cannot_be_counted_are_listed_up_to_a_number(tmp_path: Path) -> None:
    """The first hundred of a file with their lines; the others as a number."""
    path = tmp_path / "a.jsonl"
    path.write_text("[]\n" * 250)
    found = told(path)
    assert (found["examples"], found["uncounted_lines"], len(found["files"][0]["uncounted"])) == (0, 250, 100)
    first = Counted(lines=10)
    first.follow(count_range(Range(str(path)), "o200k_base", None))
    assert first.uncounted[0] == (11, "no JSON object")
    assert (first.lines, len(first.uncounted)) == (260, 100)


def test_utf16_is_told_once(tmp_path: Path) -> None:
    """Not once for each of its lines."""
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(lines_of(5)), encoding="utf-16")
    assert told(path)["files"][0]["uncounted"] == [{"line": 1, "reason": "the file is UTF-16, not UTF-8"}]


def test_a_model_without_an_encoding_is_an_estimate_throughout(tmp_path: Path) -> None:
    """All examples, with the way to exact counts; a model that has one is not."""
    path = tmp_path / "a.jsonl"
    path.write_text(json.dumps(LINES[0]))
    found = count_files([path], model="Qwen-32B", provider="azure")
    assert (found["estimated"], found["files"][0]["estimated"], found["estimated_examples"]) == (True, True, 1)
    assert found["estimates"][0]["what"] == "tokenizer"
    assert "--tokenizer" in found["estimates"][0]["why"]
    exact = count_files([path], model="gpt-oss-20b", provider="azure")
    assert (exact["estimated"], exact["encoding"]) == (False, "o200k_harmony")
    assert any("harmony" in sentence for sentence in exact["assumptions"])


def test_limits_asked_for_come_first(tmp_path: Path) -> None:
    """`limits` replaces the provider's for what is over it and what is billed; the provider's stays in the table."""
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in LINES))
    found = count_files([path], model="gpt-4.1-nano", provider="azure", limits=(70, 20))
    assert (found["limit"], found["over_length"]) == (70, 1)
    assert {20, 70, 32_768} <= {one["limit"] for one in found["limits"]}
    assert found["billed_tokens"]["low"] < found["tokens"]
    assert any("cut from the end" in sentence for sentence in found["assumptions"])


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=400), st.integers(0, 60), st.binary(max_size=4))
def test_no_file_is_so_odd_that_counting_fails(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, at: int, change: bytes
) -> None:
    """Any bytes, and real lines with bytes changed: every line is counted, blank, or refused with a reason."""
    path = tmp_path_factory.mktemp("odd") / "a.jsonl"
    good = json.dumps(LINES[at % len(LINES)]).encode()
    mutated = good[:at] + change + good[at + len(change) :]
    path.write_bytes(data + b"\n" + mutated + b"\n" + good)
    found = told(path)
    assert found["examples"] >= (not data.startswith((b"\xff\xfe", b"\xfe\xff")))
    assert all(one["reason"] for one in found["files"][0]["uncounted"])
