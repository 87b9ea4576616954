"""What single steps mark and change."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from prep.errors import InputError
from prep.stages.clean.apply import apply
from prep.stages.clean.patterns import checked
from prep.stages.clean.remove_lines import RemoveLines, remove_lines
from prep.stages.clean.words import count_words, fewer_words, more_words
from prep.stages.part import Part
from prep.stages.registry import load_steps

STEPS = load_steps()
MakePart = Callable[..., Part]


def run(part: Part, name: str, **options: Any) -> Part:
    return apply(part, [(name, STEPS[name].config.model_validate(options))], STEPS)[0]


def fates(part: Part) -> list[tuple[str | None, str | None]]:
    return part.frame.select("_reason", "_detail").rows()


def test_missing_values_name_their_column(make_part: MakePart) -> None:
    """Null, empty and blank are missing; the label has a reason of its own; a column nobody has is missing too."""
    rows = [{"court": "a", "kind": "b"}, {"court": " \n", "kind": "b"}, {"court": "a", "kind": None}]
    done = run(make_part(rows, label="kind"), "drop_missing", columns=["court", "kind"])
    assert fates(done) == [(None, None), ("value_missing", "court"), ("label_missing", "kind")]
    assert fates(run(make_part(rows), "drop_missing", columns="date"))[0] == ("value_missing", "date")


def test_lengths_say_how_long(make_part: MakePart) -> None:
    """Too short and too long records carry their length as the detail; a null text has no words."""
    done = run(make_part(["one two", None, "one two three"]), "drop_short", min_words=3, min_chars=14)
    assert fates(done) == [("too_short", "2 words"), ("too_short", "0 words"), ("too_short", "13 characters")]
    done = run(make_part(["one two", "a" * 50, "fine"]), "drop_long", max_words=1, max_chars=20)
    assert fates(done) == [("too_long", "2 words"), ("too_long", "50 characters"), (None, None)]


def test_a_conversation_is_measured_and_dropped_whole(make_part: MakePart) -> None:
    """The words of all turns and text columns count together."""
    turns = '[{"role":"user","content":"one two"},{"role":"assistant","content":"three"}]'
    part = make_part([{"turns": turns, "text": "four"}], turns=("turns",))
    assert fates(run(part, "drop_short", min_words=4)) == [(None, None)]
    assert fates(run(part, "drop_short", min_words=5)) == [("too_short", "4 words")]


def test_scripts_without_spaces_are_not_one_word() -> None:
    """Han and kana count by the character, Thai by four letters, others by white space, Unicode's included."""
    texts = ["契約は二年間である。", "abc契約", "ภาษาไทย", "one\u3000two\u00a0three\nfour", "", "한국어 문장"]
    assert count_words(pl.Series(texts)).to_list() == [10, 3, 2, 4, 0, 2]


@given(st.lists(st.text(alphabet="ab \n\t契ไé"), max_size=8), st.integers(0, 70))
def test_the_short_cuts_count_like_counting(texts: list[str], limit: int) -> None:
    """Finding texts under or over a limit gives what counting all words gives."""
    column = pl.Series(texts, dtype=pl.String)
    words = count_words(column)
    fewer, more = fewer_words(column, limit), more_words(column, limit)
    assert fewer[0].to_list() == (words < limit).to_list()
    assert more[0].to_list() == (words > limit).to_list()
    assert fewer[1].filter(fewer[0]).to_list() == words.filter(words < limit).to_list()


def test_matching_looks_in_the_text_or_in_columns(make_part: MakePart) -> None:
    """A match anywhere decides; a null matches nothing; the pattern that matched is the detail."""
    rows = [{"text": "The Tenant", "kind": "x"}, {"text": None, "kind": "final"}]
    assert fates(run(make_part(rows), "keep_matching", matching="(?i)tenant")) == [(None, None), ("not_matching", None)]
    done = run(make_part(rows), "drop_matching", matching=["^zzz", "^fin"], on=["text", "kind"])
    assert fates(done) == [(None, None), ("matching", "^fin")]


@pytest.mark.parametrize(
    ("patterns", "text", "wanted"),
    [
        (["^Page [0-9]+$"], "a\nPage 3\nb", "a\nb"),
        (["^Page [0-9]+$"], "Page 3", ""),
        (["^Page [0-9]+$"], "a\r\nPage 3\r\nb", "a\r\nb"),
        (["Page"], "a\n on Page three\nb\n", "a\nb\n"),
        (["^$"], "a\n\nb", "a\nb"),
        (["a\\sb"], "a\nb", "a\nb"),
        (["\\Ax", "y\\z"], "x1\n2x\n3y\ny4", "2x\ny4"),
        (["(?i)PAGE|foot"], "page\nFOOT\nx", "x"),
    ],
)
def test_matching_lines_go_whole(patterns: list[str], text: str, wanted: str) -> None:
    """Each pattern is tried line by line; a line that matches goes away with its line end."""
    frame = pl.DataFrame({"text": ["other", text, None]})
    done = frame.select(remove_lines(pl.col("text"), RemoveLines(matching=patterns))).to_series().to_list()
    assert done == ["other", wanted, None]


@given(
    st.lists(st.text(alphabet="ab1 \n\r"), max_size=5),
    st.sampled_from(["^a", "b$", "^$", "1", "a b", "^[ab]+$", "\\bb"]),
)
def test_removing_lines_is_what_a_loop_over_lines_does(texts: list[str], pattern: str) -> None:
    """The fast way equals the plain definition."""
    config = RemoveLines(matching=[pattern])
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    done = frame.select(remove_lines(pl.col("text"), config)).to_series().to_list()
    lines = [[line for line in text.split("\n") if not re.search(pattern, line.rstrip("\r"))] for text in texts]
    assert done == ["\n".join(kept) for kept in lines]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(unclosed", "unclosed group"),
        ("(?=ahead)", "look-around"),
        ("a**b(?<!c)", "look-around"),
        ("", "matches everything"),
        ("[z-a]", "invalid character class range"),
        ("\\k", "unrecognized escape"),
    ],
)
def test_a_wrong_pattern_is_refused_with_the_settings(pattern: str, words: str) -> None:
    """What the regex engine cannot carry out is an error of the settings, with the reason."""
    with pytest.raises(ValidationError, match=words):
        RemoveLines(matching=[pattern])


def test_patterns_of_rust_are_accepted() -> None:
    """Unicode classes, inline flags and named groups of the engine are no errors."""
    patterns = [r"\p{Lu}+", "(?i:a)b", "(?<name>x)", r"[[:alpha:]&&[^a]]", r"^\d{4}-\d{2}$", r"a\.b(?:c|d)*"]
    assert checked(patterns) == patterns


def test_a_joined_table_adds_its_columns(make_part: MakePart, tmp_path: Path) -> None:
    """Matching records get the table's values and a note; the others get nulls; the columns are known beforehand."""
    (tmp_path / "labels.csv").write_text("heading,label\nTerm,duration\n")
    part = make_part([{"heading": "Term"}, {"heading": "Fees"}, {"heading": None}], base=tmp_path)
    done = run(part, "join", path="labels.csv", on="heading")
    assert done.frame["label"].to_list() == ["duration", None, None]
    assert [note["_id"].to_list() for note in done.changes] == [["a.jsonl:1"]]
    config = STEPS["join"].config.model_validate({"path": "labels.csv", "on": ["heading"]})
    assert (config.files(), config.columns(), config.adds(tmp_path)) == (["labels.csv"], ["heading"], ["label"])
    with pytest.raises(InputError, match="cannot read"):
        run(part, "join", path="none.csv", on="heading")
