"""`--set KEY=VALUE`: typed values at dotted paths."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from prep.errors import PipelineError
from prep.pipeline.load import load

TEXT = """
ingest: [{path: a.csv}, {path: b.csv}]
clean: [normalize_text, drop_short, drop_long: {max_words: 9}, drop_long: {max_words: 8}]
dedupe: {near: true}
format: {user: a, assistant: b}
"""


def dumped(*overrides: str) -> dict[str, Any]:
    return load(Path("pipeline.yaml"), overrides, text=TEXT).pipeline.model_dump(by_alias=True)


@pytest.mark.parametrize(
    ("override", "path", "value"),
    [
        ("dedupe.near.threshold=0.9", ["dedupe", "near", "threshold"], 0.9),
        ("dedupe.near=null", ["dedupe", "near"], None),
        ("dedupe.exact=false", ["dedupe", "exact"], False),
        ("ingest.1.path=c=d.csv", ["ingest", 1, "path"], "c=d.csv"),
        ("ingest.0.path=*.csv", ["ingest", 0, "path"], "*.csv"),
        ("ingest.0.id=no", ["ingest", 0, "id"], "no"),
        ("ingest.0.id='7'", ["ingest", 0, "id"], "7"),
        ("ingest.0.text=[a, b]", ["ingest", 0, "text"], ["a", "b"]),
        ("ingest.0.set.client=010", ["ingest", 0, "set", "client"], "010"),
        ("format.user={{ question }} # not a comment", ["format", "user"], "{{ question }} # not a comment"),
        ("clean.drop_short.min_words=7", ["clean", 1, "config", "min_words"], 7),
        ("clean.drop_short={min_words: 7}", ["clean", 1, "config", "min_words"], 7),
        ("clean.1.min_words=7", ["clean", 1, "config", "min_words"], 7),
        ("clean.1.drop_short.min_words=7", ["clean", 1, "config", "min_words"], 7),
        ("clean.3.max_words=7", ["clean", 3, "config", "max_words"], 7),
        ("clean.0=drop_short", ["clean", 0, "name"], "drop_short"),
        ("split.into={train: 0.5, test: 0.5}", ["split", "into"], {"train": 0.5, "test": 0.5}),
        ("validate.on_error=fail", ["validate", "on_error"], "fail"),
    ],
)
def test_a_value_is_set(override: str, path: list[str | int], value: Any) -> None:
    """A value is read as YAML reads it and stands where the path says."""
    found: Any = dumped(override)
    for piece in path:
        found = found[piece]
    assert found == value
    assert type(found) is type(value)


def test_later_ones_win() -> None:
    """Of two overrides of one value the last counts."""
    assert dumped("seed=1", "seed=2")["seed"] == 2


def test_an_override_may_mend_the_file() -> None:
    """A wrong value that is overridden is no mistake any more."""
    text = TEXT + "seed: many\ncount: {over_length: dorp}\n"
    assert load(Path("a.yaml"), ["seed=3", "count={max: 5}"], text=text).pipeline.count.max == 5


WRONG = [
    *("clean.drop_long.max_words=1", "ingest.2.path=x", "ingest.x.path=x", "=1", "a..b=1"),
    "clean.0.normalize_text.x.y=1",
]


@pytest.mark.parametrize("override", WRONG)
def test_what_cannot_be_set_names_its_option(override: str) -> None:
    """An override that leads nowhere is a problem that shows the option as it was given."""
    with pytest.raises(PipelineError) as caught:
        dumped(override)
    assert [problem.source for problem in caught.value.problems] == [f"--set {override}"]
