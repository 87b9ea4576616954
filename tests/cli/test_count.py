"""`prep count` as a user calls it: tables, estimates, JSON, and lines that are no examples."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import prep

PLAIN = '{"messages":[{"role":"user","content":"Which town is it?"},{"role":"assistant","content":"Ulm, I think."}]}'
CALL = (
    '{"messages":[{"role":"user","content":"Rain?"},{"role":"assistant","tool_calls":[{"id":"c1","type":"function",'
    '"function":{"name":"weather","arguments":"{}"}}]}]}'
)
PAIR = (
    '{"input":{"messages":[{"role":"user","content":"Hi"}]},"preferred_output":[{"role":"assistant","content":"Hello!"}],'
    '"non_preferred_output":[{"role":"assistant","content":"What do you want from me?"}]}'
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "a.jsonl"
    path.write_text("\n".join([PLAIN, PLAIN, "", "{oops", '{"prompt":"a","completion":"b"}', "{oops"]))
    (tmp_path / "b.jsonl").write_text("\n".join([CALL, PAIR]))
    return tmp_path


def test_tables_are_what_a_person_reads(data: Path) -> None:
    """Files and their sum, ~ before what holds estimates, kinds, histogram, limits, what is billed, what is assumed."""
    done = prep("count", "a.jsonl", "b.jsonl", "--model", "gpt-4o", "--limit", "10", "--limit", "70000", cwd=data)
    assert (done.returncode, done.stderr) == (0, "")
    rows = {line.split()[0]: line.split() for line in done.stdout.splitlines() if line.strip()}
    assert rows["a.jsonl"][1] == "2"
    assert not rows["a.jsonl"][2].startswith("~")
    assert rows["b.jsonl"][2].startswith("~")
    assert rows["all"][1] == "4"
    text = done.stdout
    assert "examples: 3 sft, 1 dpo" in text
    assert "> 10 " in text
    assert "\n  70,000 " in text
    assert "model gpt-4o, encoding o200k_base, limit 10 tokens an example" in text
    assert "~ estimated in part, 1 of 4 examples:\n  tool calls (1 example): " in text
    assert "cut off beyond the limit: " in text
    assert "assumed: a pair counts with its longer answer" in text
    assert "warning: a.jsonl: not counted, 2 lines (4, 6): no JSON: object keys must be strings" in text
    assert "warning: a.jsonl: not counted, 1 line (5): no `messages`: a line of prompt and completion" in text


def test_json_has_the_same_for_each_file(data: Path) -> None:
    """The fields that the design fixes, in the sum and in every file; nothing else on stdout."""
    done = prep("count", "a.jsonl", "b.jsonl", "--json", cwd=data)
    found = json.loads(done.stdout)
    assert (done.returncode, found["schema_version"]) == (0, 1)
    for one in (found, *found["files"]):
        assert {"examples", "tokens", "assistant_tokens", "trained_tokens", "percentiles", "over_length"} <= one.keys()
        assert {"histogram", "limits", "billed_tokens", "tokens_by_kind", "estimated", "estimates"} <= one.keys()
    for name in ("examples", "tokens", "assistant_tokens", "trained_tokens", "estimated_examples", "uncounted_lines"):
        assert found[name] == sum(one[name] for one in found["files"])
    assert [one["file"] for one in found["files"]] == ["a.jsonl", "b.jsonl"]
    assert [one["estimated"] for one in found["files"]] == [False, True]
    assert [one["line"] for one in found["files"][0]["uncounted"]] == [4, 5, 6]


def test_a_file_of_something_else_is_told_by_reason(data: Path) -> None:
    """Not once for every line, with a hint what is meant; an empty file holds nothing."""
    (data / "c.csv").write_text("a,b\n" * 300)
    done = prep("count", "c.csv", cwd=data)
    assert done.returncode == 0
    assert "warning: c.csv: not counted, 100 lines (1, 2, 3, 4, 5 and 95 more): no JSON: " in done.stdout
    assert "warning: c.csv: 200 more lines after these are not counted" in done.stdout
    assert "hint: `prep count` takes training files" in done.stdout
    (data / "d.jsonl").write_text("")
    done = prep("count", "d.jsonl", cwd=data)
    assert (done.returncode, "assumed" in done.stdout, "warning" in done.stdout) == (0, False, False)


def test_what_cannot_be_read_is_an_error(data: Path) -> None:
    """A missing file, a folder, an unknown model, a tokenizer that is none: exit 2, the name, no traceback."""
    for arguments, told in (
        (["none.jsonl"], "cannot read none.jsonl: No such file or directory"),
        (["."], "cannot read .: Is a directory"),
        (["a.jsonl", "--model", "gpt-17"], "the model gpt-17 is not in the catalog"),
        (["a.jsonl", "--tokenizer", "none.json"], "cannot read the tokenizer: No such file or directory"),
        (["a.jsonl", "--tokenizer", "a.jsonl"], "the tokenizer is none: "),
    ):
        done = prep("count", *arguments, cwd=data)
        assert (done.returncode, told in done.stderr, "Traceback" in done.stderr) == (2, True, False), done.stderr
        as_json = prep("count", *arguments, "--json", cwd=data)
        assert json.loads(as_json.stdout)["error"]["message"].startswith(told[:20])
