"""Repairs: what is mended, what is left alone, and that sound lines keep their bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from prep import InputError, repair, validate
from prep.stages.validate.samples import CALLED, GOOD, GRADED, PAIR

FILES = Path(__file__).parent / "files"
SHORT = ["file.min_examples", "set.few_pairs", "set.no_validation"]


def mended(folder: Path, content: bytes, method: str = "sft") -> tuple[dict[str, int], bytes]:
    path = folder / "a.jsonl"
    path.write_bytes(content)
    [done] = repair(path, method=method)
    assert path.read_bytes() == content
    return done["repairs"], Path(done["copy"]).read_bytes() if done["copy"] else content


@pytest.mark.parametrize(
    ("name", "method", "rules"),
    [
        ("broken/blank_line", "sft", {"line.blank": 1}),
        ("broken/utf16", "sft", {"file.utf16": 1}),
        ("broken/json_array", "sft", {"file.one_document": 1}),
        ("broken/pretty_printed", "sft", {"file.one_document": 1}),
        ("broken/mark_in_the_middle", "sft", {"file.bom": 1}),
        ("odd/crlf", "sft", {"file.crlf": 3}),
        ("odd/bom", "sft", {"file.bom": 1}),
        ("odd/bare_separator", "sft", {"line.separator": 2}),
        ("broken/duplicate_key", "sft", {"line.duplicate_key": 1}),
        ("broken/developer_in_sft", "sft", {"msg.role_not_for_method": 1}),
        ("broken/system_in_rft", "rft", {"msg.role_not_for_method": 1}),
        ("broken/weight_on_user", "sft", {"msg.weight_not_on_assistant": 1}),
        ("broken/weight_true", "sft", {"msg.weight_not_0_1": 1}),
        ("broken/weight_float", "sft", {"msg.weight_not_0_1": 1}),
        ("broken/content_is_list_of_texts", "sft", {"msg.content_type": 1}),
        ("broken/arguments_is_object", "sft", {"tool.args_not_string": 1}),
        ("broken/obsolete_keys", "dpo", {"dpo.keys_obsolete": 2}),
        ("broken/weight_in_output", "dpo", {"dpo.weight_in_output": 1}),
    ],
)
def test_what_is_mended_is_valid(tmp_path: Path, name: str, method: str, rules: dict[str, int]) -> None:
    """The repair has the id of the rule; the copy is clean."""
    done, _ = mended(tmp_path, (FILES / f"{name}.jsonl").read_bytes(), method)
    assert done == rules
    report = validate(tmp_path / "a.fixed.jsonl", method=method, provider=["azure", "openai"], ignore=SHORT)
    assert report["findings"] == []


@pytest.mark.parametrize("name", sorted(path.stem for path in (FILES / "good").glob("*.jsonl")))
def test_a_good_file_gets_no_copy(tmp_path: Path, name: str) -> None:
    """Nothing to do is said, and nothing is left behind."""
    kind = json.loads((FILES / "expected.json").read_text())[f"good/{name}.jsonl"]["method"]
    content = (FILES / "good" / f"{name}.jsonl").read_bytes()
    assert mended(tmp_path, content, kind) == ({}, content)
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_what_would_be_a_guess_is_left_alone(tmp_path: Path) -> None:
    """Two values of one key, a broken line, an unknown role, an empty answer."""
    lines = [
        GOOD.replace('"q"', '"q", "content": "r"'),
        GOOD[:50],
        GOOD.replace('"user"', '"human"'),
        GOOD.replace('"a"', '""'),
    ]
    content = "\n".join(lines).encode()
    assert mended(tmp_path, content) == ({}, content)


def test_sound_lines_keep_their_bytes_beside_mended_ones(tmp_path: Path) -> None:
    """Numbers, spaces, escapes and the order of keys; a cut last line stays cut."""
    odd = '{ "messages" : [ {"content":"\\u00e9","role":"user"}, {"role":"assistant","content":"1.0"} ] , "tools":[] }'
    done, copy = mended(tmp_path, f"{odd}\n\n{CALLED}\n{GOOD[:40]}".encode())
    assert done == {"line.blank": 1}
    assert copy == f"{odd}\n{CALLED}\n{GOOD[:40]}".encode()


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    """The file is named."""
    with pytest.raises(InputError, match=r"cannot read none\.jsonl"):
        repair(tmp_path / "none.jsonl")


@pytest.mark.parametrize("end", [b"\r", b"\r\r\n", b"\r\n"])
def test_every_kind_of_carriage_return_at_a_line_end_goes(tmp_path: Path, end: bytes) -> None:
    """Before LF, doubled, and alone at the end of the file."""
    path = tmp_path / "a.jsonl"
    path.write_bytes(GOOD.encode() + end)
    [done] = repair(path)
    assert done["repairs"] == {"file.crlf": 1}
    assert Path(done["copy"]).read_bytes() == GOOD.encode() + b"\n"


pieces = st.sampled_from(
    [
        GOOD,
        PAIR,
        GRADED,
        CALLED,
        "",
        "{",
        "\ufeff",
        "\r",
        " ",
        '{"messages": [{"role": "User", "weight": 1}]}',
        "\u2028",
    ]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(pieces, max_size=6), st.sampled_from(["sft", "dpo", "rft"]), st.binary(max_size=4))
def test_a_repaired_file_needs_no_second_repair(tmp_path: Path, lines: list[str], method: str, tail: bytes) -> None:
    """Whatever the file: the copy is left as it is."""
    path = tmp_path / "a.jsonl"
    path.write_bytes("\n".join(lines).encode() + tail)
    [done] = repair(path, method=method)
    if done["copy"]:
        assert repair(done["copy"], method=method)[0]["repairs"] == {}
