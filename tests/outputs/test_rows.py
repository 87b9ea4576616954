"""Records as files."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def test_a_value_over_several_lines_is_written_on_one(
    project: Callable[..., Path], carry_out: Callable[..., tuple[dict[str, Any], Path]]
) -> None:
    """Of a record that is written, and of one that is dropped: a file of JSON lines has one a line."""
    listed = json.dumps([{"text": "short", "x": {"a": [1, "b\nc"]}}, {"text": "long enough", "x": {"d": 2}}], indent=2)
    made = project(
        "ingest: [{path: a.json}]\nclean: [drop_short: {min_words: 2}]\noutput: {directory: o, records: r.jsonl}",
        a__json=listed.replace("\n", "\r\n"),
    )
    _, folder = carry_out(made)
    [kept] = [json.loads(line) for line in (folder / "r.jsonl").read_bytes().splitlines()]
    assert kept == {"record_id": "a.json:2", "text": "long enough", "x": {"d": 2}}
    [dropped] = [json.loads(line) for line in (folder / "rejects.jsonl").read_bytes().splitlines()]
    assert dropped["record"]["x"] == {"a": [1, "b\nc"]}
