"""`prep validate` and `prep rules` as a user calls them."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from conftest import prep

from prep.stages.validate.register import load_rules
from prep.stages.validate.samples import GOOD

BLANK = GOOD.replace('"a"', '" "')


def lines(folder: Path, *more: str) -> None:
    good = [GOOD.replace('"q"', f'"q{number}"') for number in range(10)]
    (folder / "a.jsonl").write_text("\n".join([*good, *more]) + "\n")


def test_the_table_is_rule_by_provider(tmp_path: Path) -> None:
    """Findings in full with place, path, providers and fix; then the table; exit 1 on errors."""
    lines(tmp_path, BLANK, GOOD.replace("}]}", "}, " + '{"role": "user", "content": "x"}]}'))
    done = prep("validate", "a.jsonl", "--provider", "azure,openai", cwd=tmp_path)
    assert done.returncode == 1
    assert [line.rstrip() for line in done.stdout.splitlines()] == [
        "a.jsonl:11 messages[2].content",
        "    error msg.content_whitespace (azure, openai): the text of assistant is white space alone",
        "    fix: add the content, or remove the example",
        "a.jsonl:12 messages[3]",
        "    error ex.last_not_assistant (azure): the last message is by user",
        "    fix: leave out the turns after the last answer",
        "a.jsonl:12 messages[3]",
        "    warning ex.last_not_assistant (openai): the last message is by user",
        "    fix: leave out the turns after the last answer",
        "",
        "rule                    azure    openai",
        "ex.last_not_assistant   1 error  1 warning",
        "msg.content_whitespace  1 error  1 error",
        "",
        "12 examples: not valid (3 errors, 1 warning)",
    ]


def test_other_formats_say_the_same(tmp_path: Path) -> None:
    """One line a finding; annotations of GitHub; JSON."""
    lines(tmp_path, BLANK)
    concise = prep("validate", "a.jsonl", "--output-format", "concise", cwd=tmp_path)
    told = "the text of assistant is white space alone"
    assert concise.stdout.splitlines()[0] == (
        f"a.jsonl:11: messages[2].content error msg.content_whitespace (azure): {told}"
    )
    github = prep("validate", "a.jsonl", "--output-format", "github", cwd=tmp_path)
    assert github.stdout == (
        "::error file=a.jsonl,line=11,title=msg.content_whitespace::messages[2].content: "
        f"{told} (fix: add the content, or remove the example)\n"
    )
    for option in (["--json"], ["--output-format", "json"]):
        found = json.loads(prep("validate", "a.jsonl", *option, cwd=tmp_path).stdout)
        assert (found["valid"], found["examples"], found["errors"]) == (False, 11, 1)
        assert found["findings"][0]["message"] == told
    assert {concise.returncode, github.returncode} == {1}


def test_warnings_alone_are_valid_and_ignored_rules_are_silent(tmp_path: Path) -> None:
    """Exit 0; `--ignore` takes a rule out, and says so where there is none of that name."""
    lines(tmp_path, GOOD.replace('{"role": "system", "content": "s"}, ', ""))
    done = prep("validate", "a.jsonl", cwd=tmp_path)
    assert done.returncode == 0
    assert "ex.no_system" in done.stdout
    assert "ex.no_system" not in prep("validate", "a.jsonl", "--ignore", "ex.no_system", cwd=tmp_path).stdout
    wrong = prep("validate", "a.jsonl", "--ignore", "ex.no_sytem", cwd=tmp_path)
    assert (wrong.returncode, "did you mean `ex.no_system`?" in wrong.stderr) == (2, True)


def test_fix_writes_a_copy_says_what_it_did_and_checks_that(tmp_path: Path) -> None:
    """What remains is told of the copy."""
    lines(tmp_path, "", GOOD.replace('"q"}', '"q", "weight": 1}'), BLANK)
    before = (tmp_path / "a.jsonl").read_bytes()
    done = prep("validate", "a.jsonl", "--fix", cwd=tmp_path)
    assert done.returncode == 1
    shown = [line.rstrip() for line in done.stdout.splitlines()]
    assert shown[:5] == [
        "a.jsonl: repaired copy in a.fixed.jsonl, 2 lines changed", "repair                       times",
        "line.blank                       1", "msg.weight_not_on_assistant      1", "",
    ]  # fmt: skip
    assert shown[5] == "a.fixed.jsonl:12 messages[2].content"
    assert (tmp_path / "a.jsonl").read_bytes() == before


def test_no_file_ends_in_a_traceback(tmp_path: Path) -> None:
    """Missing, a folder, bytes of anything."""
    (tmp_path / "noise.jsonl").write_bytes(bytes(range(256)) * 40)
    for name, code in (("none.jsonl", 2), (".", 2), ("noise.jsonl", 1)):
        for how in ([], ["--fix"], ["--output-format", "github"]):
            done = prep("validate", name, *how, cwd=tmp_path)
            assert (done.returncode, "Traceback" in done.stderr) == (code, False), (name, how, done.stderr)


def test_every_rule_is_listed_and_explained() -> None:
    """`prep rules` has them all, `prep rules ID` a line that breaks it and one that does not."""
    listed = prep("rules").stdout
    assert all(rule in listed for rule in load_rules())
    told = prep("rules", "msg.weight_not_0_1").stdout
    assert "breaks it:" in told
    assert '"weight": 0.5' in told
    found = json.loads(prep("rules", "--json").stdout)["rules"]
    assert {rule["id"] for rule in found} == set(load_rules())
