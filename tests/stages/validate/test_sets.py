"""Rules about whole files, about several together, and about the model."""

from __future__ import annotations

import datetime
import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from prep import InputError, UsageError, validate
from prep.stages.validate.check import Checker
from prep.stages.validate.facts import FileFacts, SetFacts
from prep.stages.validate.pool import WORKER
from prep.stages.validate.register import load_rules
from prep.stages.validate.rules.line import GOOD
from prep.stages.validate.stretch import Stretch, check_stretch

RULES = load_rules()
SYSTEM = {"role": "system", "content": "s"}


def line(question: Any, answer: str = "a") -> str:
    turns = [SYSTEM, {"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return json.dumps({"messages": turns}) + "\n"


def many(count: int, start: int = 0) -> str:
    return "".join(line(f"question {number}", f"answer {number}") for number in range(start, start + count))


def write(folder: Path, **files: str | bytes) -> list[Path]:
    paths = [folder / f"{name}.jsonl" for name in files]
    for path, content in zip(paths, files.values(), strict=True):
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return paths


def told(report: dict[str, Any]) -> list[tuple[str, int, str]]:
    return [(Path(one["file"]).name, one["line"], one["rule"]) for one in report["findings"]]


def test_ten_examples_are_enough_and_nine_are_not(tmp_path: Path) -> None:
    """For Azure and OpenAI; Fireworks takes three."""
    ten, nine = write(tmp_path, ten=many(10), nine=many(9))
    assert validate(ten, provider=["azure", "openai"], model="gpt-4.1-mini", as_of=datetime.date(2026, 1, 1))["valid"]
    assert told(validate(nine, provider=["azure", "fireworks"])) == [("nine.jsonl", 0, "file.min_examples")]


def test_findings_have_file_and_line_whatever_was_before_them(tmp_path: Path) -> None:
    """A BOM, line ends of Windows, a blank line, a broken last line."""
    [path] = write(tmp_path, a=b"\xef\xbb\xbf" + many(3).replace("\n", "\r\n").encode() + b"\n" + GOOD[:30].encode())
    report = validate(path, provider=["openai", "azure"])
    found = {(one["line"], one["rule"], one["provider"]) for one in report["findings"]}
    both = {(4, "line.blank"), (5, "line.truncated"), (0, "file.min_examples"), (0, "file.crlf")}
    assert found == {(*one, name) for one in both for name in ("openai", "azure")} | {(0, "file.bom", "openai")}
    assert (report["valid"], report["examples"], report["errors"]) == (False, 3, 6)


def test_the_same_prompt_in_two_files_is_a_leak(tmp_path: Path) -> None:
    """It names both places; the second time in one file is a duplicate."""
    paths = write(tmp_path, train=many(10), valid=many(1, 3) + many(1, 20) + many(1, 20))
    report = validate(paths, ignore=["file.min_examples"])
    assert told(report) == [("valid.jsonl", 3, "set.duplicate"), ("valid.jsonl", 1, "set.train_valid_leak")]
    assert report["findings"][1]["message"] == f"the same prompt as {paths[0]}:4"


def test_with_other_tools_it_is_another_prompt(tmp_path: Path) -> None:
    """Neither a duplicate nor a contradiction; with the same tools it is one."""
    tools = [[{"type": "function", "function": {"name": name, "description": "d"}}] for name in ("f", "g")]
    first, other, same = (
        json.dumps(json.loads(line("q", answer)) | {"tools": tools[number]}) + "\n"
        for number, answer in ((0, "a"), (1, "b"), (0, "c"))
    )
    files = write(tmp_path, several=many(10) + first + other, one=many(10, 20) + first + same)
    assert told(validate(files[:1])) == []
    assert told(validate(files[1:])) == [("one.jsonl", 12, "set.conflicting_answers")]


@pytest.mark.parametrize("method", ["sft", "dpo", "rft"])
def test_examples_with_images_are_counted_for_every_method(tmp_path: Path, method: str) -> None:
    """What Together and the limit of 50,000 ask for."""
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    asked = [{"role": "user", "content": [{"type": "text", "text": "q"}, image]}]
    answer = [{"role": "assistant", "content": "a"}]
    data = {
        "sft": {"messages": asked + answer},
        "dpo": {"input": {"messages": asked}, "preferred_output": answer, "non_preferred_output": answer},
        "rft": {"messages": asked, "expected": "a"},
    }[method]
    [path] = write(tmp_path, one=json.dumps(data) + "\n")
    assert check_stretch(Stretch(str(path)), Checker(["azure"], method)).pictured == 1


def test_nearly_the_same_question_in_two_files_is_found(tmp_path: Path) -> None:
    """What all examples share does not make them alike, a changed word does not make them different."""
    words = [f"word{number}" for number in range(60)]
    train = "".join(line(f"Which type of clause is this? {' '.join(words[n:] + words[:n])}") for n in range(0, 60, 6))
    changed = ["other", *words[1:]]
    paths = write(tmp_path, train=train, valid=line(f"Which type of clause is this? {' '.join(changed)}"))
    report = validate(paths, ignore=["file.min_examples"])
    assert told(report) == [("valid.jsonl", 1, "set.near_duplicate")]
    assert "train.jsonl:1 (0.9" in report["findings"][0]["message"]
    assert validate(paths, ignore=["file.min_examples"], near=False)["findings"] == []


def test_repeats_beyond_the_listed_ones_are_counted(tmp_path: Path) -> None:
    """1,500 copies: every one is in the count, the first thousand are listed."""
    [path] = write(tmp_path, a=line("q") * 1_501)
    report = validate(path)
    assert report["summary"] == [
        {"rule": "set.duplicate", "severity": "warning", "provider": "azure", "findings": 1_500}
    ]
    assert len(report["findings"]) == 1_000
    assert report["findings_not_listed"] == 500


def test_images_in_some_lines_are_refused_by_together(tmp_path: Path) -> None:
    """All or none."""
    url = json.loads(RULES["img.size"].good)["messages"][1]["content"][1]["image_url"]["url"]
    picture = [{"type": "text", "text": "what?"}, {"type": "image_url", "image_url": {"url": url}}]
    [path] = write(tmp_path, a=many(3) + line(picture))
    ignore = ["msg.parts_mixed"]
    assert told(validate(path, provider="together", ignore=ignore))[-1][2] == "set.mixed_modality"
    [path] = write(tmp_path, b=line(picture))
    assert told(validate(path, provider="together", ignore=ignore)) == []


def test_limits_of_files_and_sets_are_the_providers() -> None:
    """The limit itself passes, one more does not."""
    for rule, facts, over in (
        ("file.max_examples", {"method": "rft", "examples": 50_000}, {"examples": 50_001}),
        ("file.max_examples", {"method": "sft", "examples": 90_000, "pictured": 50_000}, {"pictured": 50_001}),
        ("file.too_large", {"method": "sft", "examples": 1, "bytes": 512 * 2**20}, {"bytes": 512 * 2**20 + 1}),
    ):
        sizes = {"bytes": 1} | facts
        assert RULES[rule].hits(FileFacts("f", **sizes)) == []  # type: ignore[arg-type]
        assert RULES[rule].hits(FileFacts("f", **(sizes | over)))  # type: ignore[arg-type]
    for rule, facts, over in (
        ("set.tokens_by_epochs", {"tokens": 1_000_000_000, "epochs": 2}, {"epochs": 3}),
        ("set.few_pairs", {"method": "dpo", "examples": 500}, {"examples": 499}),
        ("set.no_validation", {"method": "rft", "files": ["a", "b"], "examples": 1}, {"files": ["a"]}),
    ):
        whole = {"method": "sft", "files": ["a"]} | facts
        assert RULES[rule].hits(SetFacts(**whole)) == []  # type: ignore[arg-type]
        assert RULES[rule].hits(SetFacts(**(whole | over)))  # type: ignore[arg-type]


def test_lengths_are_counted_for_the_model(tmp_path: Path) -> None:
    """An example over the model's limit is named with its tokens; of a preference the longer side counts."""
    [path] = write(tmp_path, a=many(9) + line("word " * 70_000))
    found = validate(path, model="gpt-4.1-mini", as_of=datetime.date(2026, 1, 1))["findings"]
    assert [(one["line"], one["rule"]) for one in found] == [(10, "tok.over_max_example")]
    assert found[0]["message"].endswith("tokens, 65,536 are the most")
    pair = {"input": {"messages": [SYSTEM, {"role": "user", "content": "q"}]}}
    pair |= {"preferred_output": [{"role": "assistant", "content": "a"}]}
    pair |= {"non_preferred_output": [{"role": "assistant", "content": "word " * 70_000}]}
    [path] = write(tmp_path, b=json.dumps(pair))
    rules = [one[2] for one in told(validate(path, method="dpo", model="gpt-4.1", as_of=datetime.date(2026, 1, 1)))]
    assert "tok.over_max_example" in rules


@pytest.mark.parametrize(
    ("provider", "model", "method", "day", "rules"),
    [
        ("azure", "gpt-4.1-mini", "sft", "2026-11-24", []),
        ("azure", "gpt-4.1-mini", "sft", "2027-09-01", ["model.retired", "model.retires_soon"]),
        ("openai", "gpt-4.1-mini", "sft", "2026-11-24", ["model.fine_tuning_closed", "model.retires_soon"]),
        ("openai", "gpt-4o-mini", "dpo", "2026-01-10", ["model.fine_tuning_closed", "model.method_unsupported"]),
        ("openai", "o4-mini", "rft", "2026-11-24", ["model.fine_tuning_closed", "model.retired"]),
        ("azure", "gpt-4-32k", "sft", "2026-11-24", ["model.unknown"]),
    ],
)  # fmt: skip
def test_the_model_is_looked_up(
    tmp_path: Path, provider: str, model: str, method: str, day: str, rules: list[str]
) -> None:
    """Gone, going, closed, by another method: by the dated catalog, on the day that is asked for."""
    [path] = write(tmp_path, a=many(10))
    report = validate(path, provider=provider, model=model, method=method, as_of=datetime.date.fromisoformat(day))
    assert sorted({one["rule"] for one in report["findings"] if one["rule"].startswith("model.")}) == rules


def test_a_grader_asks_for_fields_that_every_line_has(tmp_path: Path) -> None:
    """Every {{item.x}}, with its line where it is missing."""
    ask = [{"role": "developer", "content": "s"}, {"role": "user", "content": "q"}]
    [path] = write(
        tmp_path, a="".join(json.dumps({"messages": ask, "answer": one}) + "\n" for one in ({"value": 1}, {"unit": 2}))
    )
    grader = tmp_path / "grader.json"
    grader.write_text(
        '{"type": "string_check", "reference": "{{ item.answer.value }}", "input": "{{sample.output_text}}"}'
    )
    ignore = ["file.min_examples", "set.no_validation", "set.conflicting_answers"]
    report = validate(path, method="rft", grader=grader, ignore=ignore)
    assert told(report) == [("a.jsonl", 2, "rft.template_item_unresolved")]
    assert report["findings"][0]["message"] == "the grader asks for item.answer.value, which is not there"
    with pytest.raises(UsageError):
        validate(path, grader=grader)


def test_a_large_file_is_checked_by_several_processes_with_the_same_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the stretches: the same findings at the same lines, the same counts."""
    rows = many(400) + "\n" + many(300, 100) + '{"messages": 1}\n' + many(3)
    paths = write(tmp_path, a=rows, b=many(5) + GOOD[:-3])
    whole = validate(paths, provider=["azure", "openai"], workers=1)
    assert len({(one["line"], one["rule"]) for one in whole["findings"]}) > 300
    for size, workers in ((10_000, 2), (4_000, 3), (701, 1)):
        monkeypatch.setattr("prep.stages.validate.files.STRETCH_BYTES", size)
        assert validate(paths, provider=["azure", "openai"], workers=workers) == whole


@pytest.mark.parametrize("size", [1, 7, 64, 100_000])
def test_memory_does_not_hold_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Blocks of any size give the same tally."""
    from prep.stages.validate.check import Checker

    [path] = write(tmp_path, a=many(20) + "\n\n" + line(" ") + GOOD[:-1])
    whole = check_stretch(Stretch(str(path)), Checker(["azure"]))
    monkeypatch.setattr("prep.stages.validate.stretch.BLOCK", size)
    assert check_stretch(Stretch(str(path)), Checker(["azure"])) == whole


def test_a_line_without_an_end_is_not_read_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line beyond all limits is named; the lines behind it are checked."""
    monkeypatch.setattr("prep.stages.validate.stretch.MOST_LINE", 5_000)
    monkeypatch.setattr("prep.stages.validate.stretch.BLOCK", 512)
    [path] = write(tmp_path, a=many(2) + line("x" * 50_000) + many(2, 5) + line(" "))
    report = validate(path, workers=1, ignore=["file.min_examples"])
    assert told(report) == [("a.jsonl", 3, "line.too_long"), ("a.jsonl", 6, "msg.content_whitespace")]


def test_an_interrupted_process_says_nothing() -> None:
    """Ctrl-C reaches every process of a command: only the command itself speaks of it."""
    with subprocess.Popen([sys.executable, "-c", WORKER], stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        time.sleep(1)  # waits for its order by now, or loads
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (-signal.SIGINT, b"")


def test_compressed_files_are_read(tmp_path: Path) -> None:
    """A .gz is checked as the file in it; a broken one is an error that names it."""
    import gzip

    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(gzip.compress(many(10).encode()))
    assert validate(path)["examples"] == 10
    broken = [tmp_path / f"{number}.jsonl.gz" for number in range(4)]
    for one in broken:
        one.write_bytes(path.read_bytes()[:-20])
    for paths, workers in ((broken[:1], 1), (broken, 2)):
        with pytest.raises(InputError, match="cannot read: Compressed file ended"):
            validate(paths, workers=workers)


def test_what_is_not_there_is_said() -> None:
    """Files, providers, methods, rules."""
    with pytest.raises(InputError, match=r"cannot read none\.jsonl"):
        validate("none.jsonl")
    for wrong in ({"provider": "azur"}, {"provider": []}, {"method": "ppo"}, {"ignore": ["line.jsn"]}):
        with pytest.raises(UsageError):
            validate("none.jsonl", **wrong)  # type: ignore[arg-type]
