"""The columns a file has, before a run."""

from __future__ import annotations

from pathlib import Path

import pytest

from prep.stages.ingest.discover import discover
from prep.stages.ingest.preview import columns_of
from prep.stages.ingest.settings import Source


@pytest.mark.parametrize(
    ("name", "data", "settings", "columns"),
    [
        ("a.jsonl", b'{"a":"1"}\n{"b":"2"}\n', {}, {"a", "b"}),
        ("a.jsonl", b'{"a":"1"}\n' + b'{"x":"' + b"y" * 1_100_000 + b'"}\n{"late":"1"}\n', {}, {"a", "x"}),
        ("a.csv", b"a,b\n", {"columns": {"a": "c"}, "set": {"d": "e"}, "from_path": "(?P<f>a)"}, {"b", "c", "d", "f"}),
        ("a.csv", b"k\n1\n", {"join": {"path": "t.csv", "on": "k"}}, {"k", "v"}),
        ("a.csv", b"", {}, set()),
        ("a.md", b"---\nt: 1\n---\nx", {}, {"t", "text"}),
        ("a.jsonl", b"broken", {}, set()),
        (
            "a.csv",
            b"who,what,thread,x\n1,2,3,4\n",
            {"conversation": {"by": "thread", "role": "who", "text": "what"}},
            {"thread", "x", "turns"},
        ),
    ],
)
def test_columns_are_found_without_reading_all(
    tmp_path: Path, name: str, data: bytes, settings: dict[str, object], columns: set[str]
) -> None:
    """After renaming, constants, the path's groups and the join; a conversation has its turns."""
    (tmp_path / name).write_bytes(data)
    (tmp_path / "t.csv").write_text("k,v\n1,2\n")
    source = Source.model_validate({"path": name, **settings})
    [file] = discover([source], tmp_path)
    assert columns_of(file, source, tmp_path) == columns
